import { HOUR_MS } from '../../../src/domain/time.js';
import type { BatchPlan } from './plan.js';

/** When the driver of a virtual timeline looks up, and for how long. */

/** So long a test runs until its better ad is known to lead. */
export const LEAD_HOURS = 8;
/** The driver looks up at least so often while much happens, for so long, and afterwards. */
export const STEP_MS = HOUR_MS / 4;
export const BUSY_MS = 12 * HOUR_MS;
export const CALM_STEP_MS = 2 * HOUR_MS;
/** Hours after the promotion by which every run has come to rest: two windows of a day, and the wait for their faults. */
const LAST_HOURS = 84;
/** So much longer where raises have to wait for other days. */
const ENVELOPE_HOURS = 72;
/** A test that goes on is looked at for so long, once nothing befalls it any more. */
export const IDLE_MS = 4 * HOUR_MS;
/** A person is waited for, and a write that was given up can't land any more. */
export const ATTENDED_MS = 1.2 * HOUR_MS;

/** From `now` to the next time that it is this hour of the day in UTC. */
export function untilHour(hour: number, now: number): number {
  const day = 24 * HOUR_MS;
  return (((hour * HOUR_MS - now) % day) + day) % day;
}

/** Hours after the promotion by which every run of a batch has come to rest. */
export function lastHoursOf({ envelope, runs }: BatchPlan): number {
  const longest = Math.max(...runs.map(({ windowHours }) => windowHours));
  return LAST_HOURS + (longest - 24) + (envelope === null ? 0 : ENVELOPE_HOURS);
}
