/** Whether forecast chances come true as often as they say. */

import type { ForecastScore } from './scoring.js';

export interface CalibrationBin {
  /** Forecast chances from `low` to `high`, 0 to 1. */
  low: number;
  high: number;
  /** Drafts with such a chance. */
  count: number;
  /** Their mean chance; null without drafts. */
  forecast: number | null;
  /** The share of them that measured best; null without drafts. */
  happened: number | null;
  /** Standard error of `happened` if the forecasts are right; null without drafts. */
  error: number | null;
}

export const BINS = 10;

/**
 * Ten bins of equal width. The drafts of a test exclude each other, so those of one test in one bin count as one event of
 * their joint chance P, with the binomial variance P·(1 − P).
 */
export function calibrationOf(scores: readonly Pick<ForecastScore, 'drafts'>[]): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, forecast: 0, happened: 0, variance: 0 }));
  for (const { drafts } of scores) {
    const joint = new Map<number, number>();
    for (const { probability, hit } of drafts) {
      const index = Math.min(BINS - 1, Math.floor(probability * BINS));
      const bin = bins[index]!;
      bin.count++;
      bin.forecast += probability;
      bin.happened += hit;
      joint.set(index, (joint.get(index) ?? 0) + probability);
    }
    for (const [index, chance] of joint) bins[index]!.variance += Math.max(0, chance * (1 - chance));
  }
  return bins.map(({ count, forecast, happened, variance }, index) => ({
    low: index / BINS,
    high: (index + 1) / BINS,
    count,
    forecast: count === 0 ? null : forecast / count,
    happened: count === 0 ? null : happened / count,
    error: count === 0 ? null : Math.sqrt(variance) / count,
  }));
}
