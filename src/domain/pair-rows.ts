/** Turns observations into the rows that the rules weigh. */
import type { PairRow } from './evidence/types.js';
import {
  eventsOf,
  exposureOf,
  type Metric,
  NOTHING_DELIVERED,
  numeratorOf,
  plusMetrics,
  type VariantMetrics,
} from './metric.js';
import { HOUR_MS } from './time.js';

/** A variant's figures in one closed bucket. Spend and revenue in minor units. */
export interface Observed extends VariantMetrics {
  variantId: string;
  /** Epoch ms. */
  bucketStart: number;
  /** Exclusive; days have 23 to 25 hours. */
  bucketEnd: number;
}

/** What each of the variants did in these buckets, by its id. */
export function totalsOf(
  variantIds: readonly string[],
  observations: readonly Observed[],
): Record<string, VariantMetrics> {
  const ofId = (id: string) => observations.filter(({ variantId }) => variantId === id);
  return Object.fromEntries(
    variantIds.map((id) => [id, ofId(id).reduce<VariantMetrics>(plusMetrics, NOTHING_DELIVERED)]),
  );
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
    let row = rows.get(bucketStart);
    if (row === undefined) {
      // Without spreads: objects built by them are of another shape to the engine, and estimates take 7 times as long.
      row = { exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0, day: (bucketStart - startedAt) / DAY_MS };
      if (isAmount) {
        row.countA = 0;
        row.countB = 0;
      }
      rows.set(bucketStart, row);
    }
    if (variantId === a) {
      row.exposureA = exposureOf(metric, observed);
      row.eventsA = numeratorOf(metric, observed);
      if (isAmount) row.countA = eventsOf(metric, observed);
    } else {
      row.exposureB = exposureOf(metric, observed);
      row.eventsB = numeratorOf(metric, observed);
      if (isAmount) row.countB = eventsOf(metric, observed);
    }
  }
  return [...rows.values()];
}
