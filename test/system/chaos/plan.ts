import type { ControlKind } from '../../../src/contract/messages.js';
import type { ExperimentState } from '../../../src/domain/experiment.js';
import type { FaultKind } from '../../../src/sandbox/meta-simulator/index.js';

/** The parts of a run before it is played. Hours are experiment hours, amounts are minor units. */

/** `winner`: has the best ad; `loser`: the control or else the first of the others; `other`: the last of the others. */
export type Role = 'winner' | 'loser' | 'other';
/** `written`: the ad set whose write the deed waited for. */
export type Edited = Role | 'written';

export type When =
  /** At the start of the test, long before the promotion. */
  | { after: 'start'; hours: 0 }
  | { after: 'promotion'; hours: number }
  /** The run's n-th budget write. With 0 hours: when the market has accepted it, before the caller gets the answer. */
  | { after: 'write'; number: number; hours: number }
  /** The first time that the run enters the state. */
  | { after: 'state'; state: ExperimentState; hours: number };

/** An effect of the service after which its activity dies: the effect stays, but its result is lost. */
export const CUT_POINTS = [
  'entered',
  'written',
  'read_back',
  'settled',
  'phase_done',
  'state_changed',
] as const;
export type CutPoint = (typeof CUT_POINTS)[number];

export type Deed =
  | {
      kind: 'fault';
      fault: FaultKind;
      on: Role | 'ad' | 'campaign';
      method: 'GET' | 'POST';
      /** Only writes of the amount of the n-th phase, or of the base; null: any request. */
      of: number | 'base' | null;
      /** Number of requests that pass first. */
      skip: number;
      /** Null: until it is withdrawn. */
      times: number | null;
      code?: number;
      subcode?: number;
      delayHours?: number;
      /** Withdrawn after this time; null: when the run calms down. */
      forHours: number | null;
    }
  | { kind: 'edit'; edits: { role: Edited; factor: number }[]; backAfterHours: number | null }
  | { kind: 'control'; control: ControlKind; args: Record<string, string> }
  | { kind: 'pause_object'; object: 'ad' | 'adset'; role: Role; backAfterHours: number | null }
  | { kind: 'campaign_budget'; backAfterHours: number | null }
  /** A user drops a challenger. */
  | { kind: 'drop'; role: Role }
  /** From now on the winner's ad is by far the worst, and the others are good. */
  | { kind: 'turn' }
  | { kind: 'cut'; point: CutPoint; number: number };

export interface Occurrence {
  when: When;
  deed: Deed;
}

/** The story of a run; `random`: whatever was drawn. */
export const SCENES = [
  'random',
  'held_before_first_write',
  'dropped_bystander',
  'dropped_best',
  'dropped_undelivered',
  'edited_in_verification',
] as const;
export type Scene = (typeof SCENES)[number];

export interface RunPlan {
  /** Unique per run: `seed` × 10^6 + index. */
  runSeed: number;
  /** Before the rollout; the control comes first. */
  budgets: number[];
  /** Index of the ad set with the best ad. */
  winner: number;
  occurrences: Occurrence[];
  /** After the promotion. From here on no faults are in force except lasting ones, and the run comes to rest. */
  calmHours: number;
  /** True: faults that are not withdrawn last to the end. */
  lasting: boolean;
  scene: Scene;
  /** `person`: by force on a user's request; `rule`: at the first look with enough data. */
  promotedBy: 'person' | 'rule';
  checkEveryHours: number;
  /** Length of the verification. */
  windowHours: number;
  /** True: nothing that happens may keep the rollout from its last phase and its verification. */
  harmless: boolean;
}

export type BatchKind = 'time-skipping' | 'service';

/** A deed that affects all runs of a batch. */
export type BatchDeed =
  /** The token expires; it is renewed after this time. */
  | { kind: 'expired_token'; atHours: number; forHours: number }
  /** The worker is stopped cleanly and another one is started. */
  | { kind: 'restart_worker'; atHours: number }
  /** Engaged for this time. `paused`: every rollout is paused then, as the API does; most are resumed afterwards. */
  | { kind: 'kill_switch'; atHours: number; forHours: number; paused: boolean }
  /** SIGKILL of the whole service, of its Node process, or of its Temporal server, and a new start after this time. */
  | { kind: 'kill'; atHours: number; what: 'group' | 'node' | 'temporal'; downHours: number };

export interface BatchPlan {
  seed: number;
  /** Index of its first run. */
  first: number;
  kind: BatchKind;
  account: { currency: string; timezone: string };
  /** Hour of the UTC day at which promotions are requested; null: when the runs are ready. */
  startHour: number | null;
  /** True: one client of Meta for all runs, so that a rate limit holds all of them; false: one client per run. */
  sharedClient: boolean;
  /** The most that its runs together may raise budgets per day, major units; null: no limit. */
  envelope: number | null;
  /** True: nothing may be written. */
  shadow: boolean;
  deeds: BatchDeed[];
  runs: RunPlan[];
}
