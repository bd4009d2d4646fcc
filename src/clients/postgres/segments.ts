import type { SegmentObservation } from '../../contract/records.js';
import { type BucketRow, incomingRows } from './bucket-row.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

interface SegmentRow extends BucketRow {
  breakdown: SegmentObservation['breakdown'];
  segment: string;
}

/** In this order of fields: a decision's hash depends on it. */
function toSegment(row: SegmentRow): SegmentObservation {
  return {
    variantId: row.variant_id,
    adId: row.ad_id,
    breakdown: row.breakdown,
    segment: row.segment,
    bucketStart: row.bucket_start,
    bucketEnd: row.bucket_end,
    impressions: row.impressions,
    clicks: row.clicks,
    linkClicks: row.link_clicks,
    spend: row.spend,
    conversions: row.conversions,
    revenue: row.revenue,
  };
}

type SegmentStore = Pick<Store, 'appendSegments' | 'segmentsAsKnown' | 'latestSegmentDay'>;

/** Days by segment of the audience, in versions. */
export function segmentStore({ pool, scope }: Database): SegmentStore {
  const mine = [scope.environment, scope.accountId];
  return {
    async appendSegments(experimentId, rows, seenAt) {
      if (rows.length === 0) return 0;
      const appended = await run(
        pool,
        `with incoming as (
            select * from jsonb_to_recordset($4::jsonb) as row ("variantId" text, "adId" text, breakdown text, segment text,
              "bucketStart" timestamptz, "bucketEnd" timestamptz, impressions bigint, clicks bigint, "linkClicks" bigint, spend bigint,
              conversions bigint, revenue bigint)
          ), known as (
            select distinct on (variant_id, breakdown, segment, bucket_start) *
            from auto_promotion.segment_metrics
            where (environment, account_id, experiment_id) = ($1, $2, $3) and seen_at <= $5
              and bucket_start >= (select min("bucketStart") from incoming)
            order by variant_id, breakdown, segment, bucket_start, seen_at desc
          )
          insert into auto_promotion.segment_metrics (environment, account_id, experiment_id, variant_id, ad_id, breakdown,
            segment, bucket_start, bucket_end, seen_at, impressions, clicks, link_clicks, spend, conversions, revenue)
          select $1, $2, $3, i."variantId", i."adId", i.breakdown, i.segment, i."bucketStart", i."bucketEnd", $5,
            i.impressions, i.clicks, i."linkClicks", i.spend, i.conversions, i.revenue
          from incoming i left join known k
            on (k.variant_id, k.breakdown, k.segment, k.bucket_start)
              = (i."variantId", i.breakdown, i.segment, i."bucketStart")
          where (k.impressions, k.clicks, k.link_clicks, k.spend, k.conversions, k.revenue)
            is distinct from (i.impressions, i.clicks, i."linkClicks", i.spend, i.conversions, i.revenue)
          on conflict do nothing
          returning 1`,
        [...mine, experimentId, jsonb(incomingRows(rows)), instant(seenAt)],
      );
      return appended.length;
    },

    async segmentsAsKnown({ experimentId, since, endedBy, seenUntil }) {
      const rows = await run<SegmentRow>(
        pool,
        `select * from (
            select distinct on (variant_id, breakdown, segment, bucket_start) variant_id, ad_id, breakdown, segment,
              bucket_start, bucket_end, impressions, clicks, link_clicks, spend, conversions, revenue
            from auto_promotion.segment_metrics
            where (environment, account_id, experiment_id) = ($1, $2, $3)
              and bucket_start >= $4 and bucket_end <= $5 and seen_at <= $6
            order by variant_id, breakdown, segment, bucket_start, seen_at desc
          ) as known
          order by bucket_start, breakdown, segment collate "C", variant_id collate "C"`,
        [...mine, experimentId, instant(since), instant(endedBy), instant(seenUntil)],
      );
      return rows.map(toSegment);
    },

    async latestSegmentDay(experimentId, breakdown) {
      const [row] = await run<{ latest: number | null }>(
        pool,
        `select max(bucket_start) as latest from auto_promotion.segment_metrics
          where (environment, account_id, experiment_id, breakdown) = ($1, $2, $3, $4)`,
        [...mine, experimentId, breakdown],
      );
      return row?.latest ?? null;
    },
  };
}
