import type { ExperimentState } from '../../../src/domain/experiment.js';
import type { Hold } from '../../../src/domain/rollout/hold.js';
import type { Phase } from '../../../src/domain/rollout/phases.js';
import type { StateReason } from '../../../src/domain/state-reason.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';

/** All that is known of one run when it has come to rest. Instants are experiment time, epoch ms; amounts minor units. */
export interface Evidence {
  currency: string;
  state: ExperimentState;
  reason: StateReason;
  /** What holds its rollout; null in any other state. */
  hold: Pick<Hold, 'code' | 'endsItself'> | null;
  stateChangedAt: number;
  /** What the service says of a difficulty beside the reason. */
  trouble: string | null;
  /** When the workflow will act by itself; null: when a person does. */
  nextDueAt: number | null;
  /** Whether the experiment's workflow runs. */
  running: boolean;
  /** By ad set id, before anything happened. */
  initial: Record<string, number>;
  winnerAdSetId: string;
  /** Null where the rollout never began. */
  promotion: {
    base: Record<string, number>;
    openedAt: number;
    /** By phase name: the targets that the service planned. */
    targets: Record<string, Record<string, number>>;
    /** Read-back instants on record, by phase name. */
    phasesDone: Record<string, number>;
  } | null;
  /** What the policy asks for. */
  phases: Phase[];
  /** In the market, at the end. */
  budgets: Record<string, number>;
  /** A campaign budget stands in the place of the ad sets' budgets. */
  campaignBudget: boolean;
  /** The account's own. */
  limits: {
    /** When its kill switch was engaged. */
    killSwitch: { from: number; to: number }[];
    /** Sequences of raises that went beyond the envelope of their day. */
    beyondEnvelope: number[];
    shadow: boolean;
  };
  /** What was staged, and what only the world knows. */
  world: {
    /** Whatever befell it must not have kept it from its end. */
    harmless: boolean;
    /** Instants at which a person asked for the promotion. */
    promotionsAsked: number[];
    /** By the rule, without being asked. */
    promotedByRule: boolean;
    checkEveryHours: number;
    /** When the winner's ad became the worst by far; null: never. */
    turnedAt: number | null;
    /** By ad set, when its variant was compared no more. */
    dropped: Record<string, number>;
  };
  /** Gates of the verification that found another split: when, and the budgets that they read. */
  splitsFound: { at: number; budgets: Record<string, number> }[];
  /** What the service says of the lift; null where nothing was decided. */
  verification: string | null;
  ledger: LedgerRowJson[];
  /** Of these ad sets, in the order of arrival. */
  audit: AuditRow[];
  /** Sequences of people's edits that fell between a read of ours and the write that followed it: Meta can't compare and set. */
  raced: number[];
  /** So long before an instant on record may what it was read from have been read. */
  raceMs: number;
  /** The same of a phase's last read-back; 0 where no edit is let fall in between. */
  readBackMs: number;
  /** What is due may be done so much later. */
  overdueMs: number;
  /** The service waits so long after a write of unknown outcome; one that lands later it can only put right. */
  lateBoundMs: number;
  observedAt: number;
}

/** A line of a run's story. */
export interface StoryLine {
  /** Experiment time, epoch ms. */
  at: number;
  what: string;
}

/** A run that was played, with what the market and the service say of it. */
export interface Played {
  runSeed: number;
  evidence: Evidence;
  /** Faults that struck, by kind. */
  faults: Record<string, number>;
  story: StoryLine[];
  promotedAt: number;
}

export interface PlayedBatch {
  runs: Played[];
  /** What struck all of them, by kind. */
  faults: Record<string, number>;
}
