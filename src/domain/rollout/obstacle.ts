/** The outcome of a step that calls Meta: one form for activities and workflows, plain data recorded in histories. */
import type { Budgets } from '../budget.js';
import type { GateCode } from './gate.js';

/** Error classes of Meta; each has one treatment (docs/operations.md, "When Meta says no"). */
export type MetaErrorKind =
  | 'rate'
  | 'transient'
  | 'too_large'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'policy'
  | 'version'
  | 'not_yet'
  | 'invalid';

export type ObstacleCode =
  | MetaErrorKind
  | GateCode
  /** A write may have been applied, or may still be. */
  | 'unknown_outcome'
  /** The decision or the gate that a write relies on is too old. */
  | 'too_old'
  /** A write would raise the total above the base's and above the current one. */
  | 'unsafe'
  /** The base was read back, but a later read gave another value. */
  | 'off_base';

/**
 * What prevents a step. Nothing was written, or it isn't known yet. `wait`: the obstacle passes by itself. `person`:
 * someone must act.
 */
export interface Obstacle {
  kind: 'wait' | 'person';
  code: ObstacleCode;
  /** Experiment ms until another try is worthwhile; null if unknown. */
  retryAfterMs: number | null;
  /** The instant at which it ends, epoch ms, if that is known: a freeze. Missing in any other case. */
  until?: number;
  /** A sentence. */
  reason: string;
  /** The budgets that are in the way, minor units by ad set; missing if it isn't about amounts. */
  amounts?: Budgets;
}

/** How a step ended. */
export type Outcome =
  /** `at`: when the result was read back; experiment time, epoch ms. */
  | { kind: 'done'; at: number }
  | Obstacle
  /** Meta, or a gate, refuses for good: the rollout must be reverted. `reason`: a sentence. */
  | { kind: 'back'; reason: string };

/** Meta's errors that end by themselves: the token is renewed, or the rate limit or the fault passes. */
const PASSING: readonly MetaErrorKind[] = ['auth', 'rate', 'not_yet', 'transient'];

/** The obstacle that an error of Meta is for a step that has written nothing. */
export function obstacleOf(code: MetaErrorKind, reason: string, retryAfterMs: number | null): Obstacle {
  return { kind: PASSING.includes(code) ? 'wait' : 'person', code, retryAfterMs, reason };
}

/** Whether this is an {@link Obstacle} and not the requested answer. */
export function isObstacle(answer: object): answer is Obstacle {
  return 'kind' in answer && (answer.kind === 'wait' || answer.kind === 'person');
}
