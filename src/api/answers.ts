/** What callers get. `json.ts` builds these from the product's own types. */
import { z } from '@hono/zod-openapi';
import { BUCKETS, EXPERIMENT_STATES } from '../domain/experiment.js';
import { VERIFICATION_OUTCOMES } from '../domain/verification.js';
import { CONTROL_KINDS, SCHEDULE_IDS } from '../workflows/contract.js';

const instant = z.string().openapi({ format: 'date-time', example: '2026-11-23T09:00:00Z' });
const minorUnits = z.int().openapi({ description: "minor units of the account's currency" });
const confidenceNote = z
  .string()
  .nullable()
  .openapi({ description: 'says where a confidence is unadjusted for repeated looks' });
const state = z.enum(EXPERIMENT_STATES);
const control = z.enum(CONTROL_KINDS);

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
    state: state.optional(),
    allowed: z.array(control).optional(),
    experiment_id: z.string().optional(),
  })
  .openapi('Problem');

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
    dropped_at: instant.nullable().openapi({ description: 'when a person took it out of the comparison' }),
  })
  .openapi('Variant');

export const PolicyAnswer = z
  .object({
    objective: z.string(),
    rule: z.string(),
    strict: z.boolean(),
    buckets: z.enum(BUCKETS),
    confidence: z.number(),
    minimum_run_hours: z.number(),
    minimum_impressions: z.number(),
    minimum_clicks: z.number(),
    minimum_conversions: z.number(),
    attribution_window_hours: z.number(),
    guardrails: z.array(z.object({ metric: z.string(), mode: z.string(), margin: z.number() })),
    horizon_hours: z.number(),
    check_every_hours: z.number(),
    /** Null in policies frozen before it was there. */
    minimum_detectable_effect: z.number().nullable(),
    phases: z.array(z.object({ winner_share: z.number(), wait_hours: z.number() })),
    approval_required: z.boolean(),
    approval_hours: z.number(),
    at_risk_limit_cents: minorUnits.nullable(),
    verification: z.object({ settle_hours: z.number(), window_hours: z.number() }),
  })
  .openapi('Policy');

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
    accepted_differences: z
      .object({
        by: z.string(),
        reason: z.string(),
        differences: z.array(z.object({ variant_id: z.string(), field: z.string(), message: z.string() })),
      })
      .nullable()
      .openapi({ description: 'in what the ad sets differed at the start, and who accepted that' }),
  })
  .openapi('Experiment');

export const VerificationAnswer = z
  .object({
    outcome: z.enum(VERIFICATION_OUTCOMES),
    message: z.string(),
    winner_variant_id: z.string(),
    rival_variant_id: z
      .string()
      .openapi({ description: 'the control, or its best challenger where that won' }),
    lift: z.number().openapi({
      description: 'relative lift of the winner over its rival in the window alone, a fraction',
    }),
    effect: z.number().openapi({ description: 'log rate ratio of the winner over its rival' }),
    standard_error: z.number(),
    interval: z
      .tuple([z.number(), z.number()])
      .nullable()
      .openapi({ description: '90 % interval of the lift' }),
    rows: z.int().openapi({ description: 'hours, or days under a strict policy, in which both delivered' }),
    days: z.int(),
    winner_events: z.number(),
    rival_events: z.number(),
    evidence_of_harm: z
      .number()
      .openapi({ description: 'E of the winner being worse, 0 where it is not behind; harm from 20 on' }),
    due_at: instant,
    seen_until: instant,
    decided_at: instant,
  })
  .openapi('Verification');

export const StatusAnswer = ExperimentAnswer.extend({
  verification: VerificationAnswer.nullable().openapi({ description: 'null before its outcome' }),
  source: z
    .enum(['workflow', 'record'])
    .openapi({ description: "whose word `state` is: the running workflow's, or Postgres's" }),
  next_due_at: instant.nullable(),
  next_due: z.string().nullable(),
  allowed: z.array(control),
  trouble: z.string().nullable(),
  queued: z.int(),
}).openapi('ExperimentStatus');

export const CreatedAnswer = ExperimentAnswer.extend({
  workflow: z.enum(['started', 'deferred']),
  note: z.string().nullable(),
  days_to_detect_10_percent: z.number().nullable().openapi({
    description:
      "about how many days a lift of 10 % takes to be found at the last day's traffic; null where there was none",
  }),
}).openapi('CreatedExperiment');

export const MetricsAnswer = z
  .object({
    impressions: z.int(),
    clicks: z.int().openapi({ description: "clicks that lead to the advertiser's destination" }),
    spend: z.number(),
    conversions: z.number(),
    ctr: z.number().openapi({ description: 'percent' }),
    cpc: z.number(),
    cpm: z.number(),
    conversion_rate: z.number().openapi({ description: 'percent of clicks' }),
    all_clicks: z.int(),
    revenue: z.number(),
  })
  .openapi('Metrics');

const PairAnswer = z
  .object({
    variant_a: z.string(),
    variant_b: z.string(),
    effect: z.number().openapi({ description: 'log rate ratio of B over A' }),
    standard_error: z.number(),
    lift: z.number().openapi({ description: 'claimed relative lift of B over A, a fraction' }),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    confidence: z.number(),
    p: z.number(),
    counts: z.boolean(),
    adjusted: z
      .boolean()
      .openapi({ description: 'false: confidence, p and interval are unadjusted for repeated looks' }),
    note: z.string().nullable(),
    missing: z.array(z.object({ code: z.string(), value: z.number(), limit: z.number() })),
    bound: z.number().nullable(),
    called_winner: z.string().nullable(),
    welch_unadjusted: z.object({ t: z.number(), df: z.number(), p: z.number() }).nullable(),
  })
  .openapi('PairEvidence');

export const LookAnswer = z
  .object({
    experiment_id: z.string(),
    look_number: z.int(),
    due_at: instant,
    seen_until: instant,
    decided_at: instant,
    rule: z.string(),
    rule_version: z.string(),
    verdict: z.enum(['insufficient_data', 'continue_testing', 'held', 'no_winner', 'promote']),
    winner_variant_id: z.string().nullable(),
    leader_variant_id: z.string().nullable(),
    confidence: z.number(),
    reasons: z.array(z.string()),
    health: z.array(
      z.object({ code: z.string(), level: z.enum(['note', 'warn', 'block']), message: z.string() }),
    ),
    outlook: z
      .object({ hours_left: z.number(), looks_left: z.int(), before_horizon: z.boolean() })
      .nullable()
      .openapi({ description: 'about how long, if the effect and the traffic stay as they are' }),
    randomised: z.boolean().nullable().openapi({
      description:
        'whether a split test of Meta dealt people out between the ads; null where it was not asked',
    }),
    pairs: z.array(PairAnswer),
    metrics: z.record(z.string(), MetricsAnswer),
    input_hash: z.string(),
    asked_by: z.string(),
  })
  .openapi('Look');

export const LedgerRowAnswer = z
  .object({
    sequence: z.int(),
    ad_set_id: z.string(),
    phase: z.string(),
    before: minorUnits,
    intended: minorUnits,
    read_back: minorUnits.nullable(),
    outcome: z.enum(['pending', 'applied', 'refused', 'unknown']),
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
        leads_to: z.enum(['hold', 'revert']),
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
    currency: z.string(),
    timezone: z.string(),
    writes: z.enum(['on', 'shadow']),
    kill_switch: KillSwitchAnswer.nullable(),
    envelope: z.object({
      limit_cents: minorUnits.nullable(),
      moved_today_cents: minorUnits,
      resets_at: instant,
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
    decision: LookAnswer.nullable(),
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
    winner_metrics: MetricsAnswer.nullable(),
    loser_metrics: MetricsAnswer.nullable(),
    budget_reallocation: BudgetReallocation.nullable(),
    verification: VerificationAnswer.nullable(),
    insights: z.null(),
    insights_status: z.enum(['none', 'pending']),
    message: z.string(),
    promoted_at: instant.nullable(),
    reasons: z.array(z.string()),
    state: state.nullable(),
    look_at: z.string(),
  })
  .openapi('CheckResult');

const counts = {
  total_checked: z.int(),
  promoted: z.int(),
  continue_testing: z.int(),
  insufficient_data: z.int(),
  no_winner: z.int(),
  held: z.int(),
  errors: z.int(),
  pending: z.int(),
  in_rollout: z.int().openapi({ description: 'promoted earlier: not checked, not among the results' }),
};

export const CheckAllAnswer = z
  .object({ ...counts, results: z.array(CheckResult), checked_at: instant })
  .openapi('CheckAll');

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
  })
  .openapi('HistoryEntry');

export const HistoryAnswer = z
  .object({ history: z.array(HistoryEntry), count: z.int(), days_back: z.int() })
  .openapi('History');

const range = z.object({ min: z.number(), max: z.number() });
const untilVerified = {
  description:
    'of the verified promotions, by decision and verification together; null until a promotion is verified',
};
const verifiedNumber = z.number().nullable().openapi(untilVerified);
const share = z.number().min(0).max(1).nullable();

export const CompoundReportAnswer = z
  .object({
    total_experiments: z.int(),
    successful_promotions: z.int(),
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
    reverted_promotions: z.int().openapi({ description: 'taken back, by whatever' }),
    reverted_by_verification: z.int().openapi({ description: 'taken back because the winner was worse' }),
    replication_rate: share.openapi({
      description:
        'share of finished verifications that verified; a winner that is not verified may still be one',
    }),
    reverted_by_verification_rate: share.openapi({
      description: 'share of finished verifications that showed harm',
    }),
    false_positive_rate: share.openapi({
      description:
        'expected share of promotions whose true lift is 0 or less: the posterior probability of that, averaged over all promotions',
    }),
    without_winner: z.int(),
    prior_scale: z
      .number()
      .openapi({ description: 'standard deviation of true log lifts, learned from all finished tests' }),
    luck_compound_improvement_pct: z
      .number()
      .openapi({ description: 'what as many tests of identical ads would have claimed by luck' }),
    generated_at: instant,
  })
  .openapi('CompoundReport');

export const EmptyReportAnswer = z
  .object({ total_experiments: z.literal(0), message: z.string() })
  .openapi('EmptyCompoundReport');

export const SchedulerAnswer = z
  .object({
    is_running: z.boolean(),
    check_interval_hours: z.number(),
    jobs: z.array(z.object({ id: z.enum(SCHEDULE_IDS), name: z.string(), next_run: instant.nullable() })),
    scheduler_state: z.enum(['running', 'stopped', 'paused']),
  })
  .openapi('Scheduler');

export const TriggerAnswer = z
  .object({
    status: z.enum(['completed', 'started']),
    triggered_at: instant,
    reconcile: z.enum(['triggered', 'unavailable']),
    ...counts,
  })
  .openapi('Trigger');

export const DashboardAnswer = z
  .object({
    summary: z.object({
      recent_promotions_7d: z.int(),
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

export const HealthAnswer = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    parts: z.object({ postgres: z.enum(['ok', 'unavailable']), temporal: z.enum(['ok', 'unavailable']) }),
  })
  .openapi('Health');
