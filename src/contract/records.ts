import type { Budgets } from '../domain/budget.js';
import type { VariantMetrics } from '../domain/metric.js';
import type { GateFinding } from '../domain/rollout/gate.js';
import type { RolloutPlan } from '../domain/rollout/plan.js';
import type { VerificationOutcome, VerificationVerdict } from '../domain/verification/verification.js';

/** The record, as the rest of the product sees it. Instants are epoch ms of experiment time, amounts minor units. */

/** One version of what an ad did in one bucket. */
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

export type LedgerOutcome =
  /** Written before the call; it may have reached Meta or not. */
  | 'pending'
  /** Read back at the intended value. */
  | 'applied'
  /** Meta said no: nothing changed. */
  | 'refused'
  /** Entered, and then kept from being sent: Meta has seen nothing of it. */
  | 'not_sent'
  /** No answer, and the value was not seen later. */
  | 'unknown';

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
  /** Meta's class of a refusal, or of what kept it from being sent; null otherwise. */
  errorKind: string | null;
  /** Minor units a day at the worst end of the interval once the phase is done; null on the way back. */
  atRisk: number | null;
  /** When the attempt was entered, before the call. */
  at: number;
  /** When its outcome was known; null while pending. */
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

/** The one rollout of an experiment. Its base is stored before the first write. */
export interface Promotion {
  experimentId: string;
  winnerVariantId: string;
  /** The look that decided it; for a forced one, the last look before. */
  lookNumber: number;
  forced: boolean;
  /** `rule`, or who forced or approved it. */
  by: string;
  reason: string;
  status: PromotionStatus;
  plan: RolloutPlan;
  confidence: number;
  /** Log rate ratio of the winner over its closest rival, and its standard error, at the decision. */
  theta: number;
  se: number;
  /** Relative lift of the winner over the rival it is least sure to beat, at the decision; null where none is known. */
  interval: [number, number] | null;
  /** By variant id, at the decision. */
  metrics: Record<string, VariantMetrics>;
  openedAt: number;
  /** Read-back instant of each phase that is complete, by its name. */
  phasesDone: Record<string, number>;
  /** What a person accepted to be at risk beyond the policy's limit, minor units a day; missing: nothing. */
  acceptedRisk?: number;
}

/** What was found before a phase, or on a day of the verification. Immutable. */
export interface GateRow {
  /** A phase's name, `verification` or `held`. */
  phase: string;
  at: number;
  outcome: 'pass' | 'hold' | 'revert';
  findings: GateFinding[];
  /** By ad set: Meta's learning stage and the last significant edit, epoch ms. */
  learning: Record<string, { status: string | null; lastSignificantEditAt: number | null }>;
  /** Minor units a day. */
  atRisk: number;
  /** As read; empty where they could not be. */
  budgets: Budgets;
  /** What the phase sets. */
  targets: Budgets;
  /** Whether the rollout only shows what it would write. */
  shadow: boolean;
}

/** What became of a promotion in its verification. Never changes. */
export interface Verification extends VerificationVerdict {
  experimentId: string;
  outcome: VerificationOutcome;
  /** Cut-off of the buckets, and of the versions of them that were known. */
  dueAt: number;
  seenUntil: number;
  decidedAt: number;
}

/** The request that an idempotency key belongs to. */
export interface RequestClaim {
  key: string;
  /** Method and path. */
  request: string;
  /** SHA-256, hex, of the body as it was understood. */
  bodyHash: string;
  /** An id that the first of equal requests made. */
  madeId: string;
  at: number;
  /** Null until there is one that stands. */
  answer: KeptAnswer | null;
}

export interface KeptAnswer {
  status: number;
  body: unknown;
}

/** What a person, or the schedule, asked for, and what became of it. */
export interface ControlRow {
  /** Unique: asked for twice under one id is entered once. */
  controlId: string;
  experimentId: string;
  kind: string;
  by: string;
  reason: string;
  at: number;
  outcome: 'accepted' | 'refused';
  message: string;
}
