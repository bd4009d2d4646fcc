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
  const since = lastWriteAt(phasesDone) + policy.verification.settleHours * HOUR_MS;
  const until = since + policy.verification.windowHours * HOUR_MS;
  return { since, until, judgedAt: until + bookedAfterHours(policy) * HOUR_MS };
}

/** The least `recheckDays`: by then the verification's own window is over. Days of 24 h. */
export function leastRecheckDays({ settleHours, windowHours }: Policy['verification']): number {
  return Math.ceil(((settleHours + windowHours) * HOUR_MS) / DAY_MS);
}

/**
 * The window of the recheck: as long as the verification's, up to `recheckDays` after the last write. Null if the policy
 * has none. RangeError if no phase is done.
 */
export function recheckWindow(
  policy: Pick<Policy, 'objective' | 'attributionWindowHours' | 'verification' | 'recheckDays'>,
  phasesDone: Record<string, number>,
): VerificationWindow | null {
  if (policy.recheckDays == null) return null;
  const until = lastWriteAt(phasesDone) + policy.recheckDays * DAY_MS;
  const since = until - policy.verification.windowHours * HOUR_MS;
  return { since, until, judgedAt: until + bookedAfterHours(policy) * HOUR_MS };
}

/** When the last phase was read back, epoch ms. RangeError if no phase is done. */
export function lastWriteAt(phasesDone: Record<string, number>): number {
  const writes = Object.values(phasesDone);
  if (writes.length === 0) throw new RangeError('no phase of the rollout is done');
  return Math.max(...writes);
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
