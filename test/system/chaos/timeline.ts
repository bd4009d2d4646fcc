import { HOUR_MS } from '../../../src/domain/time.js';
import type { BatchPlan } from './plan.js';

/** When the driver of a virtual timeline wakes up, and for how long it goes on. */

/** A test runs this long until its better ad is known to lead. */
export const LEAD_HOURS = 8;
/** The driver wakes up at least this often in the busy hours, and less often afterwards. */
export const STEP_MS = HOUR_MS / 4;
export const BUSY_MS = 12 * HOUR_MS;
export const CALM_STEP_MS = 2 * HOUR_MS;
/** Hours after the promotion in which every run comes to rest: two windows of a day, and the waits for their faults. */
const LAST_HOURS = 84;
/** Additional hours if raises have to wait for other days. */
const ENVELOPE_HOURS = 72;
/** How long a test that goes on is watched after its last deed. */
export const IDLE_MS = 4 * HOUR_MS;
/** How long to wait for a user; after it, no write that was given up can land. */
export const ATTENDED_MS = 1.2 * HOUR_MS;

/** Ms from `now` to the next time that it is this hour of the UTC day. */
export function untilHour(hour: number, now: number): number {
  const day = 24 * HOUR_MS;
  return (((hour * HOUR_MS - now) % day) + day) % day;
}

/** Hours after the promotion in which every run of a batch comes to rest. */
export function lastHoursOf({ envelope, runs }: BatchPlan): number {
  const longest = Math.max(...runs.map(({ windowHours }) => windowHours));
  return LAST_HOURS + (longest - 24) + (envelope === null ? 0 : ENVELOPE_HOURS);
}
