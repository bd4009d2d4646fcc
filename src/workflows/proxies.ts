import {
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BudgetActivities } from '../activities/budgets.js';
import type { DropActivities } from '../activities/drops.js';
import type { ExperimentActivities } from '../activities/experiments.js';
import type { GateActivities } from '../activities/gates.js';
import type { InsightActivities } from '../activities/insights/index.js';
import type { LearningActivities } from '../activities/learning/index.js';
import type { LookActivities } from '../activities/looks.js';
import type { MessengerActivities } from '../activities/messenger.js';
import type { ObservationActivities } from '../activities/observations.js';
import type { PatternActivities } from '../activities/patterns.js';
import type { PromotionActivities } from '../activities/promotions.js';
import type { RecheckActivities } from '../activities/rechecks.js';
import type { ReconcileActivities } from '../activities/reconcile.js';
import type { SummaryActivities } from '../activities/summaries.js';
import type { VerificationActivities } from '../activities/verification.js';
import { META_FAILURE, type MetaFailureDetails } from '../contract/activities.js';
import type { LearningStep } from '../contract/learning.js';
import {
  insightsQueue,
  learningQueue,
  type META_QUEUES,
  messageQueue,
  metaQueue,
  TRIES_OVER,
} from '../contract/names.js';
import type { Promotion } from '../contract/records.js';
import { type Obstacle, obstacleOf } from '../domain/rollout/obstacle.js';

/**
 * Every worker heartbeats for every activity, so a killed worker is noticed in 3 s. The worker stops trying after a
 * minute: a longer wait is a workflow timer, which any intent wakes. There is no limit from schedule to close, since it
 * would count the wait for a free slot: if hundreds are due at once, the last would fail without a try.
 */
const COMMON = { heartbeatTimeout: '3 seconds' } as const;

/** About seven seconds: a longer fault needs a longer wait. */
const A_FEW_TRIES = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '5 seconds',
  maximumAttempts: 5,
} as const;

/** As `proxyActivities`, in a queue of {@link META_QUEUES}. Its name depends on the workflow, so each call asks for it. */
function proxyMeta<A>(queue: (typeof META_QUEUES)[number], options: ActivityOptions) {
  return proxyActivities<A>({
    ...options,
    get taskQueue() {
      return metaQueue(workflowInfo().taskQueue, queue);
    },
  });
}

/** Postgres: short, safe to repeat, and likely to be back in a moment. If each try fails at once, they take a minute. */
export const record = proxyActivities<ExperimentActivities>({
  ...COMMON,
  startToCloseTimeout: '15 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '5 seconds',
    maximumAttempts: 16,
  },
});

/**
 * Reads from Meta: a few quick tries for a passing fault; if Meta asks to wait, the workflow waits. A try has time for
 * several reads that hang, and for an insights report, so that the failure names the read that hung.
 */
export const META_READS = { ...COMMON, startToCloseTimeout: '60 seconds', retry: A_FEW_TRIES } as const;

export const observations = proxyMeta<ObservationActivities>('checks', META_READS);

/** Statistics over Postgres, and a few reads from Meta: a fault of these passes, and a bug stays. */
export const looks = proxyMeta<LookActivities>('checks', META_READS);

/** The same for a promotion that someone asks for: it doesn't wait behind the checks. */
export const evidenceNow = proxyMeta<ObservationActivities & LookActivities>('money', META_READS);

/** Statistics over Postgres alone; retried as looks are. */
export const verifications = proxyMeta<VerificationActivities>('checks', {
  ...COMMON,
  startToCloseTimeout: '30 seconds',
  retry: A_FEW_TRIES,
});

/** One promotion's recheck reads from Meta; retried as observations are. */
export const rechecks = proxyMeta<RecheckActivities>('checks', META_READS);

/** Preflight and gates read from Meta; retried as observations are. */
export const promotions = proxyMeta<PromotionActivities & GateActivities & DropActivities>(
  'money',
  META_READS,
);

/**
 * Budget reads and writes. A try may last as long as a socket time-out and a read-back. Only faults that left nothing
 * behind are thrown and retried: an attempt of unknown outcome is returned as an answer, and one that a time-out cut off
 * is found in the ledger.
 */
export const META_WRITES = {
  ...COMMON,
  startToCloseTimeout: '110 seconds',
  retry: A_FEW_TRIES,
} as const;

export const budgets = proxyMeta<BudgetActivities>('money', META_WRITES);

/** The outbox in Postgres; retried as the record is. Only what a hook answers is in a queue of its own. */
export const messenger = proxyActivities<Pick<MessengerActivities, 'nextMessage' | 'settleMessage'>>({
  ...COMMON,
  startToCloseTimeout: '15 seconds',
  retry: A_FEW_TRIES,
});

/**
 * One post. What the hook answers, or that it doesn't, is no failure. So a try is repeated only if Postgres failed before
 * the post, or if the worker was lost during it.
 */
export const posts = proxyActivities<Pick<MessengerActivities, 'postMessage'>>({
  ...COMMON,
  startToCloseTimeout: '30 seconds',
  retry: A_FEW_TRIES,
  get taskQueue() {
    return messageQueue(workflowInfo().taskQueue);
  },
});

/** Temporal and Postgres, for many experiments: the next Schedule comes soon, so a few tries are enough. */
export const upkeep = proxyActivities<
  ReconcileActivities & SummaryActivities & Pick<RecheckActivities, 'dueRechecks'>
>({
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    maximumAttempts: 3,
  },
});

/** As `proxyActivities`, in the queue for learning. */
function proxyLearning<A>(options: ActivityOptions) {
  return proxyActivities<A>({
    ...options,
    get taskQueue() {
      return learningQueue(workflowInfo().taskQueue);
    },
  });
}

/** Postgres and an encoder, and a forecast must come before the first look: a few quick tries; the next wake-up tries again. */
export const forecasting = proxyLearning<Pick<LearningActivities, 'forecastTests' | 'scoreForecasts'>>({
  heartbeatTimeout: '20 seconds',
  startToCloseTimeout: '2 minutes',
  retry: A_FEW_TRIES,
});

/**
 * Minutes of a core, in a thread of its own. These steps heartbeat when they get on, so a thread that hangs is noticed like a
 * worker that was killed, and ended. The next try begins again, but encodes nothing twice; after the last one the workflow
 * tries again later.
 */
export const learning = proxyLearning<Pick<LearningActivities & PatternActivities, LearningStep>>({
  heartbeatTimeout: '1 minute',
  startToCloseTimeout: '1 hour',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    maximumAttempts: 3,
  },
});

/** As `proxyActivities`, in the queue for insights. */
function proxyInsights<A>(options: ActivityOptions) {
  return proxyActivities<A>({
    ...options,
    get taskQueue() {
      return insightsQueue(workflowInfo().taskQueue);
    },
  });
}

/**
 * One question. What Claude answers, or that it doesn't for a minute, is no failure. So a try is repeated only if Postgres
 * failed, or if the worker was lost: each of these costs one more question at most, and the tries are few.
 */
export const questions = proxyInsights<Pick<InsightActivities, 'askClaude'>>({
  ...COMMON,
  startToCloseTimeout: '100 seconds',
  retry: A_FEW_TRIES,
});

/** Claims and attributes of two ads, in Postgres and some milliseconds of a core; retried as the record is. */
export const insights = proxyInsights<Omit<InsightActivities, 'askClaude'>>({
  ...COMMON,
  startToCloseTimeout: '30 seconds',
  retry: A_FEW_TRIES,
});

/** Real time after which Postgres is asked again. */
const RECORD_AWAY = '30 seconds';

/** The record has another state than this run knew: another run acted, and the record is right. */
export class RecordDisagrees extends Error {}

/** Repeats a step until Postgres is back. A failure that no retry can fix is thrown. */
export async function enduring<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const cause = causeOrThrow(error);
      if (cause instanceof ApplicationFailure && cause.nonRetryable && cause.type !== TRIES_OVER) throw error;
      await sleep(RECORD_AWAY, { summary: 'the record does not answer; trying again' });
    }
  }
}

/**
 * What a failed activity means for the business process: Meta's error class, or `transient` for a time-out and for a
 * fault of the service. An error that is no activity failure is thrown on.
 */
export function obstacleFrom(error: unknown): Obstacle {
  const cause = causeOrThrow(error);
  if (!(cause instanceof ApplicationFailure) || !cause.type?.startsWith(META_FAILURE))
    return obstacleOf('transient', cause?.message ?? 'No answer.', null);
  const details = cause.details?.[0] as MetaFailureDetails | undefined;
  return obstacleOf(details?.kind ?? 'transient', cause.message, details?.retryAfterMs ?? null);
}

function causeOrThrow(error: unknown): Error | undefined {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure && cause.type === 'RecordDisagrees') {
    throw new RecordDisagrees(cause.message);
  }
  return cause;
}

/** Puts on record how the rollout ended. */
export async function closePromotion(experimentId: string, status: Promotion['status']): Promise<void> {
  await enduring(() =>
    budgets.setPromotionStatus.executeWithOptions({ summary: `the rollout is ${status}` }, [
      experimentId,
      status,
    ]),
  );
}
