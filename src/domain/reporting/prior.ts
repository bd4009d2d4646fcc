/**
 * What is known of true log lifts before a test: a share of tests whose ads are equal, and N(mean, scale²) for the others,
 * with a mean of 0 or less. A positive mean would raise small claims above what was observed; not to learn one cost nothing
 * even in programmes with a mean of +0.06, because the scale grows instead.
 *
 * Share, mean and scale are learned from all finished tests, and how uncertain they are is kept: the prior is a grid of
 * all three, weighted by its likelihood and a weak default. The likelihood of a test is that of its final estimate
 * whenever it stopped, because stopping depends only on the data.
 *
 * `npm run -s bench:programme` compares it with the truth in six worlds. Without the share of equal ads, the compound lift
 * of a programme in which 80 % of the tests have no effect comes out too low, and so does the rate of false winners.
 */

import type { Estimate } from './lift.js';

/** One point of the grid. */
export interface PriorPoint {
  /** Posterior probability of this point; all weights sum to 1. */
  weight: number;
  /** Share of tests whose true log rate ratio is exactly 0. */
  zeroShare: number;
  /** Mean of the others' true log rate ratios, challenger over control; never above 0. */
  mean: number;
  /** Their standard deviation. */
  scale: number;
}

export interface Prior {
  points: readonly PriorPoint[];
  /** Finished tests with an estimate: what it was learned from. */
  tests: number;
  /** Means over the points. */
  zeroShare: number;
  mean: number;
  scale: number;
}

/** With fewer finished tests, the default decides most of how far lifts are shrunk. */
export const TESTS_TO_LEARN = 10;

/** ln(scale) ~ N(ln 0.06, 0.8²) by default: the scale of most accounts lies between 0.01 and 0.3. */
const DEFAULT_SCALE = 0.06;
const DEFAULT_SCALE_SPREAD = 0.8;
/** −mean/scale is half normal, with this spread, by default. */
const DEFAULT_MEAN_SPREAD = 0.5;
/** By default no test has equal ads with probability 1/4, all have with 1/4; between them all shares are alike. */
const DEFAULT_EXTREME_SHARE = 0.25;

/** One dimension of the grid: cells of equal width, each with its centre as its point. */
interface Axis {
  from: number;
  to: number;
  cells: number;
}

interface Grid {
  logScale: Axis;
  /** mean/scale. */
  ratio: Axis;
  /** Shares between 0 and 1; the ends are points of their own. */
  share: Axis;
}

const WHOLE_GRID: Grid = {
  logScale: { from: Math.log(0.01), to: 0, cells: 16 },
  ratio: { from: -2, to: 0, cells: 8 },
  share: { from: 0, to: 1, cells: 10 },
};
/** Cells of an axis that was narrowed, and how often that may happen: often enough for some thousand tests. */
const NARROWED_CELLS = 10;
const NARROWINGS = 4;
/** Cells that weigh less than this on their axis needn't be in a narrowed grid. */
const UNLIKELY = 1e-3;
/** Points that weigh less than this, compared with the heaviest, are left out. */
const NEGLIGIBLE = 1e-4;

interface GridPoint {
  logScale: number;
  ratio: number;
  share: number;
  weight: number;
}

/**
 * Learns the prior from the estimates of all finished tests, including undecided ones and those that the control won.
 * Estimates that are missing (se 0) are ignored. Without any it is the default.
 */
export function learnPrior(finished: readonly Estimate[]): Prior {
  const known = finished.filter(({ theta, se }) => se > 0 && Number.isFinite(theta) && Number.isFinite(se));
  const points = weigh(known, gridFor(known)).map(({ logScale, ratio, share, weight }): PriorPoint => {
    const scale = Math.exp(logScale);
    return { weight, zeroShare: share, mean: ratio * scale, scale };
  });
  const meanOf = (pick: (point: PriorPoint) => number) =>
    points.reduce((sum, point) => sum + point.weight * pick(point), 0);
  return {
    points,
    tests: known.length,
    zeroShare: meanOf(({ zeroShare }) => zeroShare),
    mean: meanOf(({ mean }) => mean),
    scale: meanOf(({ scale }) => scale),
  };
}

/** The whole grid, narrowed as far as the tests make parts of it unlikely: many tests leave only a few of its cells. */
function gridFor(known: readonly Estimate[]): Grid {
  let grid = WHOLE_GRID;
  for (let step = 0; step < NARROWINGS; step++) {
    const points = weigh(known, grid);
    const inside = points.filter(({ share }) => share > 0 && share < 1);
    const next: Grid = {
      logScale: narrowed(grid.logScale, points, ({ logScale }) => logScale),
      ratio: narrowed(grid.ratio, points, ({ ratio }) => ratio),
      share: narrowed(grid.share, inside, ({ share }) => share),
    };
    if (next.logScale === grid.logScale && next.ratio === grid.ratio && next.share === grid.share) break;
    grid = next;
  }
  return grid;
}

/** The axis around its likely cells, with one more on each side; the same axis unless that halves it. */
function narrowed(axis: Axis, points: readonly GridPoint[], of: (point: GridPoint) => number): Axis {
  const width = (axis.to - axis.from) / axis.cells;
  const weights = new Float64Array(axis.cells);
  for (const point of points) weights[Math.floor((of(point) - axis.from) / width)]! += point.weight;
  const least = UNLIKELY * weights.reduce((sum, weight) => sum + weight, 0);
  const likely = [...weights.keys()].filter((cell) => weights[cell]! > least);
  if (likely.length === 0) return axis;
  const first = Math.max(0, likely[0]! - 1);
  const last = Math.min(axis.cells, likely.at(-1)! + 2);
  if (last - first > axis.cells / 2) return axis;
  return { from: axis.from + first * width, to: axis.from + last * width, cells: NARROWED_CELLS };
}

function centres({ from, to, cells }: Axis): number[] {
  return Array.from({ length: cells }, (_, cell) => from + ((cell + 0.5) * (to - from)) / cells);
}

/** The grid's points by default weight × likelihood, without the negligible ones. */
function weigh(known: readonly Estimate[], grid: Grid): GridPoint[] {
  const shares = [0, ...centres(grid.share), 1];
  const cell = ((1 - 2 * DEFAULT_EXTREME_SHARE) * (grid.share.to - grid.share.from)) / grid.share.cells;
  const logOfShares = shares.map((share) =>
    Math.log(share === 0 || share === 1 ? DEFAULT_EXTREME_SHARE : cell),
  );
  const points = centres(grid.logScale).flatMap((logScale) =>
    centres(grid.ratio).flatMap((ratio) => {
      const scale = Math.exp(logScale);
      const logDefault =
        -0.5 * ((logScale - Math.log(DEFAULT_SCALE)) / DEFAULT_SCALE_SPREAD) ** 2 -
        0.5 * (ratio / DEFAULT_MEAN_SPREAD) ** 2;
      const logs = logLikelihoods(known, shares, ratio * scale, scale);
      return shares.map((share, index) => ({
        logScale,
        ratio,
        share,
        log: logDefault + logOfShares[index]! + logs[index]!,
      }));
    }),
  );
  const largest = points.reduce((most, { log }) => Math.max(most, log), -Infinity);
  const kept = points.filter(({ log }) => log - largest > Math.log(NEGLIGIBLE));
  const total = kept.reduce((sum, { log }) => sum + Math.exp(log - largest), 0);
  return kept.map(({ log, ...point }) => ({ ...point, weight: Math.exp(log - largest) / total }));
}

/** Factors that are multiplied before their logarithm is taken. At most shares none is small enough to underflow. */
const FACTORS = 100;

/** ln of the likelihood of each share, up to a constant that depends on the tests alone. */
function logLikelihoods(
  known: readonly Estimate[],
  shares: readonly number[],
  mean: number,
  scale: number,
): Float64Array {
  const logs = new Float64Array(shares.length);
  const products = new Float64Array(shares.length).fill(1);
  const takeLogs = () => {
    for (const [index, product] of products.entries()) logs[index]! += Math.log(product);
    products.fill(1);
  };
  for (const [count, { theta, se }] of known.entries()) {
    const equal = logNormal(theta, se * se);
    const others = logNormal(theta - mean, scale * scale + se * se);
    const larger = Math.max(equal, others);
    const [equalLikelihood, othersLikelihood] = [Math.exp(equal - larger), Math.exp(others - larger)];
    for (let index = 0; index < shares.length; index++) {
      const share = shares[index]!;
      logs[index]! += larger;
      products[index]! *= share * equalLikelihood + (1 - share) * othersLikelihood;
    }
    if (count % FACTORS === FACTORS - 1) takeLogs();
  }
  takeLogs();
  return logs;
}

/** ln of the normal density, up to a constant. */
function logNormal(deviation: number, variance: number): number {
  return -0.5 * (Math.log(variance) + (deviation * deviation) / variance);
}
