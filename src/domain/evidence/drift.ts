/**
 * How two ads drift apart: one ad's rate wanders against the other's for hours or days, beyond what their counts explain.
 * Hours are then no independent rows, and the hours' standard error is too small.
 *
 * The log rate ratio at time s is θ + X(s). X is a stationary Ornstein-Uhlenbeck process: its standard deviation is σ, and
 * the covariance of two instants t hours apart is σ²·e^(−t/τ), with the memory τ. The pair (σ, τ) has a prior on a grid.
 * The restricted likelihood (REML) of an account's tests, this one included, weighs the points of the grid. The variance
 * that the drift adds to θ̂ is its mean over the grid. A Kalman filter on blocks of 6 hours gives the likelihood (Durbin
 * and Koopman, Time Series Analysis by State Space Methods, 2012, chapters 4 and 7).
 */

import type { PairRow } from './pair-row.js';
import { delivered, type RateRatio } from './rate-ratio.js';

/** What the tests of an account say about drift. */
export interface DriftHistory {
  /** Number of tests. */
  tests: number;
  /** Sum of the tests' log-likelihoods, as {@link driftLikelihood} gives them. */
  logLikelihood: readonly number[];
}

/** The drift that one look allows for. */
export interface Drift {
  /** Root of the mean of σ², log rate ratio: 0.05 is about 5 %. */
  sd: number;
  /** Mean of τ, weighted by σ². Hours. */
  memoryHours: number;
  /** Variance that the drift adds to θ̂. */
  variance: number;
  /** Number of other tests of the account that were used. */
  tests: number;
  /** From this test's own rows, for the account's later looks. */
  logLikelihood: number[];
}

const HOURS_PER_DAY = 24;
/** Long enough to hold some events, short against the memories that matter. */
const BLOCK_HOURS = 6;

/** σ and τ of the grid. σ = 0 needs no memory and comes first. */
const SDS = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.085, 0.1, 0.12, 0.15, 0.2, 0.3] as const;
const MEMORIES = [
  { hours: 6, weight: 0.2 },
  { hours: 16, weight: 0.3 },
  { hours: 40, weight: 0.3 },
  { hours: 100, weight: 0.2 },
] as const;

/**
 * The prior: no drift with a probability of 0.2, otherwise σ is half normal with this scale. It and the margin were chosen by
 * simulation (`npm run bench:decisions`): equal ads that drift by 5 % with a memory of 24 h, 3,000 tests for each of three
 * seeds. False winners with the margin: 3.8 to 4.5 % without other tests, 4.4 to 4.7 % with 10, 3.6 to 4.2 % with 40;
 * without it 4.2 to 5.4 %, 5.2 to 5.5 %, 3.9 to 5.0 %. At a lift of 10 % without drift, the hours to a decision are 310 if
 * drift is ignored, 376, 328 and 317 with the margin, and 365, 322 and 314 without it.
 */
const PRIOR_NO_DRIFT = 0.2;
const PRIOR_SCALE = 0.05;
/** Standard deviations added to the mean: without other tests, the most that is added with many, and half-way to that. */
const MARGIN = { least: 0.1, more: 0.3, tests: 3 };

interface GridPoint {
  sd: number;
  /** Index in {@link MEMORIES}. */
  memory: number;
  logPrior: number;
}

/** The points of the grid; a log-likelihood has one number per point, relative to the first. */
const GRID: readonly GridPoint[] = gridOf();

function gridOf(): GridPoint[] {
  // The density at σ, times the width of its cell.
  const masses = SDS.map((sd, i) => {
    const width = ((SDS[i + 1] ?? sd) - (SDS[i - 1] ?? 0)) / 2;
    return width * Math.exp(-0.5 * (sd / PRIOR_SCALE) ** 2);
  });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const points = MEMORIES.flatMap(({ weight }, memory) =>
    SDS.map((sd, i) => ({
      sd,
      memory,
      logPrior: Math.log(((1 - PRIOR_NO_DRIFT) * weight * masses[i]!) / total),
    })),
  );
  return [{ sd: 0, memory: 0, logPrior: Math.log(PRIOR_NO_DRIFT) }, ...points];
}

/** Without any test. */
export const NO_HISTORY: DriftHistory = { tests: 0, logLikelihood: GRID.map(() => 0) };

/**
 * Sums what several tests say: for each, the log-likelihoods of its pairs with the control. Pairs of one test share the
 * control and are not independent, so a test of several challengers counts for somewhat too much. RangeError if a
 * log-likelihood is of another grid.
 */
export function pooledHistory(tests: readonly (readonly (readonly number[])[])[]): DriftHistory {
  const sum = GRID.map(() => 0);
  for (const logLikelihood of tests.flat()) {
    if (logLikelihood.length !== sum.length) {
      throw new RangeError(`a drift likelihood has ${sum.length} numbers, got ${logLikelihood.length}`);
    }
    for (const [i, value] of logLikelihood.entries()) sum[i]! += value;
  }
  return { tests: tests.length, logLikelihood: sum };
}

/** σ and τ by prior and history alone, in the units of {@link Drift}. */
export function driftOfAccount(history: DriftHistory): Pick<Drift, 'sd' | 'memoryHours'> {
  return summary(weightsOf([history.logLikelihood]));
}

/**
 * The drift that the rows and the account's history imply for the estimate from these rows. `ratio`: the estimate from
 * the same rows. No drift is added if it has no standard error.
 */
export function driftOf(
  rows: readonly PairRow[],
  ratio: Pick<RateRatio, 'theta' | 'se'>,
  history: DriftHistory,
): Drift {
  const hours = expectations(rows, ratio);
  const logLikelihood = likelihoodOf(hours, ratio.se);
  const weights = weightsOf([history.logLikelihood, logLikelihood]);
  const total = hours.reduce((sum, { expected }) => sum + expected, 0);
  const perMemory = MEMORIES.map((memory) => correlatedShare(hours, memory.hours, total));
  const variances = GRID.map(({ sd, memory }) => sd * sd * perMemory[memory]!);
  const mean = variances.reduce((sum, value, i) => sum + weights[i]! * value, 0);
  const spread = variances.reduce((sum, value, i) => sum + weights[i]! * (value - mean) ** 2, 0);
  const margin = MARGIN.least + (MARGIN.more * history.tests) / (history.tests + MARGIN.tests);
  const variance = mean + margin * Math.sqrt(spread);
  return { ...summary(weights), variance, tests: history.tests, logLikelihood };
}

/** Posterior weights of the grid's points; they sum to 1. */
function weightsOf(logLikelihoods: readonly (readonly number[])[]): number[] {
  const logs = GRID.map(({ logPrior }, i) =>
    logLikelihoods.reduce((sum, values) => sum + values[i]!, logPrior),
  );
  const largest = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  const weights = logs.map((log) => Math.exp(log - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function summary(weights: readonly number[]): Pick<Drift, 'sd' | 'memoryHours'> {
  let square = 0;
  let squareHours = 0;
  for (const [i, { sd, memory }] of GRID.entries()) {
    square += weights[i]! * sd * sd;
    squareHours += weights[i]! * sd * sd * MEMORIES[memory]!.hours;
  }
  return { sd: Math.sqrt(square), memoryHours: square > 0 ? squareHours / square : 0 };
}

/** A row as the model sees it: an ad's weighted events are `expected` apart from `difference` and its noise. */
interface Expectation {
  /** Hours since the start. */
  at: number;
  /** (a + ρ̂b)/2: the weighted events that both ads imply. */
  expected: number;
  /** u = a − ρ̂b: its mean is `expected`·X. */
  difference: number;
}

/** In the order of time. RangeError if a row has no day. */
function expectations(rows: readonly PairRow[], { theta }: Pick<RateRatio, 'theta'>): Expectation[] {
  const ratio = Math.exp(theta);
  return rows
    .filter(delivered)
    .map((row): Expectation => {
      if (row.day === undefined) throw new RangeError('a row has no day, but the drift needs it');
      const total = row.exposureA + row.exposureB;
      const a = (row.eventsB * row.exposureA) / total;
      const b = (ratio * row.eventsA * row.exposureB) / total;
      return { at: row.day * HOURS_PER_DAY, expected: (a + b) / 2, difference: a - b };
    })
    .sort((one, other) => one.at - other.at);
}

/** Σ over pairs of different rows of mᵢ·mⱼ·e^(−|tᵢ−tⱼ|/τ), over (Σm)². The rows' own error has their squares. */
function correlatedShare(hours: readonly Expectation[], memory: number, total: number): number {
  if (!(total > 0)) return 0;
  let before = 0;
  let sum = 0;
  for (const [i, { at, expected }] of hours.entries()) {
    const last = hours[i - 1];
    if (last) before = (before + last.expected) * Math.exp((last.at - at) / memory);
    sum += expected * before;
  }
  return (2 * sum) / (total * total);
}

/**
 * Restricted log-likelihood of (σ, τ) at the grid's points, less that of no drift, to 3 digits after the point. Its first
 * number is 0; all are if the rows say nothing. RangeError if a row has no day.
 */
export function driftLikelihood(rows: readonly PairRow[], ratio: Pick<RateRatio, 'theta' | 'se'>): number[] {
  return likelihoodOf(expectations(rows, ratio), ratio.se);
}

function likelihoodOf(hours: readonly Expectation[], se: number): number[] {
  const blocks = se > 0 ? blocksOf(hours, se) : [];
  if (blocks.length < 2) return GRID.map(() => 0);
  const decays = MEMORIES.map(({ hours }) =>
    blocks.map(({ at }, k) => (k === 0 ? 1 : Math.exp((blocks[k - 1]!.at - at) / hours))),
  );
  const logs = GRID.map(({ sd, memory }) => restrictedLogLikelihood(blocks, sd * sd, decays[memory]!));
  // JSON has no −0: a stored decision must compare as the same.
  return logs.map((log) => Math.round(1000 * (log - logs[0]!)) / 1000 + 0);
}

/** A block's estimate of X, up to a constant, and its variance. */
interface Block {
  at: number;
  value: number;
  variance: number;
}

/** Sums of 6 hours; longer rows are their own blocks. The counts' dispersion is the one that the standard error implies. */
function blocksOf(hours: readonly Expectation[], se: number): Block[] {
  const sums = new Map<number, { expected: number; difference: number }>();
  let total = 0;
  for (const { at, expected, difference } of hours) {
    const block = Math.floor(at / BLOCK_HOURS);
    const sum = sums.get(block) ?? { expected: 0, difference: 0 };
    sums.set(block, { expected: sum.expected + expected, difference: sum.difference + difference });
    total += expected;
  }
  const dispersion = se * se * total;
  return [...sums].flatMap(([block, { expected, difference }]) =>
    expected > 0
      ? [{ at: block * BLOCK_HOURS, value: difference / expected, variance: dispersion / expected }]
      : [],
  );
}

/**
 * Of the values under a constant of unknown size, which the restriction integrates out: the filter runs over the values
 * and over ones, and generalised least squares joins the two.
 */
function restrictedLogLikelihood(
  blocks: readonly Block[],
  driftVariance: number,
  decays: readonly number[],
): number {
  let state = 0;
  let stateOfOnes = 0;
  let variance = driftVariance;
  let logVariances = 0;
  let squares = 0;
  let products = 0;
  let ones = 0;
  for (const [k, block] of blocks.entries()) {
    const decay = decays[k]!;
    if (k > 0) {
      state *= decay;
      stateOfOnes *= decay;
      variance = decay * decay * variance + driftVariance * (1 - decay * decay);
    }
    const spread = variance + block.variance;
    const gain = variance / spread;
    const innovation = block.value - state;
    const innovationOfOnes = 1 - stateOfOnes;
    logVariances += Math.log(spread);
    squares += (innovation * innovation) / spread;
    products += (innovation * innovationOfOnes) / spread;
    ones += (innovationOfOnes * innovationOfOnes) / spread;
    state += gain * innovation;
    stateOfOnes += gain * innovationOfOnes;
    variance *= 1 - gain;
  }
  return -0.5 * (logVariances + squares - (products * products) / ones + Math.log(ones));
}
