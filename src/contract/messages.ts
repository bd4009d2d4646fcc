/** What users and the API send to an experiment's workflow, what it answers, and which control fits which state. */
import type { Decision } from '../domain/decision/decision.js';
import type { ExperimentState } from '../domain/experiment.js';

/** Who sends a control, and why; recorded with every control. */
export interface Asked {
  by: string;
  reason: string;
  /** Idempotency key: an id is acted on only once. Unset: a new one is made. */
  controlId?: string;
}

export interface StopRequest extends Asked {
  /** Required if money has moved: leave the budgets as they are, or restore the base. */
  budgets?: 'keep' | 'restore';
}

export interface ResolveRequest extends Asked {
  action: 'accept_current' | 'retry_restore';
}

/** The variant is no longer compared. Its ad set stays in the rollout as one of the losers. */
export interface DropRequest extends Asked {
  variantId: string;
}

/** A longer horizon, counted from the start of the test. Only the rule `anytime` allows it. */
export interface ExtendRequest extends Asked {
  horizonDays: number;
}

/** The updates and their arguments. Each answers with a {@link ControlOutcome}. */
export interface Controls {
  check: Asked;
  pause: Asked;
  resume: Asked;
  /** By force: skips statistics and approval; needs a variant in the lead. */
  promote: Asked;
  approve: Asked;
  /** Takes a challenger out of the comparison. */
  drop: DropRequest;
  /** Makes the horizon longer. */
  extend: ExtendRequest;
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
  'extend',
  'revert',
  'stop',
  'resolve',
];

/**
 * Signals feed the same queue as the updates. The Web UI and the Temporal CLI send them, and the API does if the server
 * takes no more updates. A signal may have the arguments of its update, including `controlId`.
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
  /** The decision that a check or a promotion by force made; null if none was made. */
  decision: Decision | null;
}

/** `type` of the ApplicationFailure of a control that is invalid in every state. */
export const CONTROL_INVALID = 'InvalidControl';

/** `type` of the ApplicationFailure of a check that arrives while the run continues as new: send it again. */
export const RUN_RENEWING = 'RunRenewing';

/** `type` of the ApplicationFailure of a refused control; its first detail is a {@link Refusal}. */
export const CONTROL_REFUSED = 'ControlRefused';
export interface Refusal {
  state: ExperimentState;
  /** Controls that fit the state now. */
  allowed: ControlKind[];
  message: string;
}

/** The query `status`. */
export interface ExperimentStatus {
  experimentId: string;
  state: ExperimentState;
  stateReason: string;
  /** Experiment time, epoch ms; null if nothing is scheduled and the workflow waits for a user. */
  nextDueAt: number | null;
  nextDue: string;
  /** Controls that fit the state now. */
  allowed: ControlKind[];
  /** A difficulty that is being retried, e.g. Meta not answering; null if there is none. */
  trouble: string | null;
  /** Intents not acted on yet. */
  queued: number;
  /** False until the record has been read: the state is not known yet. Missing in runs that began before this field existed. */
  loaded?: boolean;
}
export const STATUS_QUERY = 'status';

/** Which controls fit which state. This is the only such table: validators, API and page read it. */
export const ALLOWED_CONTROLS: Record<ExperimentState, readonly ControlKind[]> = {
  running: ['check', 'pause', 'promote', 'drop', 'extend', 'stop'],
  paused: ['resume', 'extend', 'stop'],
  awaiting_approval: ['approve', 'promote', 'pause', 'stop'],
  rolling_out: ['check', 'pause', 'revert', 'stop'],
  held: ['resume', 'pause', 'revert', 'stop'],
  verifying: ['check', 'revert', 'stop'],
  completed: ['revert'],
  // A second revert is answered that the budgets are already being restored.
  reverting: ['revert', 'stop'],
  reverted: [],
  no_winner: [],
  stopped: [],
  needs_attention: ['resolve'],
};

/** How long after its end a completed experiment can be reverted. */
export const REVERT_WINDOW_DAYS = 30;
