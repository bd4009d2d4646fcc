/**
 * Everything that a caller of the workflows needs: names, ids, messages, inputs, outcomes. Types and constants
 * only, so that the API can import it without loading workflow code.
 */
import type { Promotion } from '../activities/promotions.js';
import type { TimeBase } from '../domain/clock.js';
import type { Decision } from '../domain/decision.js';
import type { ExperimentState } from '../domain/experiment.js';

export const EXPERIMENT_WORKFLOW = 'experimentWorkflow';
export const RECONCILE_WORKFLOW = 'reconcileWorkflow';
export const DAILY_SUMMARY_WORKFLOW = 'dailySummaryWorkflow';
export const WEEKLY_REPORT_WORKFLOW = 'weeklyReportWorkflow';

/** What a Temporal Schedule runs; the ids are those of `scheduler/status`. */
export const JOB_IDS = ['auto_promotion_check', 'daily_promotion_summary', 'weekly_compound_report'] as const;
export type JobId = (typeof JOB_IDS)[number];

/** Under which names a service is known to Temporal. */
export interface Names {
  taskQueue: string;
  workflowId(experimentId: string): string;
  scheduleId(job: JobId): string;
  /** Of the workflows that run the job; a Schedule adds the instant. */
  jobWorkflowId(job: JobId): string;
}

/** All carry environment and account, so that services can share a namespace: none takes another's tasks. */
export function namesOf(owner: { environment: 'sandbox' | 'live'; accountId: string }): Names {
  const prefix = `${owner.environment}/${owner.accountId}`;
  return {
    taskQueue: prefix,
    workflowId: (experimentId) => `${prefix}/experiment/${experimentId}`,
    scheduleId: (job) => `${prefix}/${job}`,
    jobWorkflowId: (job) => `${prefix}/job/${job}`,
  };
}

/**
 * Activities that ask Meta wait in queues of their own, each of which a worker takes a few of at a time. After a
 * downtime every experiment is due for a check at once, and what moves money must not wait behind hundreds of them;
 * where Meta hangs, the record, and with it a person's pause, waits for neither.
 */
export const META_QUEUES = ['checks', 'money'] as const;

/** The queue's name, of the task queue of the workflows. */
export function metaQueue(taskQueue: string, of: (typeof META_QUEUES)[number]): string {
  return `${taskQueue}/${of}`;
}

/**
 * `type` of an activity's last failure where the time for its tries was over. Unlike any other failure that is not
 * retried, it says nothing of the next activity of its kind.
 */
export const TRIES_OVER = 'TriesOver';

/** Input of {@link EXPERIMENT_WORKFLOW}. */
export interface ExperimentInput {
  experimentId: string;
  /** Frozen for the life of the experiment. */
  timeBase: TimeBase;
  /** Events after which a run continues as new; for tests. Unset: when the server suggests it. */
  maxHistoryEvents?: number;
  /** The promotion that the run before knew of, where the record disagreed with it: it must not be forgotten. */
  witness?: Promotion;
  /** What the run before was in the middle of. */
  carried?: Carried;
}

/** What one run tells the next that is not on record. */
export interface Carried {
  holds?: HoldChain | null;
  /** A difficulty that is being retried. */
  trouble?: string | null;
  /** What failed at Meta is not tried again before, experiment time. */
  retryAt?: number | null;
  /** Since when Meta has not answered in the verification, later by what the service was down; experiment time. */
  silentSince?: number | null;
  /** When the gate of a held rollout is evaluated again, experiment time. */
  gateAgainAt?: number | null;
  /** In a hold that only a person ends: when the amounts are read again, experiment time. */
  amountsAgainAt?: number | null;
  /** A cancellation in Temporal that could not be acted on yet. */
  cancelled?: boolean;
  /** How many runs in a row the record has disagreed with at once. */
  disagreements?: number;
}

/** Holds of one cause, one after the other, without a phase in between. Instants are experiment time. */
export interface HoldChain {
  code: string;
  count: number;
  /** For how long it has been seen to last, ms: what passed while no try was due or made counts nothing. */
  silentMs: number;
  failedAt: number;
  /** When it is tried again. */
  tryAt: number;
}

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
