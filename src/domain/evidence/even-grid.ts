/**
 * The recursion of boundary.ts on evenly spaced points, for many error levels at once.
 *
 * The density of a look is a Gaussian convolution, so it is smooth beyond its bound too. All levels therefore use the
 * same points, whatever their bounds: a bound between two points only changes the weights of the points around it. The
 * trapezoidal rule converges geometrically for such integrands (Trefethen and Weideman, SIAM Review 56 (2014), 385–458);
 * symmetry in z takes care of the end at 0. The other end is corrected by the polynomial through the 8 nearest points.
 *
 * A ladder of 64 levels over 109 looks takes 130 ms of processor time, against 180 to 610 ms on the grid of boundary.ts
 * (`bench/look-cost.ts`).
 */

import { LARGEST_BOUND } from './boundary.js';

/** Points per unit of z. */
export const POINTS_PER_UNIT = 24;
/**
 * Least relative growth of the information between two looks. With less, the kernel is too narrow for the spacing. Bounds
 * after 300 looks of equal growth are off by 9e-5 at 0.3 %, 3e-4 at 0.2 %, 6e-3 at 0.1 %, 0.7 at 0.05 %.
 */
export const LEAST_GROWTH = 0.002;

const SPACING = 1 / POINTS_PER_UNIT;
/** Points on either side of a bound that its correction uses. */
const HALF = 4;
/** The last point is at 9, far enough beyond the largest bound to hold the rest of its tail. */
const LAST = 9 * POINTS_PER_UNIT;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** Offsets of the points around a bound from the last point at or below it: −3 to 4. */
const OFFSETS = Array.from({ length: 2 * HALF }, (_, q) => q - HALF + 1);

/** Coefficients, from the constant on, of the polynomial that is 1 at `at` and 0 at the other offsets. */
function lagrangePolynomial(at: number): number[] {
  let coefficients = [1];
  for (const root of OFFSETS) {
    if (root === at) continue;
    const next = new Array<number>(coefficients.length + 1).fill(0);
    for (const [power, value] of coefficients.entries()) {
      next[power]! -= (value * root) / (at - root);
      next[power + 1]! += value / (at - root);
    }
    coefficients = next;
  }
  return coefficients;
}

function evaluate(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let power = coefficients.length - 1; power >= 0; power--) sum = sum * x + coefficients[power]!;
  return sum;
}

const BASIS = OFFSETS.map(lagrangePolynomial);
const INTEGRALS = BASIS.map((basis) => [0, ...basis.map((value, power) => value / (power + 1))]);
/** Weights of the points around a bound that is itself a point: each interval below it is integrated like the last one. */
const WHOLE = OFFSETS.map((_, q) =>
  INTEGRALS.slice(q + 1).reduce((sum, integral) => sum + evaluate(integral, 1), 0),
);

/**
 * Weights, in units of the spacing, of the points around a bound that is `rest` of a spacing above the last point below
 * it. Points further inside have weight 1, points further outside 0.
 */
function edgeWeights(rest: number): number[] {
  return WHOLE.map((weight, q) => weight + evaluate(INTEGRALS[q]!, rest));
}

/** One error level after a look: nothing outside ±bound goes on. */
export interface EvenRegion {
  /** Infinity if nothing was spent at this look. */
  bound: number;
  /** Sub-density at 0, 1/24, 2/24, … up to 4 points beyond the bound. */
  density: Float64Array;
}

/** The standard normal density of a first look, on all points. */
export function firstDensity(): Float64Array {
  return Float64Array.from(
    { length: LAST + 1 },
    (_, i) => INV_SQRT_2PI * Math.exp(-0.5 * (i * SPACING) ** 2),
  );
}

/** The part of a look's density that the next look needs. */
export function densityWithin(density: Float64Array, bound: number): Float64Array {
  return density.slice(0, lastBelow(bound) + HALF + 1);
}

/** The last point at or below a bound. Beyond 8.4 the density is less than the rounding error. */
function lastBelow(bound: number): number {
  return Math.floor(Math.min(bound, LARGEST_BOUND) * POINTS_PER_UNIT);
}

/** The density times its weights, on the points z ≥ 0 with the kernel folded. */
function massOf({ bound, density }: EvenRegion): Float64Array {
  const last = lastBelow(bound);
  const edge = edgeWeights(Math.min(bound, LARGEST_BOUND) * POINTS_PER_UNIT - last);
  const inside = (i: number): number => {
    const offset = i - last;
    if (offset <= -HALF) return 1;
    return offset > HALF ? 0 : edge[offset + HALF - 1]!;
  };
  // inside(−i) is 1 unless the bound is near 0: then the correction at −bound reaches these points too.
  const mass = density.map((value, i) => (inside(i) + inside(-i) - 1) * value * SPACING);
  mass[0]! /= 2;
  return mass;
}

/**
 * Sub-densities of Z at information `to` on all points, over the paths that stayed in their region at `from`; one per
 * region. RangeError if the information grows by less than {@link LEAST_GROWTH}.
 */
export function nextDensities(regions: readonly EvenRegion[], from: number, to: number): Float64Array[] {
  if (!(from > 0 && to >= from * (1 + LEAST_GROWTH))) {
    throw new RangeError(`information must grow by ${LEAST_GROWTH} of itself, got ${from} then ${to}`);
  }
  const scaleFrom = Math.sqrt(from / (to - from)) * SPACING;
  const scaleTo = Math.sqrt(to / (to - from)) * SPACING;
  // A path to z comes from about z/scaleTo standard deviations nearer to 0. 7 more leave out e^{−24}.
  const reach = 7 + (LARGEST_BOUND * SPACING) / scaleTo;
  const masses = regions.map(massOf);
  const longest = masses.reduce((most, { length }) => Math.max(most, length), 0);
  const densities = masses.map(() => new Float64Array(LAST + 1));
  const kernel = new Float64Array(longest);
  const scale = (scaleTo / SPACING) * INV_SQRT_2PI;
  for (let i = 0; i <= LAST; i++) {
    const target = i * scaleTo;
    const start = Math.max(0, Math.ceil((target - reach) / scaleFrom));
    const stop = Math.min(longest, Math.floor((target + reach) / scaleFrom) + 1);
    if (start >= stop) break;
    for (let j = start; j < stop; j++) {
      const near = target - j * scaleFrom;
      const far = target + j * scaleFrom;
      const value = Math.exp(-0.5 * near * near);
      kernel[j] = scale * (far > reach ? value : value + Math.exp(-0.5 * far * far));
    }
    for (let k = 0; k < masses.length; k++) {
      const mass = masses[k]!;
      const end = Math.min(stop, mass.length);
      if (end <= start) continue;
      // Two sums at once: the next addition needn't wait for the last one.
      let [even, odd, j] = [0, 0, start];
      for (; j + 1 < end; j += 2) {
        even += kernel[j]! * mass[j]!;
        odd += kernel[j + 1]! * mass[j + 1]!;
      }
      if (j < end) even += kernel[j]! * mass[j]!;
      densities[k]![i] = even + odd;
    }
  }
  return densities;
}

/**
 * The bound that a look crosses with probability `spend`, given its density on all points; Infinity if it is beyond 8.4.
 */
export function boundOf(density: Float64Array, spend: number): number {
  if (!(spend > 0)) return Infinity;
  const target = spend / (2 * SPACING);
  let last = LAST - HALF;
  let beyond = 0;
  const tail = (weights: readonly number[]): number => {
    let sum = beyond;
    for (let q = 0; q < weights.length; q++) {
      sum += (1 - weights[q]!) * density[Math.abs(last + OFFSETS[q]!)]!;
    }
    return sum;
  };
  while (last > 0 && density[last]! === 0) last--;
  while (last > 0 && tail(WHOLE) <= target) {
    beyond += density[last + HALF]!;
    last--;
  }
  // Newton's method on the log of the tail inside a bracket, as in boundary.ts.
  let [low, high, rest] = [0, 1, 0.5];
  for (let step = 0; step < 60; step++) {
    const value = tail(edgeWeights(rest));
    if (value > target) low = rest;
    else high = rest;
    let slope = 0;
    for (const [q, basis] of BASIS.entries()) {
      slope += evaluate(basis, rest) * density[Math.abs(last + OFFSETS[q]!)]!;
    }
    let next = rest + (Math.log(value / target) * value) / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    const move = Math.abs(next - rest);
    rest = next;
    if (move < 1e-9) break;
  }
  const bound = (last + rest) * SPACING;
  return bound > LARGEST_BOUND ? Infinity : bound;
}
