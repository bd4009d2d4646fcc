import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import { readDelivery } from '../domain/earlier-delivery.js';
import { bucketsOf, conversionEventOf, type Experiment } from '../domain/experiment.js';
import { wholeObservations } from './whole-observations.js';

/** Imports what a test's ads delivered before its handover. */
export interface EarlierDeliveryDependencies {
  store: Pick<Store, 'appendObservations' | 'keepEarlierDelivery'>;
  meta: Pick<MetaClient, 'getAccount' | 'getInsights'>;
  clock: ExperimentClock;
}

/**
 * Reads it from Meta unless it is on record, stores its buckets, and enters its sums in the experiment, which is returned.
 * If Meta gives no answer, the experiment is returned as it is, and the next call tries again. Safe to run twice.
 */
export async function importEarlierDelivery(
  { store, meta, clock }: EarlierDeliveryDependencies,
  experiment: Experiment,
): Promise<Experiment> {
  const { id, earlierDelivery, variants, policy } = experiment;
  if (!earlierDelivery || earlierDelivery.read !== null) return experiment;
  const { since, handedOverAt: until } = earlierDelivery;
  const asked = { since, until, granularity: bucketsOf(policy), event: conversionEventOf(policy) };
  const adIds = variants.map(({ adId }) => adId);
  try {
    const { timezone } = await meta.getAccount();
    const rows = wholeObservations(await meta.getInsights({ ...asked, adIds, timezone }), variants, until);
    const readAt = await clock.now();
    await store.appendObservations(id, rows, readAt);
    const ids = variants.map((variant) => variant.id);
    return await store.keepEarlierDelivery(id, readDelivery(ids, rows, readAt));
  } catch (error) {
    if (error instanceof MetaError) return experiment;
    throw error;
  }
}
