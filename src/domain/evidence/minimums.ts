/** The data that every rule needs before a look counts, and the confidence thresholds that rules accept. */

import type { RateRatio } from './rate-ratio.js';
import { CONFIDENCE_THRESHOLDS, type Evidence, type EvidenceGap, type RuleSettings } from './types.js';

/** Keeps a p-value, and 1 − p, on its side of a threshold that it is close to. */
const ULP = 4e-16;

/** RangeError for a confidence for which no false-winner rate was confirmed. */
export function requireConfirmed(confidence: number): void {
  if (!CONFIDENCE_THRESHOLDS.some((threshold) => threshold === confidence)) {
    const confirmed = CONFIDENCE_THRESHOLDS.map((threshold) => threshold.toFixed(2)).join(', ');
    throw new RangeError(
      `confidence must be one of ${confirmed}, for which error rates were confirmed, got ${confidence}`,
    );
  }
}

/** The policy's minimums that the rows don't reach. `minimum_clicks_*` compare event counts, never amounts. */
export function policyGaps(
  settings: RuleSettings,
  sums: Pick<RateRatio, 'exposureA' | 'exposureB' | 'countA' | 'countB'>,
  hours: number,
): Evidence['missing'] {
  const asked: [code: EvidenceGap, value: number, limit: number][] = [
    ['minimum_hours', hours, settings.minimumHours],
    ['minimum_impressions_a', sums.exposureA, settings.minimumImpressions],
    ['minimum_impressions_b', sums.exposureB, settings.minimumImpressions],
    ['minimum_clicks_a', sums.countA, settings.minimumClicks],
    ['minimum_clicks_b', sums.countB, settings.minimumClicks],
  ];
  return asked
    .filter(([, value, limit]) => !(value >= limit))
    .map(([code, value, limit]) => ({ code, value, limit }));
}

/** p, moved by no more than rounding, so that p ≤ 1 − confidence and 1 − p ≥ confidence exactly if a look `crosses`. */
export function onItsSide(p: number, crosses: boolean, confidence: number): number {
  const threshold = 1 - confidence;
  return crosses ? Math.min(p, threshold) : Math.max(p, threshold + ULP);
}
