import type {
  HookState,
  MessageEntry,
  PendingMessage,
  PostOutcome,
  Report,
} from '../../contract/messaging.js';
import type {
  ChangeMarks,
  ControlRow,
  GateRow,
  KeptAnswer,
  LedgerOutcome,
  LedgerRow,
  Observation,
  Promotion,
  PromotionStatus,
  Recheck,
  RecordFigures,
  RequestClaim,
  SegmentObservation,
  Verification,
} from '../../contract/records.js';
import type { Decision } from '../../domain/decision/decision.js';
import type { ReadDelivery } from '../../domain/earlier-delivery.js';
import type { Experiment, ExperimentState, Extension, Strata } from '../../domain/experiment.js';
import type { Objective } from '../../domain/metric.js';
import type { FreezeEvent } from '../../domain/rollout/freeze.js';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import type { Hold } from '../../domain/rollout/hold.js';
import type { Breakdown } from '../../domain/segments.js';
import type { StateReason } from '../../domain/state-reason.js';
import type { LaterTest } from '../../domain/verification/recheck.js';
import type { VerificationOutcome } from '../../domain/verification/verification.js';
import type { CreativeStore } from './creatives.js';
import type { DraftSetStore } from './draft-sets.js';
import type { InsightStore } from './insights.js';
import type { LearningStore } from './learning.js';
import type { EmbeddingStore, PatternStore } from './pattern-types.js';
import type { ProgrammeStore } from './programme.js';

/** What the store takes and returns. Units are those of `records.ts`. */

/** What must still be true when an attempt is entered: then nobody else has acted since the caller read the ledger. */
export interface Fence {
  /** Sequence of the last ledger row that the caller has seen; 0 if there was none. */
  lastSequence: number;
  state: ExperimentState;
}

export interface Transition {
  experimentId: string;
  /** The expected state, for the compare-and-swap. */
  from: ExperimentState;
  to: ExperimentState;
  reason: StateReason;
  /** What holds the rollout; unset if nothing does. */
  hold?: Hold | null;
  at: number;
  winnerVariantId?: string;
  promotedAt?: number;
}

/** Result of a transition: whether the swap happened (now or earlier), and the experiment as it is now. */
export interface TransitionResult {
  ok: boolean;
  experiment: Experiment;
}

/** A finished or promoted experiment as the reports need it. */
export interface FinishedExperiment {
  experiment: Experiment;
  promotion: Promotion | null;
  /** Null without an outcome, or before there is one. */
  verification: Verification | null;
  /** Whether a gate in the verification reverted it on evidence of harm. The verification then has no outcome of its own. */
  harmAtGate: boolean;
  /** The last decision: its challenger-over-control estimate feeds the prior. */
  lastDecision: Decision | null;
}

/** A decision without its largest parts. */
export type LookSummary = Pick<
  Decision,
  | 'lookNumber'
  | 'dueAt'
  | 'decidedAt'
  | 'winnerVariantId'
  | 'leaderVariantId'
  | 'confidence'
  | 'pairs'
  | 'health'
> & {
  /** By variant id, minor units per day; null if Meta wasn't asked. */
  dailyBudgets: Record<string, number> | null;
};

/** One experiment as a list shows it. */
export interface OverviewRow {
  experiment: Experiment;
  /** What the list shows of the last look; null before the first. */
  lastDecision: LookSummary | null;
  promotion: Promotion | null;
  ledger: LedgerRow[];
  /** The difficulty that was reported last; null if a later look, gate or state is on record. */
  trouble: string | null;
  /** Of the promotion's verification; null before it. */
  verified: VerificationOutcome | null;
}

/**
 * Postgres behind one interface. A store belongs to one environment and one account and sees no other's rows.
 * Every call waits for Postgres only. If the connection is lost, it rejects with the driver's error.
 */
export interface Store
  extends CreativeStore,
    LearningStore,
    PatternStore,
    EmbeddingStore,
    InsightStore,
    DraftSetStore,
    ProgrammeStore {
  /**
   * Inserts the experiment and takes the leases of its ad sets in one transaction. If an experiment with the same name,
   * currency, policy and variants is stored under this id, and it too does or doesn't count earlier delivery, that one is
   * returned. Instants and state are not compared, since they change.
   * @throws ExperimentExists, AdSetLeased
   */
  createExperiment(experiment: Experiment): Promise<Experiment>;
  /** {@link createExperiment}, and whether this call inserted it. */
  registerExperiment(experiment: Experiment): Promise<{ experiment: Experiment; isNew: boolean }>;
  getExperiment(id: string): Promise<Experiment | null>;
  /** Newest start first, then by id; `after`: those that come after this place. */
  listExperiments(query: {
    states?: ExperimentState[];
    limit: number;
    offset: number;
    after?: Pick<Experiment, 'startedAt' | 'id'>;
  }): Promise<Experiment[]>;
  countExperiments(query: { states?: ExperimentState[] }): Promise<number>;
  /**
   * Compare-and-swap. `ok` is also true if the same transition (state, reason, instant) had already happened.
   * Entering an ended state sets `endedAt` and releases the leases in the same transaction.
   * Leaving `completed` (for `reverting`) takes the leases again. @throws AdSetLeased, ExperimentNotFound
   * `messageOf`: the message about the swap, from the experiment after it. It is entered in the same transaction, and
   * only if this call swapped.
   */
  transition(
    transition: Transition,
    messageOf?: (after: Experiment) => MessageEntry | null,
  ): Promise<TransitionResult>;

  /** Enters what the ads delivered before the handover, once; returns the experiment. @throws ExperimentNotFound */
  keepEarlierDelivery(experimentId: string, delivery: ReadDelivery): Promise<Experiment>;
  /** The tests of these ad sets that had not ended by `since`, by their start. */
  testsOfAdSets(query: { adSetIds: readonly string[]; since: number }): Promise<LaterTest[]>;

  /** Replaces what holds the rollout of a held experiment; in any other state it does nothing. */
  keepHold(experimentId: string, hold: Hold): Promise<void>;

  /** Takes a variant out of the comparison from an instant on; of several calls, the first counts. @throws ExperimentNotFound */
  dropVariant(experimentId: string, variantId: string, at: number): Promise<Experiment>;

  /** Makes the horizon longer, once per control. @throws ExperimentNotFound */
  extendHorizon(experimentId: string, extension: Extension): Promise<Experiment>;

  /**
   * Appends a version of each row that differs from the last one of (variant, bucket). Returns how many were appended.
   * A stored version never changes: other values with the same `seenAt` are not stored until a later instant.
   */
  appendObservations(experimentId: string, rows: Observation[], seenAt: number): Promise<number>;
  /**
   * The latest version per (variant, bucket) that was seen up to `seenUntil`. Only buckets of one granularity that start
   * at `since` or later and have ended by `endedBy`. Ordered by bucket, then variant.
   */
  observationsAsKnown(query: {
    experimentId: string;
    granularity: Observation['granularity'];
    since: number;
    endedBy: number;
    seenUntil: number;
  }): Promise<Observation[]>;
  /** Start of the latest known bucket of a granularity; null if there is none. */
  latestBucket(query: {
    experimentId: string;
    granularity: Observation['granularity'];
  }): Promise<number | null>;

  /** As {@link Store.appendObservations}, for (variant, breakdown, segment, day). */
  appendSegments(experimentId: string, rows: SegmentObservation[], seenAt: number): Promise<number>;
  /** As {@link Store.observationsAsKnown}, ordered by day, breakdown, segment and variant. */
  segmentsAsKnown(query: {
    experimentId: string;
    since: number;
    endedBy: number;
    seenUntil: number;
  }): Promise<SegmentObservation[]>;
  /** Start of the latest known day of a breakdown; null if there is none. */
  latestSegmentDay(experimentId: string, breakdown: Breakdown): Promise<number | null>;

  getDecision(experimentId: string, lookNumber: number): Promise<Decision | null>;
  latestDecision(experimentId: string): Promise<Decision | null>;
  /** The first look that found this winner; null if none has. */
  firstDecisionFor(experimentId: string, winnerVariantId: string): Promise<Decision | null>;
  /** Latest look first. */
  listDecisions(experimentId: string, query: { limit: number; offset: number }): Promise<Decision[]>;
  /**
   * Stores the decision, the rule's state after it and the message about it in one transaction. If that look has a decision,
   * it is returned unchanged, and no message is entered.
   */
  saveDecision(
    decision: Decision,
    ruleStates: Record<string, Uint8Array>,
    entry?: MessageEntry | null,
  ): Promise<Decision>;
  /**
   * What the account's tests of this objective say about drift, the latest tests first: per test, the
   * log-likelihoods of its pairs with the control at its latest look. Only looks of this version of the rule count.
   */
  driftHistory(query: {
    objective: Objective;
    strata: Strata;
    rule: string;
    ruleVersion: string;
    /** An experiment that is left out. */
    except: string | null;
  }): Promise<number[][][]>;
  /** State per pair key after a look; null if the look isn't one of the last two: older states are not kept. */
  ruleStates(experimentId: string, lookNumber: number): Promise<Record<string, Uint8Array> | null>;

  /**
   * Inserts and returns it. A stored promotion is replaced as long as none of its writes can have changed a budget, or if
   * it was a drop that is over; otherwise it is returned unchanged.
   */
  openPromotion(promotion: Promotion): Promise<Promotion>;
  getPromotion(experimentId: string): Promise<Promotion | null>;
  setPromotionStatus(experimentId: string, status: PromotionStatus): Promise<void>;
  /**
   * Withdraws it unless a phase is complete or a write may have changed a budget; false then. A withdrawn promotion is
   * not found any more.
   */
  withdrawPromotion(experimentId: string): Promise<boolean>;
  /** The variant is dropped from an instant on, and the rollout that drops it is over: it is not found any more. */
  closeDrop(experimentId: string, variantId: string, at: number): Promise<void>;
  /** Records the amount at risk that a user accepts, minor units per day. A larger amount accepted before stays. */
  acceptRisk(experimentId: string, amount: number): Promise<void>;
  /**
   * Enters a phase's read-back instant and returns it; a stored instant is returned unchanged. The first phase of a
   * winner's rollout sets `promotedAt` of the experiment. The experiment's hold is cleared. `entry`: the message that is
   * entered in the same transaction if this is the rollout's first phase, and this call entered it.
   */
  completePhase(
    experimentId: string,
    phase: string,
    readBackAt: number,
    entry?: MessageEntry | null,
  ): Promise<number>;

  getVerification(experimentId: string): Promise<Verification | null>;
  /** Inserts it and its message in one transaction, and returns it. A stored one is returned unchanged, without a message. */
  saveVerification(verification: Verification, entry?: MessageEntry | null): Promise<Verification>;

  /** Completed promotions whose policy wants a recheck and that have none on record; the earliest opened first. */
  promotionsToRecheck(): Promise<Pick<Experiment & Promotion, 'experimentId' | 'policy' | 'phasesDone'>[]>;
  getRecheck(experimentId: string): Promise<Recheck | null>;
  /** Inserts and returns it; a stored one is returned unchanged. */
  saveRecheck(recheck: Recheck): Promise<Recheck>;
  /** Other tests on the experiment's ad sets that began in [since, until), by their start. */
  laterTests(query: { experimentId: string; since: number; until: number }): Promise<LaterTest[]>;

  /**
   * Appends a `pending` row with the next sequence of the experiment.
   * @throws ExperimentNotFound
   * @throws Superseded if the fence is no longer true; nothing is entered.
   * @throws EnvelopeUsedUp if the attempt doesn't fit into the envelope; nothing is entered.
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
    /** The raises of all experiments entered in [since, until), including this attempt, may be `limit` at most. */
    envelope?: { since: number; until: number; limit: number };
  }): Promise<LedgerRow>;
  /** Sets the outcome of a `pending` or `unknown` row. Any other row never changes and is returned as it is. */
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

  /** The last event of the account's kill switch; null if it was never used. */
  killSwitch(): Promise<KillSwitch | null>;
  /** The events of the account's kill switch in [since, until), the newest first. */
  killSwitchEvents(query: { since: number; until: number; limit: number }): Promise<KillSwitch[]>;
  /**
   * Enters the event, once per `controlId`, and returns it as it is on record. A release while the switch is not engaged
   * enters nothing and returns null.
   */
  setKillSwitch(event: KillSwitch, controlId?: string): Promise<KillSwitch | null>;
  /** Every freeze window that was set or removed, in the order of entry. */
  freezeEvents(): Promise<FreezeEvent[]>;
  /**
   * Enters the event as number `entry`, counted from 1, once per `controlId`, and returns it as it is on record. Null if
   * another event has that number: the caller must read them again.
   */
  enterFreezeEvent(event: FreezeEvent, entry: number): Promise<FreezeEvent | null>;
  /** Sum of the raises of all experiments' phases entered in [since, until), minor units; `without` leaves out one phase. */
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
  /** Those of all experiments in [since, until), each with its experiment's name; the earliest first. */
  controlsBetween(query: {
    since: number;
    until: number;
    limit: number;
  }): Promise<(ControlRow & { experimentName: string })[]>;

  /** Binds a key to a request. If the key is already bound, the first claim is returned. */
  claimRequest(request: Omit<RequestClaim, 'answer'>): Promise<{ isFirst: boolean; claim: RequestClaim }>;
  /** Keeps the answer of a claimed request; an answer kept before is returned unchanged. */
  keepAnswer(key: string, answer: KeptAnswer): Promise<KeptAnswer>;

  /** Promotions of winners whose first phase was read back since an instant, newest first; in shadow, passed its gate. */
  listPromotions(query: {
    since: number;
    limit: number;
  }): Promise<{ promotion: Promotion; experiment: Experiment }[]>;
  /** Experiments that are promoted (from their first phase on) or ended with no winner. Oldest first. */
  listFinished(): Promise<FinishedExperiment[]>;

  /** Experiments that have not ended, then those that have; each newest start first. */
  overview(limit: number): Promise<OverviewRow[]>;
  /** Records the difficulty that an experiment meets now. */
  reportTrouble(experimentId: string, trouble: string, at: number): Promise<void>;
  /** Marks that differ from earlier ones as soon as anything that a page shows has changed. */
  changeMarks(): Promise<ChangeMarks>;
  /** What is on record, in figures for monitoring. */
  figures(now: number): Promise<RecordFigures>;
  /**
   * Sequence of the hook's next message to send; null if there is none, or if the hook is dead. `addressMark`: another one
   * than before ends that state.
   */
  pendingMessage(hook: string, addressMark: string): Promise<number | null>;
  message(sequence: number): Promise<PendingMessage | null>;
  /** Enters what a post led to; does nothing if the delivery is settled. `wait` and `dead` leave it pending. */
  settleDelivery(settled: {
    hook: string;
    sequence: number;
    outcome: PostOutcome;
    at: number;
  }): Promise<void>;
  /** Enters what a test led to: a success ends the state of being dead. */
  settleHookTest(settled: {
    hook: string;
    addressMark: string;
    outcome: PostOutcome;
    at: number;
  }): Promise<void>;
  /** Every hook that was used or has deliveries, by name. */
  hookStates(): Promise<HookState[]>;

  /** Inserts the report and its message in one transaction. A stored one of that id is returned unchanged, without a message. */
  saveReport(report: Report, entry: MessageEntry): Promise<{ report: Report; isNew: boolean }>;
  getReport(id: string): Promise<Report | null>;
  /** Newest first. */
  listReports(query: { kind?: Report['kind'] | undefined; limit: number; offset: number }): Promise<Report[]>;
  countReports(query: { kind?: Report['kind'] | undefined }): Promise<number>;

  /** `select 1`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
