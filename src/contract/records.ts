import type { Budgets } from '../domain/budget.js';
import type { ExperimentState } from '../domain/experiment.js';
import type { VariantMetrics } from '../domain/metric.js';
import type { GateFinding } from '../domain/rollout/gate.js';
import type { AttemptOutcome } from '../domain/rollout/ownership.js';
import type { RolloutPlan } from '../domain/rollout/plan.js';
import type { SegmentObserved } from '../domain/segments.js';
import type { LaterTest, RecheckVerdict } from '../domain/verification/recheck.js';
import type { VerificationOutcome, VerificationVerdict } from '../domain/verification/verification.js';

/** The record as the rest of the product sees it. Instants are epoch ms of experiment time, amounts are minor units. */

/** One version of what a variant's ad did in one segment on one whole day of the account. */
export interface SegmentObservation extends SegmentObserved {
  adId: string;
}

/** One version of what a variant's ad did in one bucket. */
export interface Observation {
  variantId: string;
  adId: string;
  bucketStart: number;
  /** Exclusive. */
  bucketEnd: number;
  granularity: 'hour' | 'day';
  impressions: number;
  clicks: number;
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

export type LedgerOutcome = AttemptOutcome;

/** One attempt to write one budget. */
export interface LedgerRow {
  /** 1, 2, 3 … within the experiment. */
  sequence: number;
  experimentId: string;
  adSetId: string;
  /** A phase's name (`60`, `70`, `80`) or `revert`. */
  phase: string;
  before: number;
  intended: number;
  readBack: number | null;
  outcome: LedgerOutcome;
  /** Why it was not applied, in a sentence; null otherwise. */
  error: string | null;
  /** Kind of Meta's error if Meta refused the write or an error kept it from being sent; null otherwise. */
  errorKind: string | null;
  /** Amount at risk once the phase is done, minor units per day; null in a revert. */
  atRisk: number | null;
  /** When the attempt was entered, before the call. */
  at: number;
  /** When its outcome became known; null while pending. */
  settledAt: number | null;
  /** Sequence of the row that this one compensates; null for a phase's own row. */
  compensates: number | null;
}

export type PromotionStatus =
  | 'in_progress'
  | 'completed'
  | 'reverted'
  | 'needs_attention'
  | 'stopped'
  | 'shadow';

/**
 * The rollout of an experiment: the winner's, or before it one that drops a beaten ad (`plan.drops`). There is one at a
 * time. Its base is stored before the first write.
 */
export interface Promotion {
  experimentId: string;
  /** If the rollout drops an ad: the leader that has beaten it. */
  winnerVariantId: string;
  /** The look that decided it; for a forced promotion, the last look before it. */
  lookNumber: number;
  forced: boolean;
  /** `rule`, or who forced or approved it. */
  by: string;
  reason: string;
  status: PromotionStatus;
  plan: RolloutPlan;
  confidence: number;
  /** Log rate ratio of the winner over its closest rival, at the decision. `se` is its standard error. */
  theta: number;
  se: number;
  /** Interval of the winner's relative lift over the rival that it is least sure to beat, at the decision; null if unknown. */
  interval: [number, number] | null;
  /** By variant id, at the decision. */
  metrics: Record<string, VariantMetrics>;
  openedAt: number;
  /** Read-back instant of each complete phase, by the phase's name. */
  phasesDone: Record<string, number>;
  /** Amount at risk beyond the policy's limit that a user accepted, minor units per day; unset if none. */
  acceptedRisk?: number;
  /** Its own ledger rows come after this sequence; unset: all rows are its own. */
  ledgerAfter?: number;
}

/** The promotion of a winner, for readers to whom a rollout that drops an ad is none. */
export function promotionOfWinner(rollout: Promotion | null): Promotion | null {
  return rollout?.plan.drops === undefined ? rollout : null;
}

/** The rows of the ledger that belong to this rollout. */
export function ledgerOf<Row extends { sequence: number }>(
  { ledgerAfter = 0 }: Pick<Promotion, 'ledgerAfter'>,
  rows: readonly Row[],
): Row[] {
  return rows.filter(({ sequence }) => sequence > ledgerAfter);
}

/** What a gate found before a phase, on a day of a hold or on a day of the verification. Immutable. */
export interface GateRow {
  /** A phase's name, `verification` or `held`. */
  phase: string;
  at: number;
  outcome: 'pass' | 'hold' | 'revert';
  findings: GateFinding[];
  /** By ad set: Meta's learning stage and the last significant edit, epoch ms. */
  learning: Record<string, { status: string | null; lastSignificantEditAt: number | null }>;
  /** Amount at risk, minor units per day. */
  atRisk: number;
  /** As read; empty if they could not be read. */
  budgets: Budgets;
  /** What the phase sets. */
  targets: Budgets;
  /** Whether the rollout only shows what it would write. */
  shadow: boolean;
}

/** The result of a promotion's verification. Immutable. */
export interface Verification extends VerificationVerdict {
  experimentId: string;
  outcome: VerificationOutcome;
  /** Cut-off of the buckets. */
  dueAt: number;
  /** Cut-off of their versions: later restatements were not known. */
  seenUntil: number;
  decidedAt: number;
}

/** A promotion's lift, measured again some days after its rollout. Immutable. */
export interface Recheck extends RecheckVerdict {
  experimentId: string;
  /** End of the window. */
  dueAt: number;
  /** Cut-off of the versions of its buckets: later restatements were not known. */
  seenUntil: number;
  decidedAt: number;
  laterTests: LaterTest[];
}

/** The request that an idempotency key belongs to. */
export interface RequestClaim {
  key: string;
  /** Method and path. */
  request: string;
  /** SHA-256, hex, of the parsed body. */
  bodyHash: string;
  /** The id that the first of several equal requests generated. */
  madeId: string;
  at: number;
  /** Null until the request has a final answer. */
  answer: KeptAnswer | null;
}

export interface KeptAnswer {
  status: number;
  body: unknown;
}

/** A control that a user sent, or a check that the schedule asked for, and its outcome. */
export interface ControlRow {
  /** Unique: two controls with the same id are entered once. */
  controlId: string;
  experimentId: string;
  kind: string;
  by: string;
  reason: string;
  at: number;
  outcome: 'accepted' | 'refused';
  message: string;
}

/** What an experiment's marks tell apart. */
export const MARKED = [
  'look',
  'write',
  'control',
  'gate',
  'rollout',
  'recheck',
  'insights',
  'experiment',
] as const;

/** Marks of one experiment's rows: a mark that differs from an earlier one says that something changed, and not what. */
export type ExperimentMarks = Record<(typeof MARKED)[number], string | number> & { state: ExperimentState };

/** Marks of everything that the pages of an account show. */
export interface ChangeMarks {
  killSwitch: number;
  /** Number of the last event of the freeze windows. */
  freezes: number;
  /** By id. */
  experiments: Record<string, ExperimentMarks>;
}

/** What is on record, in figures. A state or an outcome that nothing has is missing. */
export interface RecordFigures {
  experiments: Partial<Record<ExperimentState, number>>;
  looks: number;
  /** Attempts to write a budget. */
  writes: Partial<Record<LedgerOutcome, number>>;
  /** Experiments whose hold does not end by itself. */
  heldForUser: number;
  /** Of the running experiment that has waited longest for a look, experiment seconds; null if none is running. */
  secondsSinceLook: number | null;
  /** How late the most overdue look is, experiment seconds; negative if none is. */
  secondsOverdue: number | null;
  killSwitchEngaged: boolean;
}
