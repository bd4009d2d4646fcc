import type { z } from '@hono/zod-openapi';
import { currencyOffset } from '../../domain/budget.js';
import { confidenceOfDecision } from '../../domain/decision/confidence-text.js';
import type { Decision } from '../../domain/decision/decision.js';
import { driftText } from '../../domain/decision/drift-text.js';
import { RULES } from '../../domain/evidence/rules.js';
import { shownConfidence } from '../../domain/evidence/shown-confidence.js';
import { UNADJUSTED } from '../../domain/evidence/types.js';
import type { Policy } from '../../domain/experiment.js';
import type { VariantMetrics } from '../../domain/metric.js';
import { claimedLift } from '../../domain/reporting/lift.js';
import { isoOf, rounded } from '../http/format.js';
import type { LookAnswer, MetricsAnswer } from './responses.js';

/**
 * A variant's metrics in the units of existing callers: `clicks` are link clicks, `ctr` and `conversion_rate` are in
 * percent, `spend`, `cpc`, `cpm` and `revenue` in major units. A rate without exposure is 0.
 */
export function metricsToJson(metrics: VariantMetrics, currency: string): z.output<typeof MetricsAnswer> {
  const offset = currencyOffset(currency);
  const spend = metrics.spend / offset;
  return {
    impressions: metrics.impressions,
    clicks: metrics.linkClicks,
    spend: rounded(spend, 2),
    conversions: metrics.conversions,
    ctr: rounded((100 * metrics.linkClicks) / metrics.impressions, 2),
    cpc: rounded(spend / metrics.linkClicks, 2),
    cpm: rounded((1000 * spend) / metrics.impressions, 2),
    conversion_rate: rounded((100 * metrics.conversions) / metrics.linkClicks, 2),
    all_clicks: metrics.clicks,
    revenue: rounded(metrics.revenue / offset, 2),
  };
}

/** The note on a confidence of this policy's rule; null if the confidence stays valid under repeated looks. */
export function confidenceNote({ rule }: Pick<Policy, 'rule'>): string | null {
  return RULES[rule].adjusted ? null : UNADJUSTED;
}

export function lookToJson(decision: Decision, currency: string): z.output<typeof LookAnswer> {
  return {
    experiment_id: decision.experimentId,
    look_number: decision.lookNumber,
    due_at: isoOf(decision.dueAt),
    seen_until: isoOf(decision.seenUntil),
    decided_at: isoOf(decision.decidedAt),
    rule: decision.rule,
    rule_version: decision.ruleVersion,
    verdict: decision.verdict,
    winner_variant_id: decision.winnerVariantId,
    leader_variant_id: decision.leaderVariantId,
    confidence: decision.confidence,
    confidence_text: confidenceOfDecision(decision),
    reasons: decision.reasons,
    // Old decisions in a workflow's history have no health.
    health: decision.health ?? [],
    outlook: decision.outlook
      ? {
          hours_left: rounded(decision.outlook.hours, 1),
          looks_left: decision.outlook.looks,
          before_horizon: decision.outlook.inTime,
        }
      : null,
    drift: decision.accountDrift
      ? {
          sd: rounded(decision.accountDrift.sd, 4),
          memory_hours: rounded(decision.accountDrift.memoryHours, 1),
          tests: decision.accountDrift.tests,
          text: driftText(decision.accountDrift),
        }
      : null,
    randomised: decision.setting?.randomised ?? null,
    pairs: decision.pairs.map(({ variantA, variantB, evidence, calledWinner, welch, byAge, segments }) => ({
      variant_a: variantA,
      variant_b: variantB,
      effect: evidence.theta,
      standard_error: evidence.se,
      lift: claimedLift(evidence.theta),
      interval: evidence.interval,
      confidence: evidence.confidence,
      confidence_now: shownConfidence(evidence).now,
      p: evidence.p,
      counts: evidence.counts,
      // Evidence from before there was a choice of rules has no such field. It is adjusted.
      adjusted: evidence.adjusted !== false,
      note: evidence.adjusted === false ? UNADJUSTED : null,
      missing: evidence.missing,
      bound: evidence.bound,
      called_winner: calledWinner,
      by_week: (byAge?.weeks ?? []).map(({ week, theta, se }) => ({
        week,
        lift: claimedLift(theta),
        standard_error: se,
      })),
      trend: byAge?.trend ? { per_week: Math.expm1(byAge.trend.perWeek), p: byAge.trend.p } : null,
      breakdown: segments?.breakdown ?? null,
      welch_unadjusted: welch,
    })),
    metrics: Object.fromEntries(
      Object.entries(decision.metrics).map(([id, metrics]) => [id, metricsToJson(metrics, currency)]),
    ),
    input_hash: decision.inputHash,
    asked_by: decision.askedBy,
  };
}
