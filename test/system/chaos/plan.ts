import type { ControlKind } from '../../../src/contract/messages.js';
import type { ExperimentState } from '../../../src/domain/experiment.js';
import type { FaultKind } from '../../../src/sandbox/meta-simulator/index.js';

/** What a run is made of, before any of it has happened. Hours are experiment hours, amounts minor units. */

/** Which of a run's ad sets: the one with the best ad, the control or the first of the others, the last of them. */
export type Role = 'winner' | 'loser' | 'other';
/** `written`: the one whose write it is that the deed waited for. */
export type Edited = Role | 'written';

export type When =
  /** At once when the test has begun, long before the promotion. */
  | { after: 'start'; hours: 0 }
  | { after: 'promotion'; hours: number }
  /** The run's n-th budget write: with 0 hours as soon as the market has taken it, before the caller hears. */
  | { after: 'write'; number: number; hours: number }
  /** The first time that the run enters the state. */
  | { after: 'state'; state: ExperimentState; hours: number };

/** An effect of the service after which its activity dies: done, but nobody hears of it. */
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
      /** Only budget writes of the ad set's amount in the n-th phase, or in the base; null: any request. */
      of: number | 'base' | null;
      /** Requests that pass first. */
      skip: number;
      /** Null: until it is withdrawn. */
      times: number | null;
      code?: number;
      subcode?: number;
      delayHours?: number;
      /** Withdrawn after so long; null: when the run calms down. */
      forHours: number | null;
    }
  | { kind: 'edit'; edits: { role: Edited; factor: number }[]; backAfterHours: number | null }
  | { kind: 'control'; control: ControlKind; args: Record<string, string> }
  | { kind: 'pause_object'; object: 'ad' | 'adset'; role: Role; backAfterHours: number | null }
  | { kind: 'campaign_budget'; backAfterHours: number | null }
  /** A person has a challenger compared no more. */
  | { kind: 'drop'; role: Role }
  /** From now on the winner's ad is the worst by far, and the others are good. */
  | { kind: 'turn' }
  | { kind: 'cut'; point: CutPoint; number: number };

export interface Occurrence {
  when: When;
  deed: Deed;
}

/** Which story a run tells; `random`: whatever was drawn. */
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
  /** Tells the run apart from every other: `seed` × 10^6 + index. */
  runSeed: number;
  /** Before the rollout, control first. */
  budgets: number[];
  /** Which of them has the best ad. */
  winner: number;
  occurrences: Occurrence[];
  /** After the promotion: from here on no fault is in force but lasting ones, and the run comes to rest. */
  calmHours: number;
  /** What is not withdrawn lasts to the end. */
  lasting: boolean;
  scene: Scene;
  /** By force when a person asks for it, or by the rule at its first look with enough data. */
  promotedBy: 'person' | 'rule';
  checkEveryHours: number;
  /** Of the verification. */
  windowHours: number;
  /** Whatever of this befalls a rollout must not keep it from its last phase and its verification. */
  harmless: boolean;
}

export type BatchKind = 'time-skipping' | 'service';

/** What strikes every run of a batch at once. */
export type BatchDeed =
  /** The token expires; it is renewed after so long. */
  | { kind: 'expired_token'; atHours: number; forHours: number }
  /** The worker is stopped in order and another one started. */
  | { kind: 'restart_worker'; atHours: number }
  /** Engaged for so long; `paused`: every rollout is asked to pause then, as the API does. Most are resumed afterwards. */
  | { kind: 'kill_switch'; atHours: number; forHours: number; paused: boolean }
  /** SIGKILL of the whole service, of its Node process, or of its Temporal server; then, after so long, a new start. */
  | { kind: 'kill'; atHours: number; what: 'group' | 'node' | 'temporal'; downHours: number };

export interface BatchPlan {
  seed: number;
  /** Index of its first run. */
  first: number;
  kind: BatchKind;
  account: { currency: string; timezone: string };
  /** Of the day in UTC: promotions are asked for then. Null: when the runs are ready. */
  startHour: number | null;
  /** One client of Meta for all: who is asked to wait, waits for all of them. Else one each. */
  sharedClient: boolean;
  /** The most that its runs together may raise in a day, major units; null: no limit. */
  envelope: number | null;
  /** Nothing may be written. */
  shadow: boolean;
  deeds: BatchDeed[];
  runs: RunPlan[];
}
