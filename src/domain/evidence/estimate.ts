/** The estimate on which verdicts, verifications and gates rest, from version 3 of the sequential rule on. */

import { type Burst, withoutBursts } from './bursts.js';
import { type Drift, type DriftHistory, driftOf } from './drift.js';
import { type RateRatio, type RateRatioOptions, rateRatio } from './rate-ratio.js';
import type { PairRow } from './types.js';

export interface RobustRatio extends RateRatio {
  /** The buckets' own standard error. `se` has the drift too: √(bucketSe² + drift.variance). */
  bucketSe: number;
  /** Null if days are the clusters: their differences contain the drift. */
  drift: Drift | null;
  bursts: Burst[];
  /** The rows with bursts replaced. */
  plausible: readonly PairRow[];
}

/** The rate ratio without bursts, with a standard error that allows for the ads' drift. RangeError if a row has no day. */
export function robustRatio(
  rows: readonly PairRow[],
  options: RateRatioOptions,
  history: DriftHistory,
): RobustRatio {
  const { rows: plausible, bursts } = withoutBursts(rows);
  const ratio = rateRatio(plausible, options);
  if (options.clusterByDay) return { ...ratio, bucketSe: ratio.se, drift: null, bursts, plausible };
  const drift = driftOf(plausible, ratio, history);
  const se = ratio.se > 0 ? Math.sqrt(ratio.se ** 2 + drift.variance) : 0;
  return { ...ratio, bucketSe: ratio.se, se, t: se > 0 ? ratio.theta / se : 0, drift, bursts, plausible };
}
