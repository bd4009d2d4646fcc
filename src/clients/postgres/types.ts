import type { Budgets } from '../../domain/budget.js';
import type { Decision, VariantMetrics } from '../../domain/decision.js';
import type { Experiment, ExperimentState } from '../../domain/experiment.js';
import type { GateFinding, KillSwitch } from '../../domain/gate.js';
import type { RolloutPlan } from '../../domain/rollout-plan.js';
import type { VerificationOutcome, VerificationVerdict } from '../../domain/verification.js';

/** The record, as the rest of the product sees it. Instants are epoch ms of experiment time, amounts minor units. */

/** An ad set of the experiment is leased to another live experiment. */
export class AdSetLeased extends Error {
  override readonly name = 'AdSetLeased';
  constructor(
    readonly adSetId: string,
    readonly experimentId: string,
  ) {
    super(`ad set ${adSetId} is part of the live experiment ${experimentId}`);
  }
}

/** An experiment of this id exists with other content. */
export class ExperimentExists extends Error {
  override readonly name = 'ExperimentExists';
}

/** No experiment of this id in the store's environment and account. */
export class ExperimentNotFound extends Error {
  override readonly name = 'ExperimentNotFound';
  constructor(readonly experimentId: string) {
    super(`there is no experiment ${experimentId}`);
  }
}

/** What the caller has read is out of date: another attempt was entered, or the experiment is in another state. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** A raise that the account's envelope of the day has no room for. */
export class EnvelopeUsedUp extends Error {
  override readonly name = 'EnvelopeUsedUp';
  constructor(
    /** Moved by others and by earlier phases, minor units. */
    readonly moved: number,
    /** What the attempt would add. */
    readonly wanted: number,
    readonly limit: number,
  ) {
    super('the envelope of the day is used up');
  }
}

/** What must still hold when an attempt is entered: nobody else has acted since the caller read. */
export interface Fence {
  /** Sequence of the last ledger row that the caller has seen; 0 before the first. */
  lastSequence: number;
  state: ExperimentState;
}

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
  /** Meta's refusal in a sentence; null otherwise. */
  error: string | null;
  /** Meta's class of that refusal; null otherwise. */
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
}

/** What was found before a phase, or on a day of the verification. Immutable. */
export interface GateRow {
  /** A phase's name, or `verification`. */
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

export interface Transition {
  experimentId: string;
  /** The compare of compare-and-swap. */
  from: ExperimentState;
  to: ExperimentState;
  reason: string;
  /** Becomes the experiment's `stateCode`; unset: null. */
  code?: string;
  at: number;
  winnerVariantId?: string;
  promotedAt?: number;
}

/** Answer of a transition: whether the swap happened (or had happened already), and the experiment as it is now. */
export interface TransitionResult {
  ok: boolean;
  experiment: Experiment;
}

/** A finished or promoted experiment as the reports need it. */
export interface FinishedExperiment {
  experiment: Experiment;
  promotion: Promotion | null;
  /** Null before its outcome, and without one. */
  verification: Verification | null;
  /** Whether a gate in the verification took it back on evidence of harm: then there is no outcome of its own. */
  harmAtGate: boolean;
  /** The last decision: its challenger-over-control estimate feeds the prior. */
  lastDecision: Decision | null;
}

/**
 * Postgres behind one interface. A store belongs to one environment and one account and sees no other's rows.
 * No call waits on anything but Postgres; a lost connection rejects with the driver's error.
 */
export interface Store {
  /**
   * Inserts the experiment and takes the leases of its ad sets in one transaction. The same content again (name,
   * currency, policy, variants; not the instants and the state, which move on) returns the stored one.
   * @throws ExperimentExists, AdSetLeased
   */
  createExperiment(experiment: Experiment): Promise<Experiment>;
  getExperiment(id: string): Promise<Experiment | null>;
  /** Newest start first. */
  listExperiments(query: {
    states?: ExperimentState[];
    limit: number;
    offset: number;
  }): Promise<Experiment[]>;
  /**
   * Compare-and-swap. `ok` also where this very transition (state, reason, instant) had happened before.
   * Entering an ended state sets `endedAt` and releases the leases in the same transaction;
   * leaving `completed` (for `reverting`) takes them again. @throws AdSetLeased, ExperimentNotFound
   */
  transition(transition: Transition): Promise<TransitionResult>;

  /** Takes a variant out of the comparison from an instant on; the first of several counts. @throws ExperimentNotFound */
  dropVariant(experimentId: string, variantId: string, at: number): Promise<Experiment>;

  /**
   * Appends a version of each row that differs from the last one of (ad, bucket). Returns how many were appended.
   * What was seen at an instant stays: other values for the same instant are left for the next one.
   */
  appendObservations(experimentId: string, rows: Observation[], seenAt: number): Promise<number>;
  /**
   * Per (variant, bucket) the latest version seen up to `seenUntil`, of buckets of one granularity that start at `since`
   * or later and have ended by `endedBy`. Ordered by bucket, variant.
   */
  observationsAsKnown(query: {
    experimentId: string;
    granularity: Observation['granularity'];
    since: number;
    endedBy: number;
    seenUntil: number;
  }): Promise<Observation[]>;
  /** Start of the latest bucket of a granularity known, or null. */
  latestBucket(query: {
    experimentId: string;
    granularity: Observation['granularity'];
  }): Promise<number | null>;

  getDecision(experimentId: string, lookNumber: number): Promise<Decision | null>;
  latestDecision(experimentId: string): Promise<Decision | null>;
  /** Latest look first. */
  listDecisions(experimentId: string, query: { limit: number; offset: number }): Promise<Decision[]>;
  /** Stores the decision and the rule's state after it in one transaction; a stored one of that number wins and is returned. */
  saveDecision(decision: Decision, ruleStates: Record<string, Uint8Array>): Promise<Decision>;
  /** State per pair key after a look; null where the look isn't one of the last two, which are kept. */
  ruleStates(experimentId: string, lookNumber: number): Promise<Record<string, Uint8Array> | null>;

  /** Inserts and returns it. A stored one is replaced while no ledger row names its experiment; after that it wins and is returned. */
  openPromotion(promotion: Promotion): Promise<Promotion>;
  getPromotion(experimentId: string): Promise<Promotion | null>;
  setPromotionStatus(experimentId: string, status: PromotionStatus): Promise<void>;
  /** Enters a phase's read-back instant once; a stored instant wins and is returned. The first one promotes the experiment. */
  completePhase(experimentId: string, phase: string, readBackAt: number): Promise<number>;

  getVerification(experimentId: string): Promise<Verification | null>;
  /** Inserts and returns it; a stored one wins and is returned. */
  saveVerification(verification: Verification): Promise<Verification>;

  /**
   * Appends a `pending` row with the next sequence of the experiment.
   * @throws ExperimentNotFound
   * @throws Superseded where the fence doesn't hold any more; nothing is entered.
   * @throws EnvelopeUsedUp where the attempt doesn't fit; nothing is entered.
   */
  enterAttempt(row: {
    experimentId: string;
    adSetId: string;
    phase: string;
    before: number;
    intended: number;
    at: number;
    compensates: number | null;
    atRisk?: number | null;
    fence?: Fence;
    /** The raises of all experiments entered in [since, until) may be `limit` at most, this attempt among them. */
    envelope?: { since: number; until: number; limit: number };
  }): Promise<LedgerRow>;
  /** Sets the outcome of a pending or unknown row. A row that is `applied` or `refused` never changes: it is returned as it is. */
  settleAttempt(
    experimentId: string,
    sequence: number,
    settled: {
      outcome: Exclude<LedgerOutcome, 'pending'>;
      readBack: number | null;
      error: string | null;
      errorKind?: string | null;
      settledAt: number;
    },
  ): Promise<LedgerRow>;
  /** By sequence. */
  listLedger(experimentId: string): Promise<LedgerRow[]>;

  /** How the account's kill switch stands; null where it was never touched. */
  killSwitch(): Promise<KillSwitch | null>;
  setKillSwitch(event: KillSwitch): Promise<void>;
  /** Raises of all experiments' phases entered in [since, until), minor units. */
  movedBetween(since: number, until: number): Promise<number>;
  recordGate(experimentId: string, gate: GateRow): Promise<void>;
  /** In the order of entry. */
  listGates(experimentId: string): Promise<GateRow[]>;

  recordControl(row: ControlRow): Promise<void>;
  /** In the order of entry. */
  listControls(experimentId: string): Promise<ControlRow[]>;

  /** Promotions opened since an instant, newest first. */
  listPromotions(query: {
    since: number;
    limit: number;
  }): Promise<{ promotion: Promotion; experiment: Experiment }[]>;
  /** Experiments that were decided or ended: promoted ones from their first phase on, and those with no winner. Oldest first. */
  listFinished(): Promise<FinishedExperiment[]>;

  /** `select 1`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
