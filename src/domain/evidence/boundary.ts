/**
 * Symmetric group-sequential boundaries by numerical integration: Armitage, McPherson and Rowe (1969);
 * Jennison and Turnbull, Group Sequential Methods (2000), chapter 19.
 *
 * Everything is symmetric in z, so only z ≥ 0 is kept and the kernel is folded. The grid of a look is the same
 * for every boundary up to its last point, which is the boundary itself: many recursions over the same looks
 * share one {@link Transition} and with it nearly all exponentials.
 */

import { normalSurvival, normalUpperQuantile } from './distributions.js';

/** Beyond this bound nothing is spent: the tail is smaller than the rounding error. */
export const LARGEST_BOUND = 8.4;

/** Kernels and tails this many standard deviations away are 0 (e^{-72}, against bounds of at most 8.4). */
const REACH = 12;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** The null distribution of Z at a look, on [0, bound], over the paths that have crossed at no look up to this one. */
export interface Region {
  /** Grid parameter: 12r − 3 points before truncation. */
  r: number;
  /** Infinity if nothing was spent at this look. */
  bound: number;
  /** Sub-density at {@link gridPoints}(r, bound). */
  density: Float64Array;
}

const halfGrids = new Map<number, Float64Array>();

/** The points z ≥ 0 of Jennison and Turnbull's grid and the midpoints between them. */
function halfGrid(r: number): Float64Array {
  let points = halfGrids.get(r);
  if (points) return points;
  points = new Float64Array(6 * r - 1);
  for (let m = 0; m < 3 * r; m++) {
    points[2 * m] = m <= 2 * r ? (3 * m) / (2 * r) : 3 + 4 * Math.log(r / (3 * r - m));
  }
  for (let i = 1; i < points.length; i += 2) points[i] = (points[i - 1]! + points[i + 1]!) / 2;
  halfGrids.set(r, points);
  return points;
}

/** The number of points of the half grid up to the last whole interval below the boundary. */
function sharedPoints(grid: Float64Array, bound: number): number {
  if (bound >= grid[grid.length - 1]!) return grid.length;
  let low = 0;
  let high = (grid.length - 1) / 2;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (grid[2 * middle]! < bound) low = middle;
    else high = middle;
  }
  return 2 * low + 1;
}

/** The points of a region in ascending order from 0: the shared grid, then the last interval's middle and the bound. */
export function gridPoints(r: number, bound: number): Float64Array {
  const grid = halfGrid(r);
  const shared = sharedPoints(grid, bound);
  if (shared === grid.length) return grid;
  const points = new Float64Array(shared + 2);
  points.set(grid.subarray(0, shared));
  points[shared] = (grid[shared - 1]! + bound) / 2;
  points[shared + 1] = bound;
  return points;
}

/** Simpson's weights for intervals of unequal length; ends and midpoints alternate. */
function simpsonWeights(points: Float64Array): Float64Array {
  const weights = new Float64Array(points.length);
  for (let i = 0; i + 2 < points.length; i += 2) {
    const sixth = (points[i + 2]! - points[i]!) / 6;
    weights[i]! += sixth;
    weights[i + 1] = 4 * sixth;
    weights[i + 2] = sixth;
  }
  return weights;
}

/** The region of a first look: the standard normal density within ±bound. */
export function firstRegion(r: number, bound: number): Region {
  const density = gridPoints(r, bound).map((z) => INV_SQRT_2PI * Math.exp(-0.5 * z * z));
  return { r, bound, density };
}

/** The bound at which a first look crosses with probability `spend`; Infinity if it is beyond 8.4. */
export function firstBound(spend: number): number {
  if (!(spend > 0)) return Infinity;
  const bound = normalUpperQuantile(spend / 2);
  return bound > LARGEST_BOUND ? Infinity : Math.max(0, bound);
}

/** A region weighted for integration: every function of the next look sums over it. */
export interface Source {
  points: Float64Array;
  mass: Float64Array;
  shared: number;
}

/** From one look to the next, for all regions on the grid `fromR` at information `from`. */
export class Transition {
  private readonly fromGrid: Float64Array;
  private readonly toGrid: Float64Array;
  private readonly rows: (Float64Array | undefined)[];
  private readonly starts: Int32Array;
  private readonly scaleFrom: number;
  private readonly scaleTo: number;

  /** Throws RangeError unless the information grows. */
  constructor(
    readonly fromR: number,
    readonly toR: number,
    from: number,
    to: number,
  ) {
    if (!(from > 0 && to > from)) throw new RangeError(`information must grow, got ${from} then ${to}`);
    this.fromGrid = halfGrid(fromR);
    this.toGrid = halfGrid(toR);
    this.scaleFrom = Math.sqrt(from / (to - from));
    this.scaleTo = Math.sqrt(to / (to - from));
    this.rows = new Array<Float64Array | undefined>(this.toGrid.length);
    this.starts = new Int32Array(this.toGrid.length);
  }

  source(region: Region): Source {
    const points = gridPoints(region.r, region.bound);
    const mass = simpsonWeights(points);
    for (let j = 0; j < mass.length; j++) mass[j]! *= region.density[j]!;
    return { points, mass, shared: sharedPoints(this.fromGrid, region.bound) };
  }

  /** P(no crossing before, |Z| ≥ bound at this look). */
  tail({ points, mass }: Source, bound: number): number {
    const target = bound * this.scaleTo;
    let sum = 0;
    for (let j = 0; j < mass.length; j++) {
      const z = points[j]! * this.scaleFrom;
      const near = target - z;
      if (near > REACH) continue;
      const far = target + z;
      sum += mass[j]! * (normalSurvival(near) + (far > REACH ? 0 : normalSurvival(far)));
    }
    return 2 * sum;
  }

  /** Sub-density of Z at this look, over the paths that crossed at no earlier look. */
  density({ points, mass }: Source, z: number): number {
    const target = z * this.scaleTo;
    let sum = 0;
    for (let j = 0; j < mass.length; j++) sum += mass[j]! * folded(target, points[j]! * this.scaleFrom);
    return sum * this.scaleTo * INV_SQRT_2PI;
  }

  /**
   * The bound at which this look crosses with probability `spend`; Infinity if it is beyond 8.4. Newton's method on the
   * log of the tail, which is concave, inside a bracket.
   */
  bound(source: Source, spend: number, guess: number): number {
    if (!(spend > 0) || this.tail(source, LARGEST_BOUND) > spend) return Infinity;
    let low = 0;
    let high = LARGEST_BOUND;
    let bound = guess > low && guess < high ? guess : high / 2;
    for (let step = 0; step < 80; step++) {
      const tail = this.tail(source, bound);
      if (tail > spend) low = bound;
      else high = bound;
      let next = bound + (Math.log(tail / spend) * tail) / (2 * this.density(source, bound));
      if (!(next > low && next < high)) next = (low + high) / 2;
      const move = Math.abs(next - bound);
      bound = next;
      if (move < 1e-9) break;
    }
    return bound;
  }

  /** The distribution that remains within ±bound at this look. */
  advance(source: Source, bound: number): Region {
    const { points, mass, shared } = source;
    const count = sharedPoints(this.toGrid, bound);
    const truncated = count < this.toGrid.length;
    const density = new Float64Array(truncated ? count + 2 : count);
    const scale = this.scaleTo * INV_SQRT_2PI;
    for (let i = 0; i < count; i++) {
      const row = this.row(i);
      const start = this.starts[i]!;
      const stop = Math.min(shared, start + row.length);
      let sum = 0;
      for (let j = start; j < stop; j++) sum += row[j - start]! * mass[j]!;
      const target = this.toGrid[i]! * this.scaleTo;
      for (let j = shared; j < mass.length; j++)
        sum += mass[j]! * folded(target, points[j]! * this.scaleFrom);
      density[i] = sum * scale;
    }
    if (truncated) {
      density[count] = this.density(source, (this.toGrid[count - 1]! + bound) / 2);
      density[count + 1] = this.density(source, bound);
    }
    return { r: this.toR, bound, density };
  }

  /** The kernel from each old grid point within reach to point i of the new grid; the first old point is `starts[i]`. */
  private row(i: number): Float64Array {
    const known = this.rows[i];
    if (known) return known;
    const target = this.toGrid[i]! * this.scaleTo;
    const grid = this.fromGrid;
    let start = 0;
    while (start < grid.length && target - grid[start]! * this.scaleFrom > REACH) start++;
    let stop = start;
    while (stop < grid.length && grid[stop]! * this.scaleFrom - target <= REACH) stop++;
    const row = new Float64Array(stop - start);
    for (let j = start; j < stop; j++) row[j - start] = folded(target, grid[j]! * this.scaleFrom);
    this.rows[i] = row;
    this.starts[i] = start;
    return row;
  }
}

/** e^{−(x−y)²/2} + e^{−(x+y)²/2} for x, y ≥ 0: the kernel from y and from −y. */
function folded(x: number, y: number): number {
  const near = x - y;
  if (near > REACH || near < -REACH) return 0;
  const far = x + y;
  const value = Math.exp(-0.5 * near * near);
  return far > REACH ? value : value + Math.exp(-0.5 * far * far);
}

/**
 * Bounds that spend the given error: `spent[k]` is the cumulative two-sided error after look k, `information[k]` its
 * information. A bound of Infinity spends nothing; the next look spends that error too.
 */
export function spendingBounds(
  information: readonly number[],
  spent: readonly number[],
  r: number,
): number[] {
  const bounds: number[] = [];
  let region: Region | null = null;
  let used = 0;
  for (let k = 0; k < information.length; k++) {
    const spend = spent[k]! - used;
    let bound: number;
    if (region === null) {
      bound = firstBound(spend);
      region = firstRegion(r, bound);
    } else {
      const transition = new Transition(r, r, information[k - 1]!, information[k]!);
      const source: Source = transition.source(region);
      bound = transition.bound(source, spend, bounds[k - 1]!);
      region = transition.advance(source, bound);
    }
    if (bound < Infinity) used = spent[k]!;
    bounds.push(bound);
  }
  return bounds;
}

/** The error that given two-sided bounds spend at each look, not cumulated. */
export function spendingOf(information: readonly number[], bounds: readonly number[], r: number): number[] {
  const spent: number[] = [];
  let region: Region | null = null;
  for (let k = 0; k < information.length; k++) {
    const bound = bounds[k]!;
    if (region === null) {
      spent.push(2 * normalSurvival(bound));
      region = firstRegion(r, bound);
    } else {
      const transition = new Transition(r, r, information[k - 1]!, information[k]!);
      const source: Source = transition.source(region);
      spent.push(transition.tail(source, bound));
      region = transition.advance(source, bound);
    }
  }
  return spent;
}
