import { ApplicationFailure, activityInfo, CancelledFailure, heartbeat } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { metaFailureType } from '../contract/activities.js';
import { TRIES_OVER } from '../contract/names.js';

/** No activity is tried for longer, real ms: a longer wait is a workflow timer, which any intent wakes. */
export const TRIES_MS = 60_000;
/** The longest pause between two tries of an activity, real ms. */
export const LONGEST_PAUSE_MS = 5_000;

/**
 * Heartbeats, so that a killed worker is noticed in seconds, and ends the tries of an activity: a failure is the last
 * one where another try as long as this one would end later than a minute after the first began. The server could only
 * count from when the activity was scheduled, with the wait for a free slot, and would say only that the time was over.
 * When the first try began, the next one learns from the heartbeat.
 */
export const boundedTries: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs, heartbeatDetails } = activityInfo();
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

/** A failure of Meta's keeps its class, by which the workflow decides. */
function lastFailure(error: Error): ApplicationFailure {
  const { message } = error;
  if (error instanceof ApplicationFailure && error.type === metaFailureType('transient')) {
    const { type, details } = error;
    return ApplicationFailure.create({ message, type, details: details ?? [], nonRetryable: true });
  }
  return ApplicationFailure.nonRetryable(message, TRIES_OVER);
}
