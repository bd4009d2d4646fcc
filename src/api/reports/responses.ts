import { z } from '@hono/zod-openapi';
import { instant, state, unreadable } from '../http/responses.js';
import { confidenceNote, MetricsAnswer } from '../looks/responses.js';
import { SchedulerAnswer } from '../scheduler/responses.js';

export const HistoryEntry = z
  .object({
    experiment_id: z.string(),
    winner_id: z.string(),
    confidence: z.number(),
    confidence_note: confidenceNote,
    winner_metrics: MetricsAnswer,
    loser_metrics: MetricsAnswer,
    promoted_at: instant,
    test_duration_days: z.number(),
    start_date: instant,
    end_date: instant,
    experiment_name: z.string(),
    loser_id: z.string(),
    state,
    shadow: z.boolean().openapi({ description: 'true: shown only, no budget was written' }),
    forced: z.boolean().openapi({ description: 'true: promoted by a user, regardless of the statistics' }),
    promoted_by: z.string().openapi({ description: 'rule, or the user who forced or approved it' }),
  })
  .openapi('HistoryEntry');

export const HistoryAnswer = z
  .object({ history: z.array(HistoryEntry), count: z.int(), days_back: z.int(), unreadable })
  .openapi('History');

const range = z.object({ min: z.number(), max: z.number() });

const untilVerified = {
  description:
    'over the verified promotions, from the data of decision and verification combined; null until a promotion is verified',
};

const verifiedNumber = z.number().nullable().openapi(untilVerified);

const share = z.number().min(0).max(1).nullable();

export const CompoundReportAnswer = z
  .object({
    total_experiments: z.int(),
    successful_promotions: z.int().openapi({
      description: 'promotions by the rule that were not reverted; forced promotions are counted separately',
    }),
    avg_improvement_per_test: z.number(),
    shrunk_avg_improvement_per_test: z.number(),
    verified_avg_improvement_per_test: verifiedNumber,
    median_improvement: z.number(),
    shrunk_median_improvement: z.number(),
    verified_median_improvement: verifiedNumber,
    compound_improvement_pct: z.number(),
    shrunk_compound_improvement_pct: z.number(),
    verified_compound_improvement_pct: verifiedNumber,
    avg_confidence: z.number(),
    avg_confidence_note: confidenceNote,
    total_improvement_range: range,
    shrunk_total_improvement_range: range,
    verified_total_improvement_range: range.nullable().openapi(untilVerified),
    improvement_trend: z.array(z.number()),
    shrunk_improvement_trend: z.array(z.number()),
    verified_improvement_trend: z.array(z.number()).nullable().openapi(untilVerified),
    verified_promotions: z.int(),
    not_verified_promotions: z.int(),
    reverted_promotions: z.int().openapi({ description: 'reverted for any reason' }),
    reverted_by_verification: z.int().openapi({ description: 'reverted because the winner was worse' }),
    replication_rate: share.openapi({
      description:
        'share of finished verifications that verified the winner; a winner that is not verified may still be better',
    }),
    reverted_by_verification_rate: share.openapi({
      description: 'share of finished verifications that showed harm',
    }),
    false_positive_rate: share.openapi({
      description:
        'expected share of promotions whose true lift is 0 or less: the mean of its posterior probability over all promotions',
    }),
    without_winner: z.int(),
    forced_promotions: z.int().openapi({
      description: 'forced promotions that were not reverted; only the figures in `forced` include them',
    }),
    forced: z
      .object({
        avg_confidence: z.number(),
        avg_improvement_per_test: z.number(),
        shrunk_avg_improvement_per_test: z.number(),
        compound_improvement_pct: z.number(),
        shrunk_compound_improvement_pct: z.number(),
      })
      .nullable()
      .openapi({ description: 'the figures of the forced promotions; null if there are none' }),
    prior_scale: z
      .number()
      .openapi({ description: 'standard deviation of true log lifts, learned from all finished tests' }),
    luck_compound_improvement_pct: z.number().openapi({
      description:
        'the improvement that the same number of tests with identical ads would have claimed by luck',
    }),
    generated_at: instant,
    unreadable,
  })
  .openapi('CompoundReport');

export const EmptyReportAnswer = z
  .object({ total_experiments: z.literal(0), message: z.string(), unreadable })
  .openapi('EmptyCompoundReport');

export const DashboardAnswer = z
  .object({
    summary: z.object({
      recent_promotions_7d: z.int().openapi({ description: 'without shadow promotions' }),
      avg_confidence: z.number(),
      avg_confidence_note: confidenceNote,
      avg_improvement_pct: z.number(),
      shrunk_avg_improvement_pct: z.number(),
      verified_avg_improvement_pct: verifiedNumber,
      total_experiments: z.int(),
      compound_improvement_pct: z.number(),
      shrunk_compound_improvement_pct: z.number(),
      verified_compound_improvement_pct: verifiedNumber,
    }),
    recent_winners: z.array(HistoryEntry),
    compound_learning: z.union([CompoundReportAnswer, EmptyReportAnswer]),
    scheduler: SchedulerAnswer,
    generated_at: instant,
  })
  .openapi('Dashboard');
