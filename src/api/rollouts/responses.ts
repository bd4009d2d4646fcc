/** Budgets: writes, gates, controls, and what bounds the account. */
import { z } from '@hono/zod-openapi';
import { control, instant, minorUnits, orNull, state } from '../http/responses.js';
import { LookAnswer } from '../looks/responses.js';

export const LedgerRowAnswer = z
  .object({
    sequence: z.int(),
    ad_set_id: z.string(),
    phase: z.string(),
    before: minorUnits,
    intended: minorUnits,
    read_back: minorUnits.nullable(),
    outcome: z.enum(['pending', 'applied', 'refused', 'not_sent', 'unknown']).openapi({
      description: 'not_sent: entered, then kept from being sent; Meta has seen nothing of it',
    }),
    error: z.string().nullable(),
    at: instant,
    settled_at: instant.nullable(),
    compensates: z.int().nullable(),
    error_kind: z.string().nullable(),
    at_risk_cents: minorUnits
      .nullable()
      .openapi({ description: 'a day, at the worst end of the interval; null on the way back' }),
  })
  .openapi('LedgerRow');

export const GateAnswer = z
  .object({
    phase: z.string().openapi({ description: 'the phase that it stands before, or verification' }),
    at: instant,
    outcome: z.enum(['pass', 'hold', 'revert']),
    findings: z.array(
      z.object({
        code: z.string(),
        leads_to: z.enum(['hold', 'revert', 'note']),
        message: z.string(),
        until: instant
          .nullable()
          .openapi({ description: 'when it is over by itself; null: a person ends it' }),
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
    shadow: z.boolean().openapi({ description: 'true: the targets are what would have been written' }),
  })
  .openapi('Gate');

export const KillSwitchAnswer = z
  .object({ engaged: z.boolean(), by: z.string(), reason: z.string(), at: instant })
  .openapi('KillSwitch');

export const AccountAnswer = z
  .object({
    account_id: z.string(),
    environment: z.enum(['sandbox', 'live']),
    currency: z.string().nullable(),
    timezone: z.string().nullable(),
    meta: z
      .string()
      .nullable()
      .openapi({ description: 'why Meta did not tell of the account now; null where it did' }),
    writes: z.enum(['on', 'shadow']),
    kill_switch: orNull(KillSwitchAnswer),
    envelope: z.object({
      limit: z
        .number()
        .nullable()
        .openapi({ description: "major units of the account's currency, as configured; null: no limit" }),
      limit_cents: minorUnits.nullable(),
      moved_today_cents: minorUnits
        .nullable()
        .openapi({ description: "null where the account's day is not known" }),
      resets_at: instant.nullable(),
    }),
  })
  .openapi('Account');

export const ControlRowAnswer = z
  .object({
    control_id: z.string(),
    kind: z.string(),
    by: z.string(),
    reason: z.string(),
    at: instant,
    outcome: z.enum(['accepted', 'refused']),
    message: z.string(),
  })
  .openapi('ControlRow');

export const ControlAnswerBody = z
  .object({
    experiment_id: z.string(),
    control_id: z.string(),
    control,
    status: z.enum(['done', 'pending']),
    state: state.nullable(),
    message: z.string(),
    decision: orNull(LookAnswer),
    look_at: z.string(),
  })
  .openapi('ControlAnswer');

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
      description: 'a day, at the worst end of the interval, of what is moved now',
    }),
    phases: z.array(
      z.object({ name: z.string(), winner_share: z.number(), read_back_at: instant.nullable() }),
    ),
  })
  .openapi('BudgetReallocation');
