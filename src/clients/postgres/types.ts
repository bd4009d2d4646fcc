import type {
  ControlRow,
  GateRow,
  KeptAnswer,
  LedgerOutcome,
  LedgerRow,
  Observation,
  Promotion,
  PromotionStatus,
  RequestClaim,
  Verification,
} from '../../contract/records.js';
import type { Decision } from '../../domain/decision/decision.js';
import type { Experiment, ExperimentState } from '../../domain/experiment.js';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import type { Hold } from '../../domain/rollout/hold.js';
import type { StateReason } from '../../domain/state-reason.js';

/** What the store takes and answers. Units are those of `records.ts`. */

/** What must still hold when an attempt is entered: nobody else has acted since the caller read. */
export interface Fence {
  /** Sequence of the last ledger row that the caller has seen; 0 before the first. */
  lastSequence: number;
  state: ExperimentState;
}

export interface Transition {
  experimentId: string;
  /** The compare of compare-and-swap. */
  from: ExperimentState;
  to: ExperimentState;
  reason: StateReason;
  /** What holds the rollout; missing: nothing. */
  hold?: Hold | null;
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
  /** {@link createExperiment}, and whether this call inserted it. */
  registerExperiment(experiment: Experiment): Promise<{ experiment: Experiment; isNew: boolean }>;
  getExperiment(id: string): Promise<Experiment | null>;
  /** Newest start first. */
  listExperiments(query: {
    states?: ExperimentState[];
    limit: number;
    offset: number;
  }): Promise<Experiment[]>;
  countExperiments(query: { states?: ExperimentState[] }): Promise<number>;
  /**
   * Compare-and-swap. `ok` also where this very transition (state, reason, instant) had happened before.
   * Entering an ended state sets `endedAt` and releases the leases in the same transaction;
   * leaving `completed` (for `reverting`) takes them again. @throws AdSetLeased, ExperimentNotFound
   */
  transition(transition: Transition): Promise<TransitionResult>;

  /** Replaces what holds the rollout of a held experiment; in any other state it does nothing. */
  keepHold(experimentId: string, hold: Hold): Promise<void>;

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
  /** The first look that found this winner; null if none has. */
  firstDecisionFor(experimentId: string, winnerVariantId: string): Promise<Decision | null>;
  /** Latest look first. */
  listDecisions(experimentId: string, query: { limit: number; offset: number }): Promise<Decision[]>;
  /** Stores the decision and the rule's state after it in one transaction; a stored one of that number wins and is returned. */
  saveDecision(decision: Decision, ruleStates: Record<string, Uint8Array>): Promise<Decision>;
  /** State per pair key after a look; null where the look isn't one of the last two, which are kept. */
  ruleStates(experimentId: string, lookNumber: number): Promise<Record<string, Uint8Array> | null>;

  /** Inserts and returns it. A stored one is replaced while no write of it may have changed a budget; after that it wins and is returned. */
  openPromotion(promotion: Promotion): Promise<Promotion>;
  getPromotion(experimentId: string): Promise<Promotion | null>;
  setPromotionStatus(experimentId: string, status: PromotionStatus): Promise<void>;
  /** Takes it back if it has no complete phase and no write that may have changed a budget; false if it has. It is not found any more. */
  withdrawPromotion(experimentId: string): Promise<boolean>;
  /** A person accepts this much at risk, minor units a day; a larger amount accepted before stands. */
  acceptRisk(experimentId: string, amount: number): Promise<void>;
  /**
   * Enters a phase's read-back instant once; a stored instant wins and is returned. The first one promotes the
   * experiment. What held the rollout before is over.
   */
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
  /** Sets the outcome of a pending or unknown row. A row that is `applied`, `refused` or `not_sent` never changes: it is returned as it is. */
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
  /**
   * Enters the event, once for each `controlId`, and answers it as it is on record. Null, and nothing entered, for a
   * release where none is engaged.
   */
  setKillSwitch(event: KillSwitch, controlId?: string): Promise<KillSwitch | null>;
  /** Raises of all experiments' phases entered in [since, until), minor units; `without` leaves out one of them. */
  movedBetween(
    since: number,
    until: number,
    without?: { experimentId: string; phase: string },
  ): Promise<number>;
  recordGate(experimentId: string, gate: GateRow): Promise<void>;
  /** In the order of entry. */
  listGates(experimentId: string): Promise<GateRow[]>;

  recordControl(row: ControlRow): Promise<void>;
  /** In the order of entry. */
  listControls(experimentId: string): Promise<ControlRow[]>;

  /** Binds a key to a request; the first one's stands and is returned. */
  claimRequest(request: Omit<RequestClaim, 'answer'>): Promise<{ isFirst: boolean; claim: RequestClaim }>;
  /** Keeps the answer of a claimed request; a kept one wins and is returned. */
  keepAnswer(key: string, answer: KeptAnswer): Promise<KeptAnswer>;

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
