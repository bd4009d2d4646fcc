/**
 * What tests of identical ads would have claimed. A lucky winner crosses its boundary early, while its error is large:
 * the claim depends on the error at the stop, not at the end of the test.
 */

import { normalSurvival, normalUpperQuantile } from '../evidence/distributions.js';
import { spentFraction } from '../evidence/sequential.js';

/** A finished test, as if its ads had been equal. */
export interface TestedPair {
  /** Standard error of its log rate ratio at its last look; 0 if it couldn't be estimated. */
  se: number;
  /** Hours from the start to that look. */
  hours: number;
  /** 1 − confidence. */
  alpha: number;
  horizonHours: number;
  checkEveryHours: number;
  minimumHours: number;
  /** Events per ad. */
  minimumEvents: number;
}

/** The compound lift that luck alone claims. */
export interface Luck {
  /** Expected value. */
  compound: number;
  /** Central 95 % of such programmes. */
  interval: [low: number, high: number];
}

/** A look at which equal ads may get a winner: the challenger wins with this probability and claims this log lift. */
interface LuckyStop {
  probability: number;
  claim: number;
}

/**
 * α over the error of one later look, as if it were alone. That is a bound of 2.84 at confidence 0.95; the recursion gives
 * 2.79 to 2.96.
 */
const ALPHA_OVER_LOOK = 22;
/** Mean overshoot of a random walk over its boundary, in standard deviations of a step (Siegmund 1985, chapter 10). */
const OVERSHOOT = 0.583;

/**
 * Each test promotes its challenger with half its error, spread over its looks as the default rule spends it. Its error
 * shrinks with the square root of the hours. The compound's mean is exact for these stops; its distribution is computed
 * on a grid of log lifts.
 */
export function luckOf(tests: readonly TestedPair[]): Luck {
  const stops = tests.filter(({ se, hours }) => se > 0 && hours > 0).map(luckyStops);
  const mean = stops.reduce(
    (sum, of) =>
      sum + Math.log1p(of.reduce((gain, stop) => gain + stop.probability * Math.expm1(stop.claim), 0)),
    0,
  );
  return { compound: Math.expm1(mean), interval: centralRange(stops) };
}

function luckyStops(test: TestedPair): LuckyStop[] {
  const { se, hours, alpha, horizonHours, checkEveryHours, minimumHours, minimumEvents } = test;
  const errorAt = (at: number) => se * Math.sqrt(hours / at);
  // Two ads with n events each have an error of √(2/n).
  const enough = minimumEvents > 0 ? (hours * se * se * minimumEvents) / 2 : 0;
  const from = Math.min(horizonHours, Math.max(minimumHours, enough, checkEveryHours));
  const stops: LuckyStop[] = [];
  let spent = 0;
  let before = 0;
  for (let look = Math.ceil(from / checkEveryHours); before < horizonHours; look++) {
    const at = Math.min(horizonHours, look * checkEveryHours);
    const until = alpha * spentFraction(at, horizonHours);
    stops.push({ probability: (until - spent) / 2, claim: claimAt(at, before) });
    spent = until;
    before = at;
  }
  return stops;

  function claimAt(at: number, previous: number): number {
    const error = errorAt(at);
    if (previous === 0) {
      // ln E[e^(SE·Z) | Z > b], Z standard normal.
      const bound = normalUpperQuantile((alpha * spentFraction(at, horizonHours)) / 2);
      return (error * error) / 2 + Math.log(normalSurvival(bound - error) / normalSurvival(bound));
    }
    const bound = normalUpperQuantile(alpha / ALPHA_OVER_LOOK);
    return error * (bound + OVERSHOOT * Math.sqrt(1 - previous / at));
  }
}

/** Step and end of the grid of log lifts. */
const STEP = 0.01;
const LARGEST = 8;
const TAIL = 0.025;

/** Quantiles of the sum of all claims. Each claim is shared between the two grid points next to it, so means are kept. */
function centralRange(tests: readonly LuckyStop[][]): [number, number] {
  let sums = new Float64Array([1]);
  for (const stops of tests) {
    const claims = onGrid(stops);
    const next = new Float64Array(Math.min(LARGEST / STEP + 1, sums.length + claims.length - 1));
    for (const [sum, probability] of sums.entries()) {
      if (probability < 1e-12) continue;
      for (const [claim, share] of claims.entries())
        next[Math.min(next.length - 1, sum + claim)]! += probability * share;
    }
    sums = next;
  }
  const quantile = (p: number) => {
    let below = 0;
    let at = -1;
    while (below < p && at < sums.length - 1) below += sums[++at]!;
    return Math.expm1(STEP * at);
  };
  return [quantile(TAIL), quantile(1 - TAIL)];
}

/** Probabilities of the claims 0, STEP, 2·STEP, …; that of 0 includes every test that has no lucky winner. */
function onGrid(stops: readonly LuckyStop[]): Float64Array {
  const largest = Math.max(...stops.map(({ claim }) => claim));
  const grid = new Float64Array(Math.ceil(Math.min(LARGEST, largest) / STEP) + 1);
  grid[0] = 1;
  for (const { probability, claim } of stops) {
    const place = Math.min(claim / STEP, grid.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, grid.length - 1);
    grid[0]! -= probability;
    grid[low]! += probability * (low + 1 - place);
    grid[high]! += probability * (place - low);
  }
  return grid;
}
