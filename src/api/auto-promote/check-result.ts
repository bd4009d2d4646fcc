import type { z } from '@hono/zod-openapi';
import type { LedgerRow, Promotion, Verification } from '../../contract/records.js';
import { totalOf } from '../../domain/budget.js';
import type { Decision } from '../../domain/decision/decision.js';
import { rivalOf } from '../../domain/decision/rival.js';
import { entryOf } from '../../domain/entry.js';
import { type Experiment, type ExperimentState, type Variant, variantOf } from '../../domain/experiment.js';
import { atRisk } from '../../domain/rollout/at-risk.js';
import { confidenceNote, isoOf, isoOrNull, metricsToJson, rounded, verificationToJson } from '../json.js';
import type { BudgetReallocation } from '../rollouts/responses.js';
import type { CheckResult, CheckStatus } from './responses.js';

export type CheckResultJson = z.output<typeof CheckResult>;
export type CheckStatusJson = z.output<typeof CheckStatus>;

/** What is known of an experiment after a check. */
export interface CheckFacts {
  experiment: Experiment;
  promotion: Promotion | null;
  verification: Verification | null;
  ledger: readonly LedgerRow[];
  /** The decision that the check made; null where it made none. */
  decision: Decision | null;
  message: string;
}

interface Telling {
  /** `verdict`: that of the check's own decision. */
  status: CheckStatusJson | 'verdict';
  /** Where no phase is written; unset: as `status`. */
  unwritten?: CheckStatusJson;
  /** Whose reasons come first. */
  reasons: 'state' | 'decision';
}

/**
 * What a check says of an experiment in each state. `promoted`, as older callers know it: phase 1 was written and read
 * back, whatever became of it since; that stands in `budget_reallocation.status`.
 */
const TELLING: Record<ExperimentState, Telling> = {
  running: { status: 'verdict', reasons: 'decision' },
  paused: { status: 'held', reasons: 'state' },
  awaiting_approval: { status: 'held', reasons: 'state' },
  rolling_out: { status: 'promoted', unwritten: 'pending', reasons: 'decision' },
  held: { status: 'held', reasons: 'state' },
  verifying: { status: 'promoted', reasons: 'decision' },
  completed: { status: 'promoted', reasons: 'decision' },
  reverting: { status: 'promoted', unwritten: 'held', reasons: 'state' },
  reverted: { status: 'promoted', unwritten: 'held', reasons: 'state' },
  no_winner: { status: 'no_winner', reasons: 'decision' },
  stopped: { status: 'promoted', unwritten: 'held', reasons: 'state' },
  needs_attention: { status: 'held', reasons: 'state' },
};

/** States in which a check looks at the data; in every other one it tells what the record says. */
const LOOKED_AT: readonly ExperimentState[] = ['running', 'verifying'];

export function isLookedAt({ state }: Pick<Experiment, 'state'>): boolean {
  return LOOKED_AT.includes(state);
}

/** A check's answer in the older callers' form. */
export function checkResult(facts: CheckFacts): CheckResultJson {
  const { experiment, promotion, decision, message } = facts;
  const status = statusOf(facts);
  const winner = promotion ? variantOf(experiment, promotion.winnerVariantId) : null;
  const loser = winner ? rivalOf(experiment, winner, promotion?.metrics) : null;
  const metrics = promotion?.metrics ?? decision?.metrics ?? {};
  const metricsOf = (variant: Variant | null) => {
    const found = variant && entryOf(metrics, variant.id);
    return found ? metricsToJson(found, experiment.currency) : null;
  };
  return {
    experiment_id: experiment.id,
    status,
    winner_ad_id: winner?.adId ?? null,
    loser_ad_id: loser?.adId ?? null,
    confidence: promotion?.confidence ?? decision?.confidence ?? 0,
    confidence_note: promotion || decision ? confidenceNote(experiment.policy) : null,
    winner_metrics: metricsOf(winner),
    loser_metrics: metricsOf(loser),
    budget_reallocation: promotion ? budgetReallocation(experiment, promotion, facts.ledger) : null,
    verification: verificationToJson(facts.verification),
    insights: null,
    insights_status: status === 'promoted' ? 'not_available' : 'none',
    message,
    promoted_at: isoOrNull(experiment.promotedAt),
    reasons: reasonsOf(facts),
    state: experiment.state,
    look_at: experimentPath(experiment.id),
  };
}

/** The answer where there is no outcome: an error, or none yet. */
export function resultWithoutOutcome(
  experimentId: string,
  status: 'error' | 'pending',
  message: string,
  state: ExperimentState | null,
): CheckResultJson {
  return {
    experiment_id: experimentId,
    status,
    winner_ad_id: null,
    loser_ad_id: null,
    confidence: 0,
    confidence_note: null,
    winner_metrics: null,
    loser_metrics: null,
    budget_reallocation: null,
    verification: null,
    insights: null,
    insights_status: 'none',
    message,
    promoted_at: null,
    reasons: [],
    state,
    look_at: experimentPath(experimentId),
  };
}

/** Where the experiment can be looked at. */
export function experimentPath(experimentId: string): string {
  return `/api/ab/experiments/${experimentId}`;
}

function statusOf({ experiment, promotion, decision }: CheckFacts): CheckStatusJson {
  const { status, unwritten } = TELLING[experiment.state];
  if (status !== 'verdict') {
    const written = promotion !== null && Object.keys(promotion.phasesDone).length > 0;
    return written ? status : (unwritten ?? status);
  }
  if (decision === null) return 'error';
  // A winner that was found but not promoted: something stands in its way, and the message says what.
  return decision.verdict === 'promote' ? 'held' : decision.verdict;
}

function reasonsOf({ experiment, decision, message }: CheckFacts): string[] {
  const decided = decision?.reasons ?? [];
  if (TELLING[experiment.state].reasons === 'state' || decided.length === 0)
    return [experiment.stateReason, ...decided];
  return experiment.state === 'running' && decision?.verdict === 'promote' ? [message, ...decided] : decided;
}

/**
 * Budgets before and after the promotion. With more than two variants the loser's amounts are those of all the
 * others together. `*_new_*` is what the last phase aims at, or after an undo what was left; `*_current_*` is
 * what was last read back.
 */
export function budgetReallocation(
  experiment: Experiment,
  promotion: Promotion,
  ledger: readonly LedgerRow[],
): z.output<typeof BudgetReallocation> {
  const { base, winnerAdSetId, phases } = promotion.plan;
  const total = totalOf(base);
  const current = { ...base };
  for (const row of ledger) {
    if (row.readBack !== null && row.adSetId in current) current[row.adSetId] = row.readBack;
  }
  const aimed = ['in_progress', 'completed', 'shadow'].includes(promotion.status);
  const after = aimed ? phases.at(-1)!.targets : current;
  const winnerNew = after[winnerAdSetId]!;
  const loserNew = totalOf(after) - winnerNew;
  const lastPhase = phases.at(-1)!.name;
  return {
    status: promotion.status,
    total_budget_cents: total,
    winner_old_budget_cents: base[winnerAdSetId]!,
    winner_new_budget_cents: winnerNew,
    loser_old_budget_cents: total - base[winnerAdSetId]!,
    loser_new_budget_cents: loserNew,
    winner_budget_pct: rounded(winnerNew / (winnerNew + loserNew), 4),
    loser_budget_pct: rounded(loserNew / (winnerNew + loserNew), 4),
    phased_rollout: phases.length > 1,
    reallocated_at: isoOrNull(promotion.phasesDone[lastPhase] ?? null),
    currency: experiment.currency,
    winner_current_budget_cents: current[winnerAdSetId]!,
    loser_current_budget_cents: totalOf(current) - current[winnerAdSetId]!,
    at_risk_cents: atRisk({ base, targets: current, winnerAdSetId, interval: promotion.interval }).amount,
    phases: phases.map(({ name, winnerShare }) => {
      const readBackAt = promotion.phasesDone[name];
      return {
        name,
        winner_share: winnerShare,
        read_back_at: readBackAt === undefined ? null : isoOf(readBackAt),
      };
    }),
  };
}
