import { ApplicationFailure, activityInfo, CancelledFailure, heartbeat } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { metaFailureType } from '../contract/activities.js';
import { LEARNING_STEPS } from '../contract/learning.js';
import { TRIES_OVER } from '../contract/names.js';

/** No activity is tried for longer than this, real ms. A longer wait is a workflow timer, which any intent wakes. */
export const TRIES_MS = 60_000;
/** The longest pause between two tries of an activity, real ms. */
export const LONGEST_PAUSE_MS = 5_000;

const OWN_BEATS: ReadonlySet<string> = new Set(LEARNING_STEPS);

/**
 * Sends heartbeats, so that the server notices a killed worker within seconds, and limits the tries of an activity. A
 * failure is the last one if another try of the same length would end more than a minute after the first try began.
 * Each try learns from the heartbeat when the first try began. The server's own limit would count the wait for a free
 * slot too, and its failure would only say that the time was over.
 */
export const boundedTries: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      const { activityType, heartbeatTimeoutMs, heartbeatDetails } = activityInfo();
      if (OWN_BEATS.has(activityType)) return next(input);
      const began = Date.now();
      const firstBegan = typeof heartbeatDetails === 'number' ? heartbeatDetails : began;
      const beat = () => heartbeat(firstBegan);
      const timer = heartbeatTimeoutMs ? setInterval(beat, heartbeatTimeoutMs / 3) : undefined;
      try {
        return await next(input);
      } catch (error) {
        const now = Date.now();
        const inTime = now + LONGEST_PAUSE_MS + (now - began) < firstBegan + TRIES_MS;
        if (!inTime && isRetried(error)) throw lastFailure(error);
        beat();
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  },
});

function isRetried(error: unknown): error is Error {
  if (error instanceof ApplicationFailure) return error.nonRetryable !== true;
  return error instanceof Error && !(error instanceof CancelledFailure);
}

/** A failure that Meta caused keeps its `type`, since the workflow decides by it. */
function lastFailure(error: Error): ApplicationFailure {
  const { message } = error;
  if (error instanceof ApplicationFailure && error.type === metaFailureType('transient')) {
    const { type, details } = error;
    return ApplicationFailure.create({ message, type, details: details ?? [], nonRetryable: true });
  }
  return ApplicationFailure.nonRetryable(message, TRIES_OVER);
}
