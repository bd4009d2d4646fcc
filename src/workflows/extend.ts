/** A longer horizon for a test by the rule without a horizon: on record first, then the next check is due by it. */
import { daysOf, horizonAt, inextensible } from '../domain/extension.js';
import { instantOf } from '../domain/time.js';
import type { Run } from './experiment-run.js';
import { type Intent, whoAsked } from './inbox.js';
import { enduring, record } from './proxies.js';

export async function extendHorizon(run: Run, intent: Intent): Promise<void> {
  const { experiment } = run;
  const days = intent.args.horizonDays ?? 0;
  const against = inextensible(experiment, days, run.now());
  if (against !== null) return run.refuse(intent, against);
  const { by, because: reason } = whoAsked(intent);
  const fromHours = experiment.policy.horizonHours;
  const extension = {
    ...{ controlId: intent.controlId, horizonHours: days * 24, fromHours },
    ...{ afterLook: run.lastDecision?.lookNumber ?? 0, by, reason, at: run.now() },
  };
  const { policy, extensions } = await enduring(() =>
    record.extendHorizon.executeWithOptions({ summary: `the horizon is ${days} days` }, [
      experiment.id,
      extension,
    ]),
  );
  Object.assign(experiment, { policy, extensions });
  const until = instantOf(horizonAt(experiment));
  return run.answer(
    intent,
    `The test is planned for ${days} days in place of ${daysOf(fromHours)}, until ${until}.`,
  );
}
