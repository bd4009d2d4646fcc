import type { VariantMetrics } from '../../domain/metric.js';
import { instant } from './query.js';

/** The columns that observations of hours and days share with those of segments: whose, when and how much. */
export interface BucketRow {
  variant_id: string;
  ad_id: string;
  bucket_start: number;
  bucket_end: number;
  impressions: number;
  clicks: number;
  link_clicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

/** Instants in epoch ms. */
interface Bucket extends VariantMetrics {
  variantId: string;
  adId: string;
  bucketStart: number;
  bucketEnd: number;
}

/** The rows of `jsonb_to_recordset`, which reads instants as text. */
export function incomingRows(rows: readonly Bucket[]): object[] {
  return rows.map(({ bucketStart, bucketEnd, ...row }) => ({
    ...row,
    bucketStart: instant(bucketStart),
    bucketEnd: instant(bucketEnd),
  }));
}
