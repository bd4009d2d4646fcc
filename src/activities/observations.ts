import { setTimeout as delay } from 'node:timers/promises';
import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import {
  bookedAfterHours,
  bucketsOf,
  conversionEventOf,
  type Experiment,
  type Policy,
} from '../domain/experiment.js';
import { HOUR_MS } from '../domain/time.js';
import { type EarlierDeliveryDependencies, importEarlierDelivery } from './earlier-delivery.js';
import { callingMeta, permanent } from './failures.js';
import { wholeObservations } from './whole-observations.js';

/** Meta restates its figures for days: each pull starts at least this long before the latest known bucket. */
const ROLLING_WINDOW_MS = 72 * HOUR_MS;

/** Pulls must include a bucket until Meta has booked all of the objective's events in it. */
export function rollingWindowMs(policy: Policy): number {
  return Math.max(ROLLING_WINDOW_MS, bookedAfterHours(policy) * HOUR_MS);
}

/** Pulls performance from Meta into versions of observations. Safe to run twice: only changes are appended. */
export function createObservationActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
}) {
  const { store, meta, clock } = deps;
  let timezone: string | null = null;

  return {
    /**
     * Pulls the buckets of the account's calendar that began at or after the start of the test and ended by `until`;
     * returns the number of versions appended. Delivery before the handover is imported afterwards if it has not been.
     */
    async ingest(request: { experimentId: string; until: number }): Promise<{ appended: number }> {
      const experiment = await store.getExperiment(request.experimentId);
      if (!experiment) throw permanent('UnknownExperiment', `no experiment ${request.experimentId}`);
      timezone ??= await callingMeta(async () => (await meta.getAccount()).timezone);
      const granularity = bucketsOf(experiment.policy);
      const latest = await store.latestBucket({ experimentId: experiment.id, granularity });
      const since = Math.max(experiment.startedAt, (latest ?? 0) - rollingWindowMs(experiment.policy));
      const until = Math.floor(request.until);
      if (until <= since) {
        await importInTime(deps, experiment);
        return { appended: 0 };
      }
      const rows = await callingMeta(() =>
        meta.getInsights({
          adIds: experiment.variants.map(({ adId }) => adId),
          since,
          until,
          granularity,
          timezone: timezone!,
          event: conversionEventOf(experiment.policy),
        }),
      );
      const observations = wholeObservations(rows, experiment.variants, until);
      const appended = await store.appendObservations(experiment.id, observations, await clock.now());
      await importInTime(deps, experiment);
      return { appended };
    },
  };
}

/** Real ms. The test needs its own delivery in time; what is only shown is stored whenever it comes. */
const IMPORT_MS = 15_000;

async function importInTime(deps: EarlierDeliveryDependencies, experiment: Experiment): Promise<void> {
  await Promise.race([importEarlierDelivery(deps, experiment), delay(IMPORT_MS, undefined, { ref: false })]);
}

export type ObservationActivities = ReturnType<typeof createObservationActivities>;
