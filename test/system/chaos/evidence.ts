import type { ExperimentState } from '../../../src/domain/experiment.js';
import type { Hold } from '../../../src/domain/rollout/hold.js';
import type { Phase } from '../../../src/domain/rollout/phases.js';
import type { StateReason } from '../../../src/domain/state-reason.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';

/** Everything known of a run when it has come to rest. Instants are experiment time, epoch ms; amounts are minor units. */
export interface Evidence {
  currency: string;
  state: ExperimentState;
  reason: StateReason;
  /** The hold of its rollout; null in any other state. */
  hold: Pick<Hold, 'code' | 'endsItself'> | null;
  stateChangedAt: number;
  /** The trouble that the service reports beside its state. */
  trouble: string | null;
  /** When the workflow will act by itself; null: only after a user acts. */
  nextDueAt: number | null;
  /** Whether the experiment's workflow is running. */
  running: boolean;
  /** Budgets by ad set id before the run. */
  initial: Record<string, number>;
  winnerAdSetId: string;
  /** Null if the rollout never began. */
  promotion: {
    base: Record<string, number>;
    openedAt: number;
    /** The targets that the service planned, by phase name. */
    targets: Record<string, Record<string, number>>;
    /** Recorded read-back instants, by phase name. */
    phasesDone: Record<string, number>;
  } | null;
  /** Phases of the policy. */
  phases: Phase[];
  /** The market's budgets at the end. */
  budgets: Record<string, number>;
  /** True if a campaign budget has replaced the ad sets' budgets. */
  campaignBudget: boolean;
  /** Limits of the account. */
  limits: {
    /** Times in which its kill switch was engaged. */
    killSwitch: { from: number; to: number }[];
    /** Sequences of the raises beyond the envelope of their day. */
    beyondEnvelope: number[];
    shadow: boolean;
  };
  /** What was staged, and what only the driver of the run knows. */
  world: {
    /** True if nothing that happens to the run may keep it from completing. */
    harmless: boolean;
    /** Instants at which a user asked for the promotion. */
    promotionsAsked: number[];
    /** True if the rule decided the promotion, without a request. */
    promotedByRule: boolean;
    checkEveryHours: number;
    /** When the winner's ad became by far the worst; null: never. */
    turnedAt: number | null;
    /** When an ad set's variant was dropped. */
    dropped: Record<string, number>;
  };
  /** Gates of the verification that found another split: when, and the budgets read. */
  splitsFound: { at: number; budgets: Record<string, number> }[];
  /** What the service says of the lift; null if nothing was decided. */
  verification: string | null;
  ledger: LedgerRowJson[];
  /** Audit rows of these ad sets, in the order of arrival. */
  audit: AuditRow[];
  /** Sequences of edits by others between a read of the service and its next write: Meta has no compare-and-set. */
  raced: number[];
  /** A recorded instant may be this much later than the read that it is based on. */
  raceMs: number;
  /** The same for the last read-back of a phase; 0 if no edit can fall in between. */
  readBackMs: number;
  /** A due action may be this late. */
  overdueMs: number;
  /** How long the service waits after a write of unknown outcome. It can only correct a write that lands later. */
  lateBoundMs: number;
  observedAt: number;
}

/** One line of a run's story. */
export interface StoryLine {
  /** Experiment time, epoch ms. */
  at: number;
  what: string;
}

/** A run after it was played, with what the market and the service say of it. */
export interface Played {
  runSeed: number;
  evidence: Evidence;
  /** Number of faults that struck, by kind. */
  faults: Record<string, number>;
  story: StoryLine[];
  promotedAt: number;
}

export interface PlayedBatch {
  runs: Played[];
  /** Number of faults that struck all runs, by kind. */
  faults: Record<string, number>;
}
