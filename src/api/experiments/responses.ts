import { z } from '@hono/zod-openapi';
import { CREATIVE_FORMS } from '../../domain/creative/ran-creative.js';
import { RULE_NAMES } from '../../domain/evidence/types.js';
import { BUCKETS, STRATA } from '../../domain/experiment.js';
import { RECHECK_OUTCOMES } from '../../domain/verification/recheck.js';
import { VERIFICATION_OUTCOMES } from '../../domain/verification/verification.js';
import { control, instant, minorUnits, orNull, state, unreadable } from '../http/responses.js';
import { BudgetReallocation, PlannedRollout } from '../rollouts/responses.js';

export const VariantAnswer = z
  .object({
    id: z.string(),
    role: z.enum(['control', 'challenger']),
    ad_id: z.string(),
    ad_set_id: z.string(),
    creative: z.object({
      hook: z.string().nullable(),
      headline: z.string().nullable(),
      text: z.string().nullable(),
      script: z.string().nullable(),
      visual_notes: z.string().nullable(),
    }),
    draft_id: z.string().nullable().openapi({ description: 'the draft that became this ad; null: none did' }),
    dropped_at: instant
      .nullable()
      .openapi({ description: 'when a user, or the rule, took it out of the comparison' }),
  })
  .openapi('Variant');

export const RanCreativeAnswer = z
  .object({
    form: z
      .enum(CREATIVE_FORMS)
      .openapi({ description: 'in which Meta has it; unread: Meta did not give it, and `problem` says why' }),
    title: z.string().nullable(),
    body: z.string().nullable(),
    description: z.string().nullable(),
    call_to_action: z.string().nullable().openapi({ description: "Meta's name of the button" }),
    link: z.string().nullable(),
    picture: orNull(
      z.object({
        url: z
          .string()
          .nullable()
          .openapi({ description: 'path of the stored picture; null if it could not be loaded' }),
        kind: z.enum(['image', 'video_thumbnail']),
        problem: z.string().nullable(),
      }),
    ).openapi({ description: 'null: the ad has none' }),
    is_first_of_several: z.boolean().openapi({
      description:
        'whether the ad shows one of several texts or pictures, or several cards; this is the first',
    }),
    problem: z.string().nullable().openapi({ description: 'why a part is missing, in a sentence' }),
    read_at: instant,
  })
  .openapi('RanCreative');

export const PolicyAnswer = z
  .object({
    objective: z.string(),
    rule: z.enum(RULE_NAMES),
    strict: z.boolean(),
    buckets: z.enum(BUCKETS),
    strata: z.enum(STRATA),
    confidence: z.number(),
    minimum_run_hours: z.number(),
    minimum_impressions: z.number(),
    minimum_clicks: z.number(),
    minimum_conversions: z.number(),
    conversion_event: z.string().openapi({ description: 'what counts as a conversion' }),
    attribution_window_hours: z.number(),
    guardrails: z.array(z.object({ metric: z.string(), mode: z.string(), margin: z.number() })),
    guardrail_wait_hours: z.number().nullable().openapi({
      description:
        "the longest wait for the guardrails of a winner; null if a promotion doesn't wait for them",
    }),
    horizon_hours: z.number(),
    check_every_hours: z.number(),
    /** Null in policies that were frozen before this field existed. */
    minimum_detectable_effect: z.number().nullable(),
    indifference: z
      .number()
      .openapi({ description: 'a relative lift between ads that is too small to matter' }),
    drop_beaten: z.boolean(),
    phases: z.array(z.object({ winner_share: z.number(), wait_hours: z.number() })),
    max_step_factor: z.number().openapi({ description: 'the most that one step may multiply a budget by' }),
    approval_required: z.boolean(),
    approval_hours: z.number(),
    at_risk_limit_cents: minorUnits.nullable(),
    verification: z.object({ settle_hours: z.number(), window_hours: z.number() }),
    recheck_days: z.number().nullable().openapi({
      description: 'days after the last budget write at which the lift is measured again; null: never',
    }),
  })
  .openapi('Policy');

export const EarlierDeliveryAnswer = z
  .object({
    handed_over_at: instant,
    counted: z.boolean().openapi({ description: 'whether looks weigh it; start_date is then its start' }),
    declared_by: z.string().nullable(),
    declared_at: instant.nullable(),
    reason: z.string().nullable(),
    message: z.string(),
    read_at: instant.nullable().openapi({ description: 'null until Meta has given the figures' }),
    from: instant.nullable().openapi({ description: 'start of the first whole bucket with delivery' }),
    to: instant.nullable().openapi({ description: 'end of the last whole bucket with delivery' }),
    variants: z
      .array(
        z.object({
          variant_id: z.string(),
          ad_id: z.string(),
          impressions: z.int(),
          link_clicks: z.int(),
          conversions: z.number(),
          spend_cents: minorUnits,
          revenue_cents: minorUnits,
        }),
      )
      .openapi({ description: 'as Meta had it at read_at; empty before' }),
  })
  .openapi('EarlierDelivery');

export const ExperimentAnswer = z
  .object({
    experiment_id: z.string(),
    name: z.string(),
    environment: z.enum(['sandbox', 'live']),
    account_id: z.string(),
    currency: z.string(),
    state,
    state_reason: z.string(),
    state_changed_at: instant,
    start_date: instant,
    promoted_at: instant.nullable(),
    end_date: instant.nullable(),
    winner_variant_id: z.string().nullable(),
    winner_ad_id: z.string().nullable(),
    variants: z.array(VariantAnswer),
    policy: PolicyAnswer,
    horizon_at: instant.openapi({ description: 'the planned end of the test' }),
    extensions: z
      .array(
        z.object({
          from_days: z.number(),
          horizon_days: z.number(),
          by: z.string(),
          reason: z.string(),
          at: instant,
        }),
      )
      .openapi({
        description: 'longer horizons that users asked for, in order; the policy has the last one',
      }),
    accepted_differences: z
      .object({
        by: z.string(),
        reason: z.string(),
        differences: z.array(z.object({ variant_id: z.string(), field: z.string(), message: z.string() })),
      })
      .nullable()
      .openapi({ description: 'how the ad sets differed at the start, and who accepted that' }),
    earlier_delivery: orNull(EarlierDeliveryAnswer).openapi({
      description: 'what the ads delivered before the handover; null in tests from before it was recorded',
    }),
  })
  .openapi('Experiment');

export const ExperimentsAnswer = z.object({
  experiments: z.array(ExperimentAnswer),
  count: z.int(),
  limit: z.int(),
  offset: z.int(),
  next_cursor: z
    .string()
    .nullable()
    .openapi({ description: '`cursor` of the next page; null if this is the last one' }),
  unreadable,
});

export const VerificationAnswer = z
  .object({
    outcome: z.enum(VERIFICATION_OUTCOMES),
    message: z.string(),
    winner_variant_id: z.string(),
    rival_variant_id: z
      .string()
      .openapi({ description: 'the control, or the best challenger if the control won' }),
    lift: z.number().openapi({
      description: 'relative lift of the winner over its rival in the window alone, a fraction',
    }),
    effect: z.number().openapi({ description: 'log rate ratio of the winner over its rival' }),
    standard_error: z.number(),
    interval: z
      .tuple([z.number(), z.number()])
      .nullable()
      .openapi({ description: '90 % interval of the lift' }),
    rows: z.int().openapi({ description: 'hours (days under a strict policy) in which both delivered' }),
    days: z.int(),
    winner_events: z.number(),
    rival_events: z.number(),
    evidence_of_harm: z.number().openapi({
      description:
        'E-value for the winner being worse; 0 if it is not behind; 20 or more is evidence of harm',
    }),
    due_at: instant,
    seen_until: instant,
    decided_at: instant,
  })
  .openapi('Verification');

export const RecheckAnswer = z
  .object({
    outcome: z.enum(RECHECK_OUTCOMES).openapi({
      description:
        'faded: lower than the verification measured, or behind; not_judged: the budgets have changed, or Meta gave no data',
    }),
    message: z.string(),
    winner_variant_id: z.string(),
    rival_variant_id: z.string(),
    lift: z.number().openapi({
      description:
        'relative lift of the winner over its rival in the window of the recheck alone, a fraction',
    }),
    effect: z.number().openapi({ description: 'log rate ratio of the winner over its rival' }),
    standard_error: z.number(),
    interval: z
      .tuple([z.number(), z.number()])
      .nullable()
      .openapi({ description: '90 % interval of the lift' }),
    rows: z.int(),
    days: z.int(),
    winner_events: z.number(),
    rival_events: z.number(),
    later_tests: z
      .array(z.object({ ad_set_id: z.string(), experiment_id: z.string() }))
      .openapi({ description: 'tests that began on one of the ad sets after the rollout' }),
    due_at: instant.openapi({ description: 'end of the window' }),
    seen_until: instant,
    decided_at: instant,
  })
  .openapi('Recheck');

export const StatusAnswer = ExperimentAnswer.extend({
  variants: z.array(
    VariantAnswer.extend({
      creative_as_run: orNull(RanCreativeAnswer).openapi({
        description:
          'what Meta had when the test began; null until it is read, and in tests from before it was read',
      }),
    }).openapi('VariantWithCreative'),
  ),
  budget_reallocation: orNull(BudgetReallocation).openapi({ description: 'null before a promotion' }),
  planned_rollout: orNull(PlannedRollout).openapi({
    description:
      'what a promotion of the winner that waits for approval, or of the leader, would write; null in other states',
  }),
  verification: orNull(VerificationAnswer).openapi({
    description: 'null before the outcome of the verification',
  }),
  verification_due_at: instant
    .nullable()
    .openapi({ description: 'while the lift is verified: when its result is due; null in other states' }),
  recheck: orNull(RecheckAnswer).openapi({
    description:
      'the lift measured again, `policy.recheck_days` after the rollout; null before, or if there is none',
  }),
  source: z
    .enum(['workflow', 'record'])
    .openapi({ description: 'the source of `state`: the running workflow, or the record in Postgres' }),
  next_due_at: instant.nullable(),
  next_due: z.string().nullable(),
  allowed: z.array(control),
  trouble: z.string().nullable(),
  queued: z.int(),
}).openapi('ExperimentStatus');

export const CreatedAnswer = ExperimentAnswer.extend({
  workflow: z.enum(['started', 'deferred']),
  note: z.string().nullable(),
  warnings: z.array(z.string()).openapi({
    description: 'facts that weaken the test without preventing it; empty if the test was registered before',
  }),
  days_to_detect_10_percent: z.number().nullable().openapi({
    description:
      "about how many days it takes to detect a lift of 10 % at the last day's traffic; null if the traffic is unknown or too little",
  }),
}).openapi('CreatedExperiment');
