import type { Observation } from '../../contract/records.js';
import { type BucketRow, incomingRows } from './bucket-row.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

interface ObservationRow extends BucketRow {
  granularity: 'hour' | 'day';
}

/** In this order of fields: a decision's hash depends on it. */
function toObservation(row: ObservationRow): Observation {
  return {
    variantId: row.variant_id,
    adId: row.ad_id,
    bucketStart: row.bucket_start,
    bucketEnd: row.bucket_end,
    granularity: row.granularity,
    impressions: row.impressions,
    clicks: row.clicks,
    linkClicks: row.link_clicks,
    spend: row.spend,
    conversions: row.conversions,
    revenue: row.revenue,
  };
}

type ObservationStore = Pick<Store, 'appendObservations' | 'observationsAsKnown' | 'latestBucket'>;

/** Observations of the ads, in versions. A bucket is identified by its start and its granularity. */
export function observationStore({ pool, scope }: Database): ObservationStore {
  const mine = [scope.environment, scope.accountId];
  return {
    async appendObservations(experimentId, rows, seenAt) {
      if (rows.length === 0) return 0;
      const appended = await run(
        pool,
        `with incoming as (
            select * from jsonb_to_recordset($4::jsonb) as row ("variantId" text, "adId" text, granularity text,
              "bucketStart" timestamptz, "bucketEnd" timestamptz, impressions bigint, clicks bigint, "linkClicks" bigint, spend bigint,
              conversions bigint, revenue bigint)
          ), known as (
            select distinct on (variant_id, granularity, bucket_start) *
            from auto_promotion.performance_metrics
            where (environment, account_id, experiment_id) = ($1, $2, $3) and seen_at <= $5
              and bucket_start >= (select min("bucketStart") from incoming)
            order by variant_id, granularity, bucket_start, seen_at desc
          )
          insert into auto_promotion.performance_metrics (environment, account_id, experiment_id, variant_id, ad_id,
            granularity, bucket_start, bucket_end, seen_at, impressions, clicks, link_clicks, spend, conversions,
            revenue)
          select $1, $2, $3, i."variantId", i."adId", i.granularity, i."bucketStart", i."bucketEnd", $5, i.impressions, i.clicks,
            i."linkClicks", i.spend, i.conversions, i.revenue
          from incoming i left join known k
            on (k.variant_id, k.granularity, k.bucket_start) = (i."variantId", i.granularity, i."bucketStart")
          where (k.impressions, k.clicks, k.link_clicks, k.spend, k.conversions, k.revenue)
            is distinct from (i.impressions, i.clicks, i."linkClicks", i.spend, i.conversions, i.revenue)
          on conflict do nothing
          returning 1`,
        [...mine, experimentId, jsonb(incomingRows(rows)), instant(seenAt)],
      );
      return appended.length;
    },

    async observationsAsKnown({ experimentId, granularity, since, endedBy, seenUntil }) {
      const rows = await run<ObservationRow>(
        pool,
        `select * from (
            select distinct on (variant_id, bucket_start) variant_id, ad_id, granularity, bucket_start, bucket_end,
              impressions, clicks, link_clicks, spend, conversions, revenue
            from auto_promotion.performance_metrics
            where (environment, account_id, experiment_id, granularity) = ($1, $2, $3, $4)
              and bucket_start >= $5 and bucket_end <= $6 and seen_at <= $7
            order by variant_id, bucket_start, seen_at desc
          ) as known
          order by bucket_start, variant_id collate "C"`,
        [...mine, experimentId, granularity, instant(since), instant(endedBy), instant(seenUntil)],
      );
      return rows.map(toObservation);
    },

    async latestBucket({ experimentId, granularity }) {
      const [row] = await run<{ latest: number | null }>(
        pool,
        `select max(bucket_start) as latest from auto_promotion.performance_metrics
          where (environment, account_id, experiment_id, granularity) = ($1, $2, $3, $4)`,
        [...mine, experimentId, granularity],
      );
      return row?.latest ?? null;
    },
  };
}
