/**
 * A ladder of error levels: the same boundary at many α at once. The smallest α at which a look crosses is its
 * sequential p-value. Without the ladder, a bisection over α would start from the first look each time.
 *
 * Two grids, because a stored decision must be recomputed bit for bit by the version of the rule that made it. The error of
 * p at the last look, at most, for true p in four ranges (against Gauss-Legendre quadrature and bisection over α):
 *
 * | grid and looks | 0.3 to 1e-2 | to 1e-3 | to 1e-4 | to 1e-6 |
 * |---|---|---|---|---|
 * | Jennison-Turnbull, 109 looks every 6 h | 1.1 % | 13 % | 40 % | 3.4-fold |
 * | Jennison-Turnbull, 217 looks every 3 h | 4.6 % | 2.0-fold | 5.9-fold | 84-fold |
 * | Jennison-Turnbull, 300 looks, 0.3 % growth | 0.5 % | 2.1 % | 15 % | 2.8-fold |
 * | Jennison-Turnbull, 300 looks, 1 % growth | 9.4 % | 1.8-fold | 6.0-fold | 190-fold |
 * | even, any of these | 0.5 % | 0.4 % | 0.3 % | 0.2 % |
 *
 * These are for the nominal α 0.048. Jennison-Turnbull's p is too large there: its points are too sparse beyond 3. The even
 * grid's is too small by the interpolation between two rungs (0.6 % at a nominal α of 0.096): two digits are right.
 */

import { firstBound, firstRegion, type Region, Transition } from './boundary.js';
import { boundOf, densityWithin, firstDensity, nextDensities, POINTS_PER_UNIT } from './even-grid.js';

/** Smallest and largest α of the ladder; p-values below the smallest can't be distinguished. */
const SMALLEST_ALPHA = 1e-10;
const LARGEST_ALPHA = 0.96;
const RUNGS_BELOW = 43;
const RUNGS_ABOVE = 20;

/** Index of the nominal α in every ladder. */
export const NOMINAL = RUNGS_BELOW;
export const RUNGS = RUNGS_BELOW + 1 + RUNGS_ABOVE;

const COARSE = 18;
const FINE = 48;
/**
 * If the information grows by less than this, the coarse grid blurs the kernel between two looks. Measured against
 * r = 96 over 300 looks of equal growth: the bound at α = 0.048 is off by 1.6e-4 at 0.6 %, by 4e-3 at 0.3 %.
 */
const FINE_BELOW = 0.006;
/**
 * Below this nominal α the bound is beyond 3, and the coarse grid is too sparse there: at α = 0.0096 it is off by 5e-3
 * after 112 equal looks, by 4e-2 at 1 % growth.
 */
const FINE_ALPHA = 0.02;

/** One error level after some looks. */
export interface Rung {
  /** The fraction of its α that is spent so far. */
  spent: number;
  /** The bound of the last look that counted, Infinity if that look spent nothing. */
  bound: number;
  /** The last finite bound, from which the search for the next one starts; 0 before the first. */
  lastBound: number;
  /** Sub-density on the grid points within the bound. */
  density: Float64Array;
}

/**
 * The points on which densities are kept. `jennison-turnbull`: boundary.ts, for versions 1 and 2 of the sequential rule.
 * `even`: even-grid.ts, from version 3 on.
 */
export type LadderGrid = 'jennison-turnbull' | 'even';

/** All rungs after the looks that counted. */
export interface LadderState {
  grid: LadderGrid;
  /** Jennison and Turnbull's grid parameter, or the points of the even grid per unit of z; 0 before the first look. */
  r: number;
  /** Information of the last look. */
  information: number;
  /** From the smallest α to the largest; empty before the first look. */
  rungs: readonly Rung[];
}

/** A ladder before its first look. It keeps its grid to the end. */
export function emptyLadder(grid: LadderGrid): LadderState {
  return { grid, r: 0, information: 0, rungs: [] };
}

/** The error levels, ascending: log-spaced from 1e-10 to `nominal` (at {@link NOMINAL}, exactly) and on to 0.96. */
export function ladderAlphas(nominal: number): number[] {
  const below = Math.log(SMALLEST_ALPHA / nominal) / RUNGS_BELOW;
  const above = Math.log(LARGEST_ALPHA / nominal) / RUNGS_ABOVE;
  return Array.from({ length: RUNGS }, (_, i) => {
    if (i === RUNGS - 1) return LARGEST_ALPHA;
    const steps = i - NOMINAL;
    return nominal * Math.exp(steps < 0 ? -steps * below : steps * above);
  });
}

/**
 * One look for every rung, on the grid of `state`. After it, `fraction` of each α is spent in total. RangeError unless
 * `information` is larger than at the previous look, on the even grid by at least 0.2 %.
 */
export function climb(
  state: LadderState,
  alphas: readonly number[],
  information: number,
  fraction: number,
): LadderState {
  const step = state.grid === 'even' ? climbEven : climbJennisonTurnbull;
  return step(state, alphas, information, fraction);
}

function climbEven(
  { grid, r, information: before, rungs }: LadderState,
  alphas: readonly number[],
  information: number,
  fraction: number,
): LadderState {
  if (rungs.length > 0 && r !== POINTS_PER_UNIT) {
    throw new RangeError(`the even grid has ${POINTS_PER_UNIT} points per unit, the state has ${r}`);
  }
  const first = rungs.length === 0 ? firstDensity() : null;
  const densities = first ? null : nextDensities(rungs, before, information);
  const next = alphas.map((alpha, i): Rung => {
    const { spent, lastBound } = rungs[i] ?? { spent: 0, lastBound: 0 };
    const spend = alpha * (fraction - spent);
    const whole = first ?? densities![i]!;
    const bound = first ? firstBound(spend) : boundOf(whole, spend);
    const density = densityWithin(whole, bound);
    return bound < Infinity
      ? { spent: fraction, bound, lastBound: bound, density }
      : { spent, bound, lastBound, density };
  });
  return { grid, r: POINTS_PER_UNIT, information, rungs: next };
}

function climbJennisonTurnbull(
  state: LadderState,
  alphas: readonly number[],
  information: number,
  fraction: number,
): LadderState {
  const { grid } = state;
  const alwaysFine = alphas[NOMINAL]! < FINE_ALPHA;
  if (state.rungs.length === 0) {
    const r = alwaysFine ? FINE : COARSE;
    const rungs = alphas.map((alpha): Rung => {
      const bound = firstBound(alpha * fraction);
      const { density } = firstRegion(r, bound);
      return {
        spent: bound < Infinity ? fraction : 0,
        bound,
        lastBound: bound < Infinity ? bound : 0,
        density,
      };
    });
    return { grid, r, information, rungs };
  }
  // Once fine, the grid stays fine: the next looks are likely to be as close, and a coarse source would blur them.
  const fine = alwaysFine || state.r === FINE || information < state.information * (1 + FINE_BELOW);
  const r = fine ? FINE : COARSE;
  const transition = new Transition(state.r, r, state.information, information);
  const rungs = state.rungs.map((rung, i): Rung => {
    const region: Region = { r: state.r, bound: rung.bound, density: rung.density };
    const source = transition.source(region);
    const bound = transition.bound(source, alphas[i]! * (fraction - rung.spent), rung.lastBound);
    const { density } = transition.advance(source, bound);
    return bound < Infinity
      ? { spent: fraction, bound, lastBound: bound, density }
      : { ...rung, bound, density };
  });
  return { grid, r, information, rungs };
}

/**
 * The smallest α at which a look with the statistic `t` crosses; 1 if it crosses at no rung. `critical` gives a rung's
 * critical value from its bound and must not be below the bound. Between the largest α that doesn't cross and the
 * smallest that does, ln α is interpolated on the margin |t| − critical.
 */
export function crossingAlpha(
  state: LadderState,
  alphas: readonly number[],
  t: number,
  critical: (bound: number) => number,
): { alpha: number; nominalCrosses: boolean } {
  const size = Math.abs(t);
  const crosses = (rung: Rung): boolean => size >= rung.bound && size >= critical(rung.bound);
  const nominalCrosses = crosses(state.rungs[NOMINAL]!);
  const first = state.rungs.findIndex(crosses);
  if (first < 0) return { alpha: 1, nominalCrosses };
  const alpha = alphas[first]!;
  const below = first === 0 ? undefined : state.rungs[first - 1]!;
  if (!below || below.bound === Infinity) return { alpha, nominalCrosses };
  const over = size - critical(state.rungs[first]!.bound);
  const short = critical(below.bound) - size;
  const share = over / (over + short);
  return { alpha: alpha * (alphas[first - 1]! / alpha) ** share, nominalCrosses };
}
