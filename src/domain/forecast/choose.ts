/** Which drafts to test, if there are fewer places than drafts. Advice only. */

import { DRAFT_LIMITS, type Forecast, jointOf } from './forecast.js';
import { expectedBest, pointsOf } from './joint.js';

export interface Choice {
  /** Ids in the order of the forecast. */
  ids: string[];
  /** Expected log rate of the best of them, less the mean of all drafts. */
  expectedBest: number;
}

export interface Choices {
  /** The subset whose best is expected to be best: of two similar drafts, the second adds little. */
  together: Choice;
  /** The drafts with the highest expectations, each taken by itself. */
  oneByOne: Choice;
}

/** Up to as many subsets, all are compared. */
const EXHAUSTIVE = 500;
/** Every so-many-th point is enough to compare subsets: what is reported is computed from all. */
const STRIDE = 8;
/** A swap must gain more than rounding does. */
const LEAST_GAIN = 1e-9;

/**
 * The best subset of `places` drafts: of all, if they are at most 500, else built up one draft at a time and improved by
 * swaps until none helps. Expected improvement of a joint normal: Nemhauser, Wolsey and Fisher (1978) bound what greedy
 * choice loses. Throws RangeError unless 2 ≤ places ≤ drafts.
 */
export function chooseDrafts(forecast: Forecast, places: number): Choices {
  const n = forecast.drafts.length;
  if (!Number.isInteger(places) || places < DRAFT_LIMITS.least || places > n) {
    throw new RangeError(`places: ${DRAFT_LIMITS.least} to ${n} (the number of drafts), got ${places}`);
  }
  const points = pointsOf(jointOf(forecast));
  const some = points.map((values) => values.filter((_, k) => k % STRIDE === 0));
  const order = forecast.drafts
    .map((_, place) => place)
    .sort((a, b) => forecast.drafts[b]!.expected - forecast.drafts[a]!.expected || a - b);
  const byExpectation = order.slice(0, places);
  const few = countOf(n, places) <= EXHAUSTIVE;
  const found = few ? bestOfAll(some, places) : bestBySwaps(some, places);
  const choice = (chosen: readonly number[]): Choice => ({
    ids: [...chosen].sort((a, b) => a - b).map((place) => forecast.drafts[place]!.id),
    expectedBest: expectedBest(points, chosen),
  });
  const [together, oneByOne] = [choice(found), choice(byExpectation)];
  // Drafts of which nothing is known, or equal ones: the simpler rule is as good.
  return {
    together: together.expectedBest > oneByOne.expectedBest + LEAST_GAIN ? together : oneByOne,
    oneByOne,
  };
}

function bestOfAll(points: readonly Float64Array[], places: number): number[] {
  let best: number[] = [];
  let most = -Infinity;
  const extend = (chosen: number[], from: number) => {
    if (chosen.length === places) {
      const value = expectedBest(points, chosen);
      if (value > most + LEAST_GAIN) [best, most] = [chosen, value];
      return;
    }
    for (let next = from; next < points.length; next++) extend([...chosen, next], next + 1);
  };
  extend([], 0);
  return best;
}

function bestBySwaps(points: readonly Float64Array[], places: number): number[] {
  const all = points.map((_, place) => place);
  let chosen: number[] = [];
  let value = -Infinity;
  const tryOne = (candidate: number[]) => {
    const next = expectedBest(points, candidate);
    if (next <= value + LEAST_GAIN) return false;
    [chosen, value] = [candidate, next];
    return true;
  };
  for (let size = 0; size < places; size++) {
    const before = chosen;
    value = -Infinity;
    for (const draft of all) if (!before.includes(draft)) tryOne([...before, draft]);
  }
  for (let improved = true; improved; ) {
    improved = false;
    for (const out of [...chosen]) {
      for (const draft of all) {
        if (chosen.includes(draft) || !chosen.includes(out)) continue;
        if (tryOne(chosen.map((one) => (one === out ? draft : one)))) improved = true;
      }
    }
  }
  return chosen;
}

function countOf(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return count;
}
