import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { SegmentObservation } from '../contract/records.js';
import { dayAround } from '../domain/calendar.js';
import { conversionEventOf, type Experiment, strataOf } from '../domain/experiment.js';
import type { MetaErrorKind } from '../domain/rollout/obstacle.js';
import { BREAKDOWNS, type Breakdown } from '../domain/segments.js';
import { callingMeta } from './failures.js';
import { rollingWindowMs } from './observations.js';

export type SegmentReader = Pick<MetaClient, 'getSegments' | 'getAccount'>;

/** After these errors Meta won't give the breakdown; the other one may do. */
const FINAL: readonly MetaErrorKind[] = ['permission', 'not_found', 'invalid', 'policy'];

/**
 * Returns a function that reads the whole days by segment which have ended by `until` (epoch ms) and are not on record.
 * Days that Meta may still restate are read again with them. So a test costs two calls per day, whatever its looks.
 *
 * If the segments only serve a warning, the look goes on without them. It also goes on if Meta refuses one breakdown for good.
 * @throws ApplicationFailure if the test weighs segments and a later try may succeed, or Meta refuses both breakdowns
 */
export function createSegmentReading(deps: {
  store: Pick<Store, 'latestSegmentDay' | 'appendSegments'>;
  meta: SegmentReader;
  clock: ExperimentClock;
}): (experiment: Experiment, until: number) => Promise<void> {
  const { store, meta, clock } = deps;
  let timezone: string | null = null;

  async function read(experiment: Experiment, breakdown: Breakdown, until: number): Promise<void> {
    timezone ??= (await meta.getAccount()).timezone;
    const { id, startedAt, policy, variants } = experiment;
    const midnight = dayAround(until, timezone).since;
    const first = dayAround(startedAt - 1, timezone).until;
    const lastDay = dayAround(midnight - 1, timezone).since;
    const latest = await store.latestSegmentDay(id, breakdown);
    if (first > lastDay || (latest !== null && latest >= lastDay)) return;
    const since = Math.max(first, (latest ?? 0) - rollingWindowMs(policy));
    const variantOfAd = new Map(variants.map((variant) => [variant.adId, variant.id]));
    const adIds = [...variantOfAd.keys()];
    const event = conversionEventOf(policy);
    const rows = await meta.getSegments({ adIds, since, until: midnight, breakdown, timezone, event });
    const known = rows.map(({ adSetId: _, granularity: __, ...row }): SegmentObservation => {
      return { ...row, variantId: variantOfAd.get(row.adId)! };
    });
    await store.appendSegments(id, known, await clock.now());
  }

  return async (experiment, until) => {
    const isWeighed = strataOf(experiment.policy) === 'segment';
    const refusals: MetaError[] = [];
    for (const breakdown of BREAKDOWNS) {
      try {
        await read(experiment, breakdown, until);
      } catch (error) {
        if (!(error instanceof MetaError)) throw error;
        const isFinal = FINAL.includes(error.kind);
        if (isFinal) refusals.push(error);
        else if (isWeighed) await callingMeta(() => Promise.reject(error));
        else return;
      }
    }
    if (isWeighed && refusals.length === BREAKDOWNS.length) {
      await callingMeta(() => Promise.reject(refusals[0]!));
    }
  };
}
