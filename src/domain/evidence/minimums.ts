/** What every rule asks before a look counts, and which thresholds it may be asked for. */

import type { RateRatio } from './rate-ratio.js';
import { CONFIDENCE_THRESHOLDS, type Evidence, type EvidenceGap, type RuleSettings } from './types.js';

/** Keeps a p-value beside the threshold on its own side of it, in 1 − p too. */
const ULP = 4e-16;

/** RangeError for a confidence that no false-winner rate was confirmed for. */
export function requireConfirmed(confidence: number): void {
  if (!CONFIDENCE_THRESHOLDS.some((threshold) => threshold === confidence)) {
    const confirmed = CONFIDENCE_THRESHOLDS.map((threshold) => threshold.toFixed(2)).join(', ');
    throw new RangeError(
      `confidence must be one of ${confirmed}, which error rates were confirmed for, got ${confidence}`,
    );
  }
}

/** The policy's minimums that the rows don't reach. */
export function policyGaps(
  settings: RuleSettings,
  sums: Pick<RateRatio, 'exposureA' | 'exposureB' | 'eventsA' | 'eventsB'>,
  hours: number,
): Evidence['missing'] {
  const asked: [code: EvidenceGap, value: number, limit: number][] = [
    ['minimum_hours', hours, settings.minimumHours],
    ['minimum_impressions_a', sums.exposureA, settings.minimumImpressions],
    ['minimum_impressions_b', sums.exposureB, settings.minimumImpressions],
    ['minimum_clicks_a', sums.eventsA, settings.minimumClicks],
    ['minimum_clicks_b', sums.eventsB, settings.minimumClicks],
  ];
  return asked
    .filter(([, value, limit]) => !(value >= limit))
    .map(([code, value, limit]) => ({ code, value, limit }));
}

/** p moved by rounding at most, so that p ≤ 1 − confidence, and 1 − p ≥ confidence, exactly where a look `crosses`. */
export function onItsSide(p: number, crosses: boolean, confidence: number): number {
  const threshold = 1 - confidence;
  return crosses ? Math.min(p, threshold) : Math.max(p, threshold + ULP);
}
