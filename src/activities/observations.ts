import type { MetaClient } from '../clients/meta/types.js';
import type { Observation, Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import { HOUR_MS, type Policy } from '../domain/experiment.js';
import { METRICS } from '../domain/metric.js';
import { callingMeta, permanent } from './failures.js';

/** Meta restates hours for days: each pull goes back at least this far behind the latest bucket known. */
const ROLLING_WINDOW_MS = 72 * HOUR_MS;

/** Where conversions are weighed, an hour is final once they are booked: a pull must reach it until then. */
function rollingWindowMs({ objective, attributionWindowHours }: Policy): number {
  const booked = METRICS[objective].attributed ? attributionWindowHours * HOUR_MS : 0;
  return Math.max(ROLLING_WINDOW_MS, booked);
}

/**
 * The end, exclusive, of the starts of the hours that have closed by an instant. Hours are the account's: in some
 * time zones they begin at half past.
 */
export function endOfClosedHours(instant: number): number {
  return Math.floor(instant) - HOUR_MS + 1;
}

/** Pulls performance from Meta into versions of observations. Safe to run twice: only what changed is appended. */
export function createObservationActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
}) {
  const { store, meta, clock } = deps;
  let timezone: string | null = null;

  return {
    /** Buckets that closed by `until`; answers how many versions were appended. */
    async ingest(request: { experimentId: string; until: number }): Promise<{ appended: number }> {
      const experiment = await store.getExperiment(request.experimentId);
      if (!experiment) throw permanent('UnknownExperiment', `no experiment ${request.experimentId}`);
      timezone ??= await callingMeta(async () => (await meta.getAccount()).timezone);
      const latest = await store.latestBucket(experiment.id);
      const since = Math.max(experiment.startedAt, (latest ?? 0) - rollingWindowMs(experiment.policy));
      const until = endOfClosedHours(request.until);
      if (until <= since) return { appended: 0 };

      const variantOfAd = new Map(experiment.variants.map((variant) => [variant.adId, variant.id]));
      const rows = await callingMeta(() =>
        meta.getInsights({
          adIds: [...variantOfAd.keys()],
          since,
          until,
          granularity: 'hour',
          timezone: timezone!,
        }),
      );
      const observations = rows.flatMap((row): Observation[] => {
        const variantId = variantOfAd.get(row.adId);
        if (variantId === undefined) return [];
        const { adSetId: _, ...counts } = row;
        return [{ variantId, ...counts }];
      });
      return { appended: await store.appendObservations(experiment.id, observations, await clock.now()) };
    },
  };
}

export type ObservationActivities = ReturnType<typeof createObservationActivities>;
