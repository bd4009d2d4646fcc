/** The parts of the compound report that describe the programme of tests. */
import { z } from '@hono/zod-openapi';
import { INSIGHT_STATUSES } from '../../domain/insights/status.js';
import { OBJECTIVES } from '../../domain/metric.js';
import { LATER_RESULTS, PATTERN_STATES } from '../../domain/patterns/state.js';
import { LEAST_IN_A_BAND } from '../../domain/reporting/programme.js';
import { LEAST_FOR_A_RATE, LEAST_FOR_QUARTILES } from '../../domain/reporting/rate.js';
import { orNull } from '../http/responses.js';

const message = z.string().openapi({ description: 'what it means, or that there is too little data' });
const pair = z.tuple([z.number(), z.number()]);
const shareInterval = orNull(pair).openapi({ description: '95 % score interval (Wilson), fractions' });
const rate = z.number().min(0).max(1).nullable();
const tooFew = `null with fewer than ${LEAST_FOR_A_RATE}`;
const moneyInterval = pair.openapi({ description: '95 % interval, major units' });

function countsOf<Name extends string>(names: readonly Name[]) {
  return z.object(Object.fromEntries(names.map((name) => [name, z.int()])) as Record<Name, z.ZodInt>);
}

export const programmeFields = {
  promotion_rate: z
    .object({ rate, interval: shareInterval, promoted: z.int(), decided: z.int(), message })
    .openapi({
      description: `tests in which the rule found a winner, as a share of those that it decided; ${tooFew}`,
    }),
  confidence: z
    .object({ average: z.number().nullable(), promotions: z.int(), message })
    .openapi({ description: 'as avg_confidence; null without a promotion' }),
  improvement: z
    .object({
      shrunk_avg_pct: z.number().nullable(),
      shrunk_interval_pct: orNull(pair),
      avg_pct: z.number().nullable(),
      interval_pct: orNull(pair),
      promotions: z.int(),
      message,
    })
    .openapi({ description: 'as the …avg_improvement_per_test; null without a promotion' }),
  false_positives: z
    .object({
      expected_rate: rate.openapi({ description: 'as false_positive_rate' }),
      promotions: z
        .int()
        .openapi({ description: 'all by the rule whose budgets were written, reverted ones too' }),
      observed_rate: rate.openapi({
        description: `verifications that showed the winner to be worse, as a share; ${tooFew}`,
      }),
      observed_interval: shareInterval,
      worse: z.int(),
      verifications: z.int(),
      replicated_rate: rate.openapi({ description: `verifications that verified the winner; ${tooFew}` }),
      replicated_interval: shareInterval,
      message,
    })
    .openapi({ description: 'promotions without a true lift: expected, and observed' }),
  hours_to_promotion: z
    .object({
      median: z.number().nullable(),
      quartiles: orNull(pair).openapi({ description: `null with fewer than ${LEAST_FOR_QUARTILES}` }),
      promotions: z.int(),
      message,
    })
    .openapi({ description: 'from the start of a test to its first budget change; promotions by the rule' }),
  savings: z
    .object({
      totals: z
        .array(z.object({ currency: z.string(), saved: z.number(), interval: moneyInterval, tests: z.int() }))
        .openapi({ description: 'major units, one per currency: amounts of two are never added' }),
      tests: z.array(
        z.object({
          experiment_id: z.string(),
          experiment_name: z.string(),
          currency: z.string(),
          objective: z.enum(OBJECTIVES),
          outcome: z.string().openapi({ description: 'what an outcome is', example: 'link clicks' }),
          outcomes_gained: z.number(),
          cost_per_outcome: z.number().openapi({ description: "the loser's, major units" }),
          saved: z.number(),
          interval: moneyInterval,
        }),
      ),
      unknown: z.array(z.string()).openapi({
        description: 'verified promotions whose loser has no outcome on record, by experiment id',
      }),
      message,
    })
    .openapi({
      description: "outcomes gained in verified promotions, times the loser's cost per outcome",
    }),
  manual_work: z
    .object({
      hours: z.number(),
      minutes_each: z.number().openapi({ description: 'an assumption: MANUAL_MINUTES_PER_CHECK' }),
      looks: z.int(),
      budget_writes: z.int(),
      reports: z.int(),
      message,
    })
    .openapi({ description: 'what the service did, in hours of work by hand' }),
  tests_managed: z
    .object({ total: z.int(), by_state: z.record(z.string(), z.int()), message })
    .openapi({ description: 'all tests on record' }),
  lift_curve: z
    .object({
      bands: z.array(
        z.object({
          from: z.int(),
          to: z.int().nullable().openapi({ description: 'exclusive; null: no upper end' }),
          promotions: z.int(),
          shrunk_avg_pct: z.number().nullable(),
          shrunk_interval_pct: orNull(pair),
          avg_pct: z.number().nullable(),
        }),
      ),
      message,
    })
    .openapi({
      description: `mean lifts of winners by the number of tests decided before them; null with fewer than ${LEAST_IN_A_BAND} promotions`,
    }),
  pattern_library: z.object({
    size: z.int(),
    by_state: countsOf(PATTERN_STATES),
    uses: z.int().openapi({ description: 'by ads of decided tests' }),
    wins: z.int(),
    success_rate: z.number().nullable().openapi({ description: 'posterior mean; null without a use' }),
    success_interval: orNull(pair).openapi({ description: '90 %, of the Beta posterior' }),
    later: countsOf(LATER_RESULTS).openapi({
      description: 'what later tests say of the patterns that were stated with a direction',
    }),
    message,
  }),
  insights: z.object({
    by_status: countsOf(INSIGHT_STATUSES).openapi({ description: 'the latest extraction of each test' }),
    claims_kept: z.int(),
    claims_dropped: z.int(),
    cost_this_month_usd: z.number().openapi({
      description: 'of all questions to Claude in this calendar month (UTC), drafts included',
    }),
    message,
  }),
};
