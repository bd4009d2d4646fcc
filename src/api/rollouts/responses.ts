import { z } from '@hono/zod-openapi';
import { instant, minorUnits, orNull, unreadable } from '../http/responses.js';

export const BudgetReallocation = z
  .object({
    status: z.enum(['in_progress', 'completed', 'reverted', 'shadow', 'needs_attention', 'stopped']),
    total_budget_cents: minorUnits,
    winner_old_budget_cents: minorUnits,
    winner_new_budget_cents: minorUnits,
    loser_old_budget_cents: minorUnits,
    loser_new_budget_cents: minorUnits,
    winner_budget_pct: z.number(),
    loser_budget_pct: z.number(),
    phased_rollout: z.boolean(),
    reallocated_at: instant.nullable(),
    currency: z.string(),
    winner_current_budget_cents: minorUnits,
    loser_current_budget_cents: minorUnits,
    at_risk_cents: minorUnits.openapi({
      description:
        'minor units per day, at the worst end of the interval, for the budgets that are moved now',
    }),
    phases: z.array(
      z.object({ name: z.string(), winner_share: z.number(), read_back_at: instant.nullable() }),
    ),
  })
  .openapi('BudgetReallocation');

export const PlannedRollout = z
  .object({
    winner_variant_id: z.string(),
    budgets_read_at: instant,
    winner_budget_cents: minorUnits.openapi({ description: 'per day, as read at that instant' }),
    others_budget_cents: minorUnits,
    phases: z.array(
      z.object({
        name: z.string(),
        wait_hours: z.number().openapi({ description: 'after the phase before it' }),
        winner_budget_cents: minorUnits,
        others_budget_cents: minorUnits,
      }),
    ),
  })
  .openapi('PlannedRollout');

export const LedgerRowAnswer = z
  .object({
    sequence: z.int(),
    ad_set_id: z.string(),
    phase: z.string(),
    before: minorUnits,
    intended: minorUnits,
    read_back: minorUnits.nullable(),
    outcome: z.enum(['pending', 'applied', 'refused', 'not_sent', 'unknown']).openapi({
      description: 'not_sent: entered in the ledger, but then not sent to Meta',
    }),
    error: z.string().nullable(),
    at: instant,
    settled_at: instant.nullable(),
    compensates: z.int().nullable(),
    error_kind: z.string().nullable(),
    at_risk_cents: minorUnits
      .nullable()
      .openapi({ description: 'minor units per day, at the worst end of the interval; null in a revert' }),
  })
  .openapi('LedgerRow');

export const LedgerAnswer = z.object({
  experiment_id: z.string(),
  currency: z.string(),
  budget_reallocation: orNull(BudgetReallocation),
  ledger: z.array(LedgerRowAnswer),
  count: z.int(),
  unreadable,
});

export const GateAnswer = z
  .object({
    phase: z.string().openapi({ description: 'the phase that follows the gate, or verification' }),
    at: instant,
    outcome: z.enum(['pass', 'hold', 'revert']),
    findings: z.array(
      z.object({
        code: z.string(),
        leads_to: z.enum(['hold', 'revert', 'note']),
        message: z.string(),
        until: instant
          .nullable()
          .openapi({ description: 'when it ends by itself; null: a user must end it' }),
      }),
    ),
    at_risk_cents: minorUnits,
    ad_sets: z.array(
      z.object({
        ad_set_id: z.string(),
        learning_stage: z.string().nullable(),
        last_significant_edit_at: instant.nullable(),
        budget_cents: minorUnits.nullable(),
        target_cents: minorUnits.nullable(),
      }),
    ),
    shadow: z
      .boolean()
      .openapi({ description: 'true: the targets are budgets that would have been written' }),
  })
  .openapi('Gate');

export const GatesAnswer = z.object({
  experiment_id: z.string(),
  currency: z.string(),
  gates: z.array(GateAnswer),
  count: z.int(),
  unreadable,
});
