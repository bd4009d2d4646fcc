/** Estimates the time that a test still needs: from its data or, before it starts, from its ads' past traffic. */
import { normalQuantile } from '../evidence/distributions.js';
import type { Evidence } from '../evidence/types.js';
import { bucketsOf, type Policy, strataOf } from '../experiment.js';

/** The time that a running test still needs if the effect is as estimated and the traffic stays the same. */
export interface Outlook {
  /** Hours from this look to the one that would decide. */
  hours: number;
  looks: number;
  /** Whether that look is before the planned end. */
  inTime: boolean;
}

/**
 * Assumes that T grows with the root of the information, ln E with the information, and the information with the hours
 * that count, while the bound hardly moves. With daily buckets or cells only whole days count. `weighedHours`: hours whose events
 * are known. Null if the estimate is useless.
 */
export function outlookOf(
  { t, tCritical, logE, hours }: Pick<Evidence, 't' | 'tCritical' | 'logE' | 'hours'>,
  policy: Pick<Policy, 'confidence' | 'horizonHours' | 'checkEveryHours' | 'buckets' | 'strata'>,
  weighedHours: number,
): Outlook | null {
  const growth =
    logE === undefined
      ? tCritical === null
        ? Number.NaN
        : (tCritical / t) ** 2
      : -Math.log(1 - policy.confidence) / logE;
  // Beyond the bound there is nothing left to wait for.
  const left = weighedHours * (growth - 1);
  if (!(left > 0 && Number.isFinite(left))) return null;
  const more =
    bucketsOf(policy) === 'day' || strataOf(policy) === 'segment' ? Math.ceil(left / 24) * 24 : left;
  const looks = Math.ceil(more / policy.checkEveryHours);
  return { hours: more, looks, inTime: hours + more <= policy.horizonHours };
}

/** As in "at this rate about 5 more days"; `hours` since the start. */
export function outlookSentence(outlook: Outlook, hours: number, horizonHours: number): string {
  if (!outlook.inTime) return `at this rate not within the ${span(horizonHours - hours)} that are left`;
  return `at this rate about ${outlook.hours < 24 ? hoursText(outlook.hours) : daysText(outlook.hours)}`;
}

function hoursText(hours: number): string {
  const whole = Math.max(1, Math.ceil(hours));
  return `${whole} more ${whole === 1 ? 'hour' : 'hours'}`;
}

function daysText(hours: number): string {
  const whole = Math.round(hours / 24);
  return `${whole} more ${whole === 1 ? 'day' : 'days'}`;
}

function span(hours: number): string {
  const unit = hours < 48 ? 'hours' : 'days';
  return `${Math.max(0, Math.round(unit === 'days' ? hours / 24 : hours))} ${unit}`;
}

/** The default rule's boundary is close to this at most looks of a 4-week test, if looks add equal information. */
const USUAL_BOUND = 2.85;
const POWER = 0.8;

/**
 * Days until a lift is found with a power of 80 %, given each variant's events and exposure per day. The information
 * needed is (z_b + z_0.8)² / ln(1 + lift)². `scatter`: the variance that one event adds, relative to a count. The test
 * takes longer if hours vary more than counts do. Null without traffic.
 */
export function daysToDetect(
  lift: number,
  a: { events: number; exposure: number },
  b: { events: number; exposure: number },
  scatter = 1,
): number | null {
  if (!(a.exposure > 0 && b.exposure > 0)) return null;
  const share = b.exposure / (a.exposure + b.exposure);
  const perDay = ((a.events + b.events) * share * (1 - share)) / scatter;
  const needed = ((USUAL_BOUND + normalQuantile(POWER)) / Math.log1p(lift)) ** 2;
  return perDay > 0 ? needed / perDay : null;
}
