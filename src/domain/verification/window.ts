/** When a promotion is verified. Separate from the statistics, which workflow code must not contain. */
import { bookedAfterHours, type Policy } from '../experiment.js';
import { HOUR_MS } from '../time.js';

const DAY_MS = 24 * HOUR_MS;

/** The data that a verification weighs, and when it does. Instants are epoch ms. */
export interface VerificationWindow {
  /** Buckets that begin at or after this instant … */
  since: number;
  /** … and end by this instant count. */
  until: number;
  /** When the outcome is due because Meta has booked all events: `until`, or later if the objective's events are late. */
  judgedAt: number;
}

/** RangeError if no phase is done. */
export function verificationWindow(
  policy: Pick<Policy, 'objective' | 'attributionWindowHours' | 'verification'>,
  phasesDone: Record<string, number>,
): VerificationWindow {
  const writes = Object.values(phasesDone);
  if (writes.length === 0) throw new RangeError('no phase of the rollout is done');
  const since = Math.max(...writes) + policy.verification.settleHours * HOUR_MS;
  const until = since + policy.verification.windowHours * HOUR_MS;
  return { since, until, judgedAt: until + bookedAfterHours(policy) * HOUR_MS };
}

/**
 * The instant of the next daily look after the last one, which is also its cut-off. Looks are whole days after the
 * window's start; the last one is the judgement. After downtime one look, at the latest due time, replaces all missed
 * looks.
 */
export function nextVerificationAt(window: VerificationWindow, last: number, now: number): number {
  const dayOf = (at: number) => Math.floor((at - window.since) / DAY_MS);
  const day = Math.max(dayOf(last) + 1, dayOf(now));
  return Math.min(window.judgedAt, window.since + day * DAY_MS);
}
