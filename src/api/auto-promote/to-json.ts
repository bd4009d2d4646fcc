import type { z } from '@hono/zod-openapi';
import type { Extraction } from '../../contract/insights.js';
import type { LedgerRow, Promotion, Verification } from '../../contract/records.js';
import type { Decision } from '../../domain/decision/decision.js';
import { rivalOf } from '../../domain/decision/rival.js';
import { entryOf } from '../../domain/entry.js';
import {
  type Experiment,
  type ExperimentState,
  stateReasonOf,
  type Variant,
  variantOf,
} from '../../domain/experiment.js';
import { experimentPath } from '../experiments/lookup.js';
import { verificationToJson } from '../experiments/to-json.js';
import { isoOrNull } from '../http/format.js';
import { formOf, insightsStanding } from '../insights/to-json.js';
import { confidenceNote, metricsToJson } from '../looks/to-json.js';
import { budgetReallocationToJson } from '../rollouts/to-json.js';
import type { CheckResult, CheckStatus } from './responses.js';

export type CheckResultJson = z.output<typeof CheckResult>;
export type CheckStatusJson = z.output<typeof CheckStatus>;

/** What a check's result is made from. */
export interface CheckFacts {
  experiment: Experiment;
  promotion: Promotion | null;
  verification: Verification | null;
  ledger: readonly LedgerRow[];
  /** The decision that the check made; null if it made none. */
  decision: Decision | null;
  message: string;
  /** The latest extraction of insights; null if there is none. */
  extraction: Extraction | null;
}

interface ResultRule {
  /** `verdict`: the verdict of the check's own decision. */
  status: CheckStatusJson | 'verdict';
  /** The status if no phase was written; unset: as `status`. */
  unwritten?: CheckStatusJson;
  /** Whether the reason of the state or those of the decision come first. */
  reasons: 'state' | 'decision';
}

/**
 * The result of a check by the experiment's state. `promoted` means what existing callers expect: phase 1 was written and
 * read back at some time. `budget_reallocation.status` says what has become of the promotion since.
 */
const RESULT_RULES: Record<ExperimentState, ResultRule> = {
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

/** The result of a check in the form that existing callers know. */
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
    budget_reallocation: budgetReallocationToJson(experiment, promotion, facts.ledger),
    verification: verificationToJson(facts.verification),
    insights: formOf(facts.extraction),
    insights_status: insightsStanding(experiment, facts.extraction).status,
    message,
    promoted_at: isoOrNull(experiment.promotedAt),
    reasons: reasonsOf(facts),
    state: experiment.state,
    look_at: experimentPath(experiment.id),
  };
}

/** The result of a check that failed or has no outcome yet. */
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
    insights_status: 'not_applicable',
    message,
    promoted_at: null,
    reasons: [],
    state,
    look_at: experimentPath(experimentId),
  };
}

function statusOf({ experiment, promotion, decision }: CheckFacts): CheckStatusJson {
  const { status, unwritten } = RESULT_RULES[experiment.state];
  if (status !== 'verdict') {
    const written = promotion !== null && Object.keys(promotion.phasesDone).length > 0;
    return written ? status : (unwritten ?? status);
  }
  if (decision === null) return 'error';
  // The check found a winner but something prevents the promotion: the message says what.
  return decision.verdict === 'promote' ? 'held' : decision.verdict;
}

function reasonsOf({ experiment, decision, message }: CheckFacts): string[] {
  const decided = decision?.reasons ?? [];
  if (RESULT_RULES[experiment.state].reasons === 'state' || decided.length === 0)
    return [stateReasonOf(experiment), ...decided];
  return experiment.state === 'running' && decision?.verdict === 'promote' ? [message, ...decided] : decided;
}

/** `inRollout`: experiments that were not checked because they were promoted earlier. */
export function countsOf(results: readonly CheckResultJson[], inRollout: number) {
  const count = (status: CheckResultJson['status']) =>
    results.filter((result) => result.status === status).length;
  return {
    total_checked: results.length,
    promoted: count('promoted'),
    continue_testing: count('continue_testing'),
    insufficient_data: count('insufficient_data'),
    no_winner: count('no_winner'),
    held: count('held'),
    errors: count('error'),
    pending: count('pending'),
    in_rollout: inRollout,
  };
}
