/** What the compound report counts beside tests and promotions. */
import type { Bucket } from '../../domain/experiment.js';
import type { InsightStatus } from '../../domain/insights/status.js';
import type { VariantMetrics } from '../../domain/metric.js';
import type { LaterResult, PatternState } from '../../domain/patterns/state.js';
import type { InsightSummary, PatternSummary } from '../../domain/reporting/programme-sentences.js';
import { type Database, instant, jsonb, run } from './query.js';

/** Whole buckets of one granularity that start at `since` or later and have ended by `endedBy`, as known at `seenUntil`. */
export interface DeliveryWindow {
  experimentId: string;
  granularity: Bucket;
  since: number;
  endedBy: number;
  seenUntil: number;
}

export interface ProgrammeStore {
  /** By experiment id and variant id, the sums over each window. An ad without a row in it is missing. */
  deliveredIn(windows: readonly DeliveryWindow[]): Promise<Map<string, Record<string, VariantMetrics>>>;
  patternSummary(): Promise<PatternSummary>;
  insightSummary(): Promise<InsightSummary>;
}

interface DeliveredRow {
  experiment_id: string;
  variant_id: string;
  impressions: number;
  clicks: number;
  link_clicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

const STATES: Record<PatternState, number> = { candidate: 0, holds: 0, contradicted: 0, retired: 0 };
const LATER: Record<LaterResult, number> = { replicated: 0, contradicted: 0, open: 0 };
const STATUSES: Record<InsightStatus, number> = {
  pending: 0,
  extracted: 0,
  offline: 0,
  failed: 0,
  not_applicable: 0,
};

export function programmeStore({ pool, scope }: Database): ProgrammeStore {
  const mine = [scope.environment, scope.accountId];
  return {
    async deliveredIn(windows) {
      const found = new Map<string, Record<string, VariantMetrics>>();
      if (windows.length === 0) return found;
      const asked = windows.map(({ since, endedBy, seenUntil, ...rest }) => ({
        ...rest,
        since: instant(since),
        endedBy: instant(endedBy),
        seenUntil: instant(seenUntil),
      }));
      const rows = await run<DeliveredRow>(
        pool,
        `select w."experimentId" as experiment_id, known.variant_id, sum(known.impressions)::float8 as impressions,
            sum(known.clicks)::float8 as clicks, sum(known.link_clicks)::float8 as link_clicks,
            sum(known.spend)::float8 as spend, sum(known.conversions)::float8 as conversions,
            sum(known.revenue)::float8 as revenue
          from jsonb_to_recordset($3::jsonb) as w ("experimentId" text, granularity text, since timestamptz,
            "endedBy" timestamptz, "seenUntil" timestamptz)
          cross join lateral (
            select distinct on (m.variant_id, m.bucket_start) m.*
            from auto_promotion.performance_metrics m
            where (m.environment, m.account_id, m.experiment_id, m.granularity) = ($1, $2, w."experimentId", w.granularity)
              and m.bucket_start >= w.since and m.bucket_end <= w."endedBy" and m.seen_at <= w."seenUntil"
            order by m.variant_id, m.bucket_start, m.seen_at desc) known
          group by w."experimentId", known.variant_id`,
        [...mine, jsonb(asked)],
      );
      for (const row of rows) {
        const { experiment_id: id, variant_id: variantId, link_clicks: linkClicks, ...metrics } = row;
        const { impressions, clicks, spend, conversions, revenue } = metrics;
        found.set(id, {
          ...found.get(id),
          [variantId]: { impressions, clicks, linkClicks, spend, conversions, revenue },
        });
      }
      return found;
    },

    async patternSummary() {
      const [row] = await run<{ states: object; later: object; uses: number; wins: number }>(
        pool,
        `with own as (
            select state, later_result, stated_sign from auto_promotion.knowledge_base_vectors
              where (environment, account_id) = ($1, $2)),
          used as (
            select count(won)::int as uses, count(*) filter (where won)::int as wins from auto_promotion.pattern_uses
              where (environment, account_id) = ($1, $2))
          select used.uses, used.wins,
            coalesce((select jsonb_object_agg(state, count) from
              (select state, count(*) from own group by state) by_state), '{}') as states,
            coalesce((select jsonb_object_agg(later_result, count) from
              (select later_result, count(*) from own where stated_sign is not null group by later_result) by_result),
              '{}') as later
          from used`,
        mine,
      );
      const { states, later, uses, wins } = row!;
      return { states: { ...STATES, ...states }, later: { ...LATER, ...later }, uses, wins };
    },

    async insightSummary() {
      const [row] = await run<{ statuses: object; kept: number; dropped: number }>(
        pool,
        `with latest as (
            select distinct on (experiment_id) status, jsonb_array_length(claims) as kept,
              jsonb_array_length(dropped) as dropped
            from auto_promotion.insight_extractions where (environment, account_id) = ($1, $2)
            order by experiment_id, number desc)
          select coalesce((select jsonb_object_agg(status, count) from
              (select status, count(*) from latest group by status) by_status), '{}') as statuses,
            (select coalesce(sum(kept), 0)::int from latest) as kept,
            (select coalesce(sum(dropped), 0)::int from latest) as dropped`,
        mine,
      );
      return {
        statuses: { ...STATUSES, ...row!.statuses },
        claimsKept: row!.kept,
        claimsDropped: row!.dropped,
      };
    },
  };
}
