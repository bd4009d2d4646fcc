import type { InsightRow } from '../clients/meta/types.js';
import type { Observation } from '../contract/records.js';
import type { Variant } from '../domain/experiment.js';

/** The buckets of the variants' ads that had ended by `until`, epoch ms, as the record keeps them. */
export function wholeObservations(
  rows: readonly InsightRow[],
  variants: readonly Variant[],
  until: number,
): Observation[] {
  const variantOfAd = new Map(variants.map((variant) => [variant.adId, variant.id]));
  return rows.flatMap((row): Observation[] => {
    const variantId = variantOfAd.get(row.adId);
    if (variantId === undefined || row.bucketEnd > until) return [];
    const { adSetId: _, ...counts } = row;
    return [{ variantId, ...counts }];
  });
}
