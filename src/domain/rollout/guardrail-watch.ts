/** Whether a rollout, or a winner that is being verified, harms a guardrail. Pure: from the data of one gate. */
import { adName } from '../ad-name.js';
import { guardrailHarmSentence } from '../decision/guardrail-harm.js';
import { type Experiment, watchedGuardrails } from '../experiment.js';
import { earlyHours, METRICS } from '../metric.js';
import { type Observed, pairRows } from '../pair-rows.js';
import { HOUR_MS } from '../time.js';

/** Data that a guardrail is weighed on. Instants are epoch ms. */
export interface Period {
  since: number;
  until: number;
  /** As in "since the start of the test". */
  words: string;
}

/**
 * One sentence per guardrail that the winner harms in any of the periods; empty if it harms none, or if the policy is from
 * before guardrails were watched. Buckets whose conversions aren't booked at `now` don't count.
 */
export function guardrailsHarmed({
  experiment: { policy, startedAt, variants },
  winner,
  rival,
  observations,
  periods,
  now,
}: {
  experiment: Pick<Experiment, 'policy' | 'startedAt' | 'variants'>;
  winner: string;
  rival: string;
  observations: readonly Observed[];
  periods: readonly Period[];
  now: number;
}): string[] {
  if (policy.guardrailWaitHours === undefined) return [];
  return watchedGuardrails(policy).flatMap((guardrail) => {
    const metric = METRICS[guardrail.metric];
    const until = now - earlyHours(metric) * HOUR_MS;
    const sentences = periods.flatMap((period) => {
      const within = observations.filter(
        ({ bucketStart, bucketEnd }) => bucketStart >= period.since && bucketEnd <= period.until,
      );
      const rows = pairRows(metric, within, [rival, winner], { startedAt, until });
      const sentence = guardrailHarmSentence(rows, {
        guardrail,
        winner: adName(variants, winner),
        rival: adName(variants, rival),
        period: period.words,
      });
      return sentence === null ? [] : [`${sentence}.`];
    });
    return sentences.slice(0, 1);
  });
}
