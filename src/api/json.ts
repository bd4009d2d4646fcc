/** Where the product's types (camelCase, epoch ms, minor units) become what callers see; policies in `policy-json.ts`. */
import type { z } from '@hono/zod-openapi';
import type { ControlRow, GateRow, LedgerRow, Verification } from '../contract/records.js';
import { currencyOffset } from '../domain/budget.js';
import type { Decision } from '../domain/decision/decision.js';
import { entryOf } from '../domain/entry.js';
import { RULES } from '../domain/evidence/rules.js';
import { UNADJUSTED } from '../domain/evidence/types.js';
import type { Experiment, Policy } from '../domain/experiment.js';
import type { VariantMetrics } from '../domain/metric.js';
import { claimedLift } from '../domain/reporting/lift.js';
import type { ControlRowAnswer } from './controls/responses.js';
import { policyToJson } from './experiments/policy-json.js';
import type { ExperimentAnswer, VerificationAnswer } from './experiments/responses.js';
import type { LookAnswer, MetricsAnswer } from './looks/responses.js';
import type { GateAnswer, LedgerRowAnswer } from './rollouts/responses.js';

/** ISO 8601 with Z, without milliseconds where they are zero. */
export function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}

export function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoOf(epochMs);
}

/** Rounds half away from zero; 0 for what isn't finite. */
export function rounded(value: number, digits: number): number {
  if (!Number.isFinite(value)) return 0;
  const factor = 10 ** digits;
  return (Math.sign(value) * Math.round(Math.abs(value) * factor)) / factor + 0;
}

/**
 * What a variant did, in the older callers' units: `clicks` are link clicks, `ctr` and `conversion_rate`
 * percent, `spend`, `cpc`, `cpm` and `revenue` major units. A rate without exposure is 0.
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

/** What must stand beside a confidence of this policy's rule; null where it stays true under repeated looks. */
export function confidenceNote({ rule }: Pick<Policy, 'rule'>): string | null {
  return RULES[rule].adjusted ? null : UNADJUSTED;
}

export function experimentToJson(experiment: Experiment): z.output<typeof ExperimentAnswer> {
  const winner = experiment.variants.find((variant) => variant.id === experiment.winnerVariantId);
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    environment: experiment.environment,
    account_id: experiment.accountId,
    currency: experiment.currency,
    state: experiment.state,
    state_reason: experiment.stateReason,
    state_changed_at: isoOf(experiment.stateChangedAt),
    start_date: isoOf(experiment.startedAt),
    promoted_at: isoOrNull(experiment.promotedAt),
    end_date: isoOrNull(experiment.endedAt),
    winner_variant_id: experiment.winnerVariantId,
    winner_ad_id: winner?.adId ?? null,
    variants: experiment.variants.map(({ id, role, adId, adSetId, creative }) => ({
      id,
      role,
      ad_id: adId,
      ad_set_id: adSetId,
      creative: {
        hook: creative.hook,
        headline: creative.headline,
        text: creative.text,
        script: creative.script,
        visual_notes: creative.visualNotes,
      },
      dropped_at: isoOrNull(entryOf(experiment.dropped, id) ?? null),
    })),
    policy: policyToJson(experiment.policy),
    accepted_differences: acceptedToJson(experiment.acceptedDifferences),
  };
}

function acceptedToJson(
  accepted: Experiment['acceptedDifferences'],
): z.output<typeof ExperimentAnswer>['accepted_differences'] {
  if (!accepted) return null;
  const { by, reason, differences } = accepted;
  return {
    by,
    reason,
    differences: differences.map(({ variantId, field, message }) => ({
      variant_id: variantId,
      field,
      message,
    })),
  };
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
    reasons: decision.reasons,
    // Decisions from before health was looked at come without it out of a workflow's history.
    health: decision.health ?? [],
    outlook: decision.outlook
      ? {
          hours_left: rounded(decision.outlook.hours, 1),
          looks_left: decision.outlook.looks,
          before_horizon: decision.outlook.inTime,
        }
      : null,
    randomised: decision.setting?.randomised ?? null,
    pairs: decision.pairs.map(({ variantA, variantB, evidence, calledWinner, welch }) => ({
      variant_a: variantA,
      variant_b: variantB,
      effect: evidence.theta,
      standard_error: evidence.se,
      lift: claimedLift(evidence.theta),
      interval: evidence.interval,
      confidence: evidence.confidence,
      p: evidence.p,
      counts: evidence.counts,
      // Evidence from before there was a choice of rules doesn't say so: it is adjusted.
      adjusted: evidence.adjusted !== false,
      note: evidence.adjusted === false ? UNADJUSTED : null,
      missing: evidence.missing,
      bound: evidence.bound,
      called_winner: calledWinner,
      welch_unadjusted: welch,
    })),
    metrics: Object.fromEntries(
      Object.entries(decision.metrics).map(([variant, metrics]) => [
        variant,
        metricsToJson(metrics, currency),
      ]),
    ),
    input_hash: decision.inputHash,
    asked_by: decision.askedBy,
  };
}

/** E beyond this is shown as this: it stops being a number that anyone reads, and may overflow. */
const LARGEST_E = 1e9;

export function verificationToJson(found: Verification | null): z.output<typeof VerificationAnswer> | null {
  if (found === null) return null;
  const evidence = found.logHarm === null ? 0 : Math.exp(found.logHarm);
  return {
    outcome: found.outcome,
    message: found.message,
    winner_variant_id: found.winner,
    rival_variant_id: found.rival,
    lift: claimedLift(found.theta),
    effect: found.theta,
    standard_error: found.se,
    interval: found.interval,
    rows: found.rows,
    days: found.days,
    winner_events: found.winnerEvents,
    rival_events: found.rivalEvents,
    evidence_of_harm: rounded(Math.min(evidence, LARGEST_E), 4),
    due_at: isoOf(found.dueAt),
    seen_until: isoOf(found.seenUntil),
    decided_at: isoOf(found.decidedAt),
  };
}

export function ledgerRowToJson(row: LedgerRow): z.output<typeof LedgerRowAnswer> {
  return {
    sequence: row.sequence,
    ad_set_id: row.adSetId,
    phase: row.phase,
    before: row.before,
    intended: row.intended,
    read_back: row.readBack,
    outcome: row.outcome,
    error: row.error,
    at: isoOf(row.at),
    settled_at: isoOrNull(row.settledAt),
    compensates: row.compensates,
    error_kind: row.errorKind,
    at_risk_cents: row.atRisk,
  };
}

export function gateToJson(gate: GateRow): z.output<typeof GateAnswer> {
  const { phase, at, outcome, findings, learning, atRisk, budgets, targets, shadow } = gate;
  return {
    phase,
    at: isoOf(at),
    outcome,
    findings: findings.map(({ code, leadsTo, message, until }) => ({
      code,
      leads_to: leadsTo,
      message,
      until: isoOrNull(until),
    })),
    at_risk_cents: atRisk,
    ad_sets: Object.keys(learning).map((id) => ({
      ad_set_id: id,
      learning_stage: learning[id]!.status,
      last_significant_edit_at: isoOrNull(learning[id]!.lastSignificantEditAt),
      budget_cents: budgets[id] ?? null,
      target_cents: targets[id] ?? null,
    })),
    shadow,
  };
}

export function controlRowToJson(row: ControlRow): z.output<typeof ControlRowAnswer> {
  return {
    control_id: row.controlId,
    kind: row.kind,
    by: row.by,
    reason: row.reason,
    at: isoOf(row.at),
    outcome: row.outcome,
    message: row.message,
  };
}
