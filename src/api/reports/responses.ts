import { z } from '@hono/zod-openapi';
import { VERIFICATION_OUTCOMES } from '../../domain/verification/verification.js';
import { instant, state, unreadable } from '../http/responses.js';
import { confidenceNote, MetricsAnswer } from '../looks/responses.js';
import { SchedulerAnswer } from '../scheduler/responses.js';
import { programmeFields } from './programme-responses.js';

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
    declaration: z.string().nullable().openapi({
      description: 'who declared that delivery before the handover counts, in a sentence; null if none does',
    }),
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

const shrunkInterval = z
  .tuple([z.number(), z.number()])
  .openapi({ description: '95 % interval in percent, [low, high]: from the posterior' });

const claimedInterval = z.tuple([z.number(), z.number()]).openapi({
  description:
    '95 % interval in percent, [low, high], from the errors of the tests alone: the selection of the winners is ignored, so the truth often lies below it',
});

const verifiedInterval = shrunkInterval.nullable().openapi({
  description: '95 % interval in percent, [low, high]; null until a promotion is verified',
});

const priorNote = z.string().nullable().openapi({
  description:
    'says that a default decides how far lifts are shrunk, as long as fewer than 10 tests have a result (a promoted ad, or no winner); null afterwards',
});

const share = z.number().min(0).max(1).nullable();

export const CompoundReportAnswer = z
  .object({
    message: z.string().openapi({
      description:
        'what the promotions gained together, in words: shrunk with its interval, then claimed, then what the prior is',
    }),
    total_experiments: z.int(),
    successful_promotions: z.int().openapi({
      description: 'promotions by the rule that were not reverted; forced promotions are counted separately',
    }),
    shrunk_avg_improvement_per_test: z.number(),
    avg_improvement_per_test: z.number(),
    verified_avg_improvement_per_test: verifiedNumber,
    shrunk_avg_improvement_per_test_interval_pct: shrunkInterval,
    avg_improvement_per_test_interval_pct: claimedInterval,
    verified_avg_improvement_per_test_interval_pct: verifiedInterval,
    shrunk_median_improvement: z.number(),
    median_improvement: z.number(),
    verified_median_improvement: verifiedNumber,
    shrunk_compound_improvement_pct: z.number(),
    shrunk_compound_improvement_interval_pct: shrunkInterval,
    compound_improvement_pct: z.number(),
    compound_improvement_interval_pct: claimedInterval,
    verified_compound_improvement_pct: verifiedNumber,
    verified_compound_improvement_interval_pct: verifiedInterval,
    avg_confidence: z.number(),
    avg_confidence_note: confidenceNote,
    shrunk_total_improvement_range: range,
    total_improvement_range: range,
    verified_total_improvement_range: range.nullable().openapi(untilVerified),
    shrunk_improvement_trend: z.array(z.number()),
    improvement_trend: z.array(z.number()),
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
    false_positive_bound: share.openapi({
      description:
        'share of false winners that the errors of the rules allow, whatever the true lifts are: (1 − confidence) summed over all tests, divided by the promotions, at most 1; null if a rule is unadjusted for repeated looks',
    }),
    without_winner: z.int(),
    forced_promotions: z.int().openapi({
      description: 'forced promotions that were not reverted; only the figures in `forced` include them',
    }),
    forced: z
      .object({
        avg_confidence: z.number(),
        shrunk_avg_improvement_per_test: z.number(),
        avg_improvement_per_test: z.number(),
        shrunk_compound_improvement_pct: z.number(),
        shrunk_compound_improvement_interval_pct: shrunkInterval,
        compound_improvement_pct: z.number(),
        compound_improvement_interval_pct: claimedInterval,
        verified_promotions: z.int(),
        verified_avg_improvement_per_test: verifiedNumber,
        verified_compound_improvement_pct: verifiedNumber,
        verified_compound_improvement_interval_pct: verifiedInterval,
      })
      .nullable()
      .openapi({ description: 'the figures of the forced promotions; null if there are none' }),
    prior_scale: z.number().openapi({
      description:
        'standard deviation of the true log lifts of tests whose ads differ, learned from all finished tests',
    }),
    prior_mean: z
      .number()
      .openapi({ description: 'mean of the same log lifts, challenger over control; never above 0' }),
    prior_zero_share: z
      .number()
      .min(0)
      .max(1)
      .openapi({ description: 'share of tests whose ads are equal, learned from all finished tests' }),
    prior_tests: z.int().openapi({ description: 'finished tests from which the prior was learned' }),
    prior_note: priorNote,
    promotions: z
      .array(
        z.object({
          experiment_id: z.string(),
          experiment_name: z.string(),
          promoted_at: instant,
          control_won: z.boolean().openapi({ description: 'true: it counts as a lift of 0' }),
          forced: z.boolean().openapi({ description: 'true: only the figures in `forced` include it' }),
          shrunk_improvement_pct: z.number(),
          improvement_pct: z.number(),
          verified_improvement_pct: z.number().nullable(),
          verification: z.enum(VERIFICATION_OUTCOMES).nullable(),
        }),
      )
      .openapi({
        description:
          'the promotions that stand and their parts in the compound figures, in the order of their first budget changes',
      }),
    luck_tests: z.int().openapi({
      description:
        'tests whose number, errors and lengths the figures of luck are for; forced promotions are left out',
    }),
    luck_compound_improvement_pct: z.number().openapi({
      description:
        'mean claim of the same number of tests with identical ads: winners by luck alone, each with its error when it stopped. Most such programmes claim nothing and few claim much, so the mean may lie outside the range',
    }),
    luck_compound_improvement_interval_pct: z.tuple([z.number(), z.number()]).openapi({
      description: 'range in percent, [low, high], of the claims of 95 % of such programmes',
    }),
    generated_at: instant,
    ...programmeFields,
    forecasts: z
      .object({
        verdict: z.enum(['too_few', 'worth', 'not_shown', 'worth_nothing']),
        message: z.string(),
        tests: z.int().openapi({ description: 'scored forecasts that knew something' }),
        knew_nothing: z.int().openapi({ description: 'scored forecasts that knew nothing' }),
        since: instant.nullable(),
      })
      .openapi({ description: 'what the forecasts made before the tests have been worth' }),
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
      shrunk_avg_improvement_pct: z.number(),
      avg_improvement_pct: z.number(),
      verified_avg_improvement_pct: verifiedNumber,
      total_experiments: z.int(),
      shrunk_compound_improvement_pct: z.number(),
      shrunk_compound_improvement_interval_pct: shrunkInterval,
      compound_improvement_pct: z.number(),
      compound_improvement_interval_pct: claimedInterval,
      verified_compound_improvement_pct: verifiedNumber,
      verified_compound_improvement_interval_pct: verifiedInterval,
      prior_note: priorNote,
    }),
    recent_winners: z.array(HistoryEntry),
    compound_learning: z.union([CompoundReportAnswer, EmptyReportAnswer]),
    scheduler: SchedulerAnswer,
    generated_at: instant,
  })
  .openapi('Dashboard');
