/** Turns observations into the rows that the rules weigh. */
import type { PairRow } from './evidence/types.js';
import { eventsOf, exposureOf, type Metric, numeratorOf, type VariantMetrics } from './metric.js';
import { HOUR_MS } from './time.js';

/** A variant's figures in one closed bucket. Spend and revenue in minor units. */
export interface Observed extends VariantMetrics {
  variantId: string;
  /** Epoch ms. */
  bucketStart: number;
  /** Exclusive; days have 23 to 25 hours. */
  bucketEnd: number;
}

/** Days are blocks of 24 h from the start: the account's own days would be incomplete at both ends. */
const DAY_MS = 24 * HOUR_MS;

/**
 * The buckets of two variants, including those in which one of them was silent: rules leave out rows that they can't
 * compare. `until`, epoch ms: Meta may still book events of buckets that end later, so an attributed metric leaves them
 * out.
 */
export function pairRows(
  metric: Metric,
  observations: readonly Observed[],
  [a, b]: readonly [string, string],
  { startedAt, until }: { startedAt: number; until: number },
): PairRow[] {
  const rows = new Map<number, PairRow>();
  const isAmount = metric.worth !== null;
  for (const observed of observations) {
    const { variantId, bucketStart, bucketEnd } = observed;
    if ((variantId !== a && variantId !== b) || (metric.attribution && bucketEnd > until)) continue;
    const day = (bucketStart - startedAt) / DAY_MS;
    const counts = isAmount ? { countA: 0, countB: 0 } : {};
    const row = rows.get(bucketStart) ?? {
      exposureA: 0,
      eventsA: 0,
      exposureB: 0,
      eventsB: 0,
      ...counts,
      day,
    };
    const exposure = exposureOf(metric, observed);
    const numerator = numeratorOf(metric, observed);
    const count = eventsOf(metric, observed);
    rows.set(
      bucketStart,
      variantId === a
        ? { ...row, exposureA: exposure, eventsA: numerator, ...(isAmount && { countA: count }) }
        : { ...row, exposureB: exposure, eventsB: numerator, ...(isAmount && { countB: count }) },
    );
  }
  return [...rows.values()];
}
