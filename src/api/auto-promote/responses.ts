import { z } from '@hono/zod-openapi';
import { VerificationAnswer } from '../experiments/responses.js';
import { instant, orNull, state } from '../http/responses.js';
import { InsightsForm, insightsStatus } from '../insights/responses.js';
import { confidenceNote, MetricsAnswer } from '../looks/responses.js';
import { BudgetReallocation } from '../rollouts/responses.js';

export const CheckStatus = z.enum([
  'promoted',
  'continue_testing',
  'insufficient_data',
  'error',
  'no_winner',
  'held',
  'pending',
]);

export const CheckResult = z
  .object({
    experiment_id: z.string(),
    status: CheckStatus,
    winner_ad_id: z.string().nullable(),
    loser_ad_id: z.string().nullable(),
    confidence: z.number(),
    confidence_note: confidenceNote,
    winner_metrics: orNull(MetricsAnswer),
    loser_metrics: orNull(MetricsAnswer),
    budget_reallocation: orNull(BudgetReallocation),
    verification: orNull(VerificationAnswer),
    insights: orNull(InsightsForm),
    insights_status: insightsStatus,
    message: z.string(),
    promoted_at: instant.nullable(),
    reasons: z.array(z.string()),
    state: state.nullable(),
    look_at: z.string(),
  })
  .openapi('CheckResult');

export const checkCounts = {
  total_checked: z.int(),
  promoted: z.int(),
  continue_testing: z.int(),
  insufficient_data: z.int(),
  no_winner: z.int(),
  held: z.int(),
  errors: z.int(),
  pending: z.int(),
  in_rollout: z.int().openapi({ description: 'promoted earlier, so not checked and not among the results' }),
};

export const CheckAllAnswer = z
  .object({ ...checkCounts, results: z.array(CheckResult), checked_at: instant })
  .openapi('CheckAll');
