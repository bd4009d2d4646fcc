/** How long a test of two drafts may take, and whether it can be expected to find the better one. Advice only. */

import { normalCdf, normalDensity, normalQuantile } from '../evidence/distributions.js';
import type { DriftHistory } from '../evidence/drift.js';
import type { Policy } from '../experiment.js';
import { type HourlyTraffic, powerOf } from '../setup/power.js';
import { differenceOf, type Forecast } from './forecast.js';

export interface PairOutlook {
  /** The ids of the two drafts; the one that is expected to do better first. */
  pair: [string, string];
  /** Expected size of the difference of log rates, whichever is better. */
  difference: number;
  /** That the test tells them apart by the horizon: the mean over the differences that the forecast thinks possible. */
  chance: number;
  /** Mean days to the end of the test, over the same differences. */
  days: number;
  /** Fewer than one such test in five would tell the two apart. */
  looksHopeless: boolean;
}

const HOPELESS_BELOW = 0.2;
/** Midpoints of equal shares of the differences. */
const SHARES = [0.1, 0.3, 0.5, 0.7, 0.9];

/** The two drafts whose better one is expected to be best. */
export function bestPair(forecast: Forecast): [number, number] {
  let best: [number, number] = [0, 1];
  let most = -Infinity;
  const { drafts } = forecast;
  for (let i = 0; i < drafts.length; i++) {
    for (let j = i + 1; j < drafts.length; j++) {
      const { expected, sd } = differenceOf(forecast, i, j);
      // E max(a, b) = mean + ½·E|a − b| (Clark, Operations Research 9, 1961).
      const value = (drafts[i]!.expected + drafts[j]!.expected + meanSize(expected, sd)) / 2;
      if (value > most + 1e-12) [best, most] = [expected < 0 ? [j, i] : [i, j], value];
    }
  }
  return best;
}

/**
 * The outlook of a test of drafts i and j, by place. `traffic`: what each ad is expected to do per hour. Null if the
 * policy has another rule than `sequential`, or there is no traffic.
 */
export function pairOutlook(
  forecast: Forecast,
  [i, j]: readonly [number, number],
  policy: Policy,
  traffic: HourlyTraffic,
  history?: DriftHistory,
): PairOutlook | null {
  const { expected, sd } = differenceOf(forecast, i, j);
  const lifts = SHARES.map((share) => Math.expm1(sizeAt(share, expected, sd)));
  const chances = powerOf(policy, traffic, [traffic], history, 0, lifts);
  if (!chances) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const chance = mean(chances.map((one) => one.chance));
  const ids: [string, string] = [forecast.drafts[i]!.id, forecast.drafts[j]!.id];
  return {
    pair: expected < 0 ? [ids[1], ids[0]] : ids,
    difference: meanSize(expected, sd),
    chance,
    days: mean(chances.map(({ days }) => days)),
    looksHopeless: chance < HOPELESS_BELOW,
  };
}

/** E|X| of a normal X (Leone, Nelson and Nottingham, Technometrics 3, 1961). */
function meanSize(mean: number, sd: number): number {
  if (sd === 0) return Math.abs(mean);
  const z = mean / sd;
  return 2 * sd * normalDensity(z) + mean * (1 - 2 * normalCdf(-z));
}

/** The quantile of |X| of a normal X, by halving. */
function sizeAt(share: number, mean: number, sd: number): number {
  if (sd === 0) return Math.abs(mean);
  let low = 0;
  let high = Math.abs(mean) + sd * normalQuantile((1 + share) / 2);
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (normalCdf((middle - mean) / sd) - normalCdf((-middle - mean) / sd) < share) low = middle;
    else high = middle;
  }
  return high;
}
