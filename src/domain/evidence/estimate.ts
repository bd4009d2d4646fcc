/** The estimate on which verdicts, verifications and gates rest, from version 3 of the sequential rule on. */

import { type Burst, withoutBursts } from './bursts.js';
import { type Drift, type DriftHistory, driftOf } from './drift.js';
import { type RateRatio, type RateRatioOptions, rateRatio } from './rate-ratio.js';
import type { PairRow, RuleSettings } from './types.js';

export interface RobustRatio extends RateRatio {
  /** The buckets' own standard error. `se` has the drift and the other variance too. */
  bucketSe: number;
  /** Null if days are the clusters: their differences contain the drift. */
  drift: Drift | null;
  bursts: Burst[];
  /** The rows with bursts replaced. */
  plausible: readonly PairRow[];
}

export interface RobustOptions extends RateRatioOptions {
  /** See {@link RuleSettings.otherVariance}. */
  otherVariance?: number;
}

/** The rate ratio without bursts, with a standard error that allows for the ads' drift. RangeError if a row has no day. */
export function robustRatio(
  rows: readonly PairRow[],
  options: RobustOptions,
  history: DriftHistory,
): RobustRatio {
  // A cell's neighbours are other segments, not the same ad an hour before or after.
  const isCells = rows.some(({ segment }) => segment !== undefined);
  const { rows: plausible, bursts } = isCells ? { rows, bursts: [] } : withoutBursts(rows);
  const ratio = rateRatio(plausible, options);
  const drift = options.clusterByDay ? null : driftOf(plausible, ratio, history);
  const { otherVariance = 0 } = options;
  const more = (drift?.variance ?? 0) + otherVariance;
  // A square root of a square isn't always the same number: recomputed decisions must be.
  if (more === 0) return { ...ratio, bucketSe: ratio.se, drift, bursts, plausible };
  const se = ratio.se > 0 ? Math.sqrt(ratio.se ** 2 + more) : 0;
  return { ...ratio, bucketSe: ratio.se, se, t: se > 0 ? ratio.theta / se : 0, drift, bursts, plausible };
}
