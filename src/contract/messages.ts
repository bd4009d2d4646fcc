/** What people and the API send to an experiment's workflow, what it answers, and which control fits which state. */
import type { Decision } from '../domain/decision/decision.js';
import type { ExperimentState } from '../domain/experiment.js';

/** Who asks, and why: on the record with every control. */
export interface Asked {
  by: string;
  reason: string;
  /** Idempotency key: the same id is acted on once. Unset: a new one is made. */
  controlId?: string;
}

export interface StopRequest extends Asked {
  /** Needed where money has moved: leave the budgets as they are, or bring back the base. */
  budgets?: 'keep' | 'restore';
}

export interface ResolveRequest extends Asked {
  action: 'accept_current' | 'retry_restore';
}

/** The variant stays in the rollout with its ad set, as one of those that lose; it is compared no more. */
export interface DropRequest extends Asked {
  variantId: string;
}

/** Updates, and what each takes. Each answers with a {@link ControlOutcome}. */
export interface Controls {
  check: Asked;
  pause: Asked;
  resume: Asked;
  /** By force: skips statistics and approval; needs a variant that leads. */
  promote: Asked;
  approve: Asked;
  /** Takes a challenger out of the comparison. */
  drop: DropRequest;
  revert: Asked;
  stop: StopRequest;
  resolve: ResolveRequest;
}
export type ControlKind = keyof Controls;
export const CONTROL_KINDS: readonly ControlKind[] = [
  'check',
  'pause',
  'resume',
  'promote',
  'approve',
  'drop',
  'revert',
  'stop',
  'resolve',
];

/**
 * Signals feed the same queue as the updates: for the Web UI and the Temporal CLI, and for the API when the server
 * takes no more updates. Each may carry the arguments of its update, `controlId` included.
 */
export const SIGNALS = {
  pause: 'pause',
  resume: 'resume',
  forcePromotion: 'forcePromotion',
  revert: 'revert',
  stop: 'stop',
} as const;

/** Answer of every update. */
export interface ControlOutcome {
  state: ExperimentState;
  /** What happened, in a sentence. */
  message: string;
  /** The decision that a check or a promotion by force made; null where none was made. */
  decision: Decision | null;
}

/** `type` of the ApplicationFailure of a control that no state could take. */
export const CONTROL_INVALID = 'InvalidControl';

/** `type` of the ApplicationFailure of a check that comes while a long history is being replaced: send it again. */
export const RUN_RENEWING = 'RunRenewing';

/** `type` of the ApplicationFailure of a refused control; its first detail is a {@link Refusal}. */
export const CONTROL_REFUSED = 'ControlRefused';
export interface Refusal {
  state: ExperimentState;
  /** What would fit the state now. */
  allowed: ControlKind[];
  message: string;
}

/** The query `status`. */
export interface ExperimentStatus {
  experimentId: string;
  state: ExperimentState;
  stateReason: string;
  /** Experiment time, epoch ms; null where nothing is scheduled but a person. */
  nextDueAt: number | null;
  nextDue: string;
  /** Controls that fit the state now. */
  allowed: ControlKind[];
  /** A difficulty that is being retried, e.g. Meta not answering; null where all is well. */
  trouble: string | null;
  /** Intents not acted on yet. */
  queued: number;
  /** False before the record was read: the state is not known yet. Missing in runs from before it was told. */
  loaded?: boolean;
}
export const STATUS_QUERY = 'status';

/** Which controls fit which state. The one table: validators, API and page read it. */
export const ALLOWED_CONTROLS: Record<ExperimentState, readonly ControlKind[]> = {
  running: ['check', 'pause', 'promote', 'drop', 'stop'],
  paused: ['resume', 'stop'],
  awaiting_approval: ['approve', 'promote', 'pause', 'stop'],
  rolling_out: ['check', 'pause', 'revert', 'stop'],
  held: ['resume', 'pause', 'revert', 'stop'],
  verifying: ['check', 'revert', 'stop'],
  completed: ['revert'],
  // A second revert is told that the budgets are on their way.
  reverting: ['revert', 'stop'],
  reverted: [],
  no_winner: [],
  stopped: [],
  needs_attention: ['resolve'],
};

/** How long after its end a completed experiment can be reverted. */
export const REVERT_WINDOW_DAYS = 30;
