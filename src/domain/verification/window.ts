/** When a promotion is verified. Apart from the statistics, which a workflow must not hold. */
import { DEFAULT_POLICY, type Policy } from '../experiment.js';
import { METRICS } from '../metric.js';
import { HOUR_MS } from '../time.js';

const DAY_MS = 24 * HOUR_MS;

/** When a verification looks at what; epoch ms. */
export interface VerificationWindow {
  /** Only buckets that begin at or after this … */
  since: number;
  /** … and have ended by this count. */
  until: number;
  /** When all their events are booked and the outcome is due: `until`, or where conversions are weighed later. */
  judgedAt: number;
}

/** RangeError where no phase is done. */
export function verificationWindow(
  policy: Pick<Policy, 'objective' | 'attributionWindowHours' | 'verification'>,
  phasesDone: Record<string, number>,
): VerificationWindow {
  const writes = Object.values(phasesDone);
  if (writes.length === 0) throw new RangeError('no phase of the rollout is done');
  const since = Math.max(...writes) + policy.verification.settleHours * HOUR_MS;
  const until = since + policy.verification.windowHours * HOUR_MS;
  const booked = METRICS[policy.objective].attributed
    ? (policy.attributionWindowHours ?? DEFAULT_POLICY.attributionWindowHours)
    : 0;
  return { since, until, judgedAt: until + booked * HOUR_MS };
}

/**
 * The next daily look after the last one, which is also its cut-off: whole days before and after the window's start,
 * the last at its judgement. Looks missed in a downtime are made up for by one, at the latest of them.
 */
export function nextVerificationAt(window: VerificationWindow, last: number, now: number): number {
  const dayOf = (at: number) => Math.floor((at - window.since) / DAY_MS);
  const day = Math.max(dayOf(last) + 1, dayOf(now));
  return Math.min(window.judgedAt, window.since + day * DAY_MS);
}
