/** Log rates of drafts as a joint normal distribution, and what follows from it for the best of them. */

import { normalUpperQuantile } from '../evidence/distributions.js';

/** Means and covariance of log rates, in the order of the drafts. Only differences between drafts mean something. */
export interface Joint {
  means: readonly number[];
  covariance: readonly (readonly number[])[];
}

/** Points of the lattice: a prime, so that each coordinate takes each of the midpoints (k + ½)/POINTS once. */
const POINTS = 16_381;
/** The lattice's generator: L'Ecuyer, Mathematics of Computation 68 (1999), 249–260, table 2. */
const GENERATOR = 3007;
/** Values this close are a tie: what is left of equal drafts after rounding. */
const TIE = 1e-9;

/**
 * The log rates of each draft at 32,762 points of their distribution, which weigh the same: a Korobov lattice, mapped to
 * normal variates, and its mirror image. The same for every call. In comparisons, shares of points were off by up to 0.0035.
 */
export function pointsOf({ means, covariance }: Joint): Float64Array[] {
  const rows = factorOf(covariance);
  return means.map((mean, draft) => {
    const values = new Float64Array(2 * POINTS);
    rows[draft]!.forEach((weight, axis) => {
      if (weight === 0) return;
      const variates = variatesOf(axis);
      for (let k = 0; k < POINTS; k++) values[k]! += weight * variates[k]!;
    });
    for (let k = 0; k < POINTS; k++) {
      const deviation = values[k]!;
      values[k] = mean + deviation;
      values[POINTS + k] = mean - deviation;
    }
    return values;
  });
}

/** The chance of each draft to be the best. Drafts that are equal share theirs. */
export function chancesOf(joint: Joint): number[] {
  return chancesAt(pointsOf(joint));
}

function chancesAt(points: readonly Float64Array[]): number[] {
  const wins = points.map(() => 0);
  const count = points[0]!.length;
  for (let k = 0; k < count; k++) {
    let best = -Infinity;
    let at = 0;
    let isTied = false;
    for (let draft = 0; draft < points.length; draft++) {
      const value = points[draft]![k]!;
      if (value > best + TIE) {
        [best, at, isTied] = [value, draft, false];
      } else if (value > best - TIE) isTied = true;
    }
    if (!isTied) wins[at]! += 1;
    else {
      const tied = points.flatMap((values, draft) => (values[k]! > best - TIE ? [draft] : []));
      for (const draft of tied) wins[draft]! += 1 / tied.length;
    }
  }
  return wins.map((won) => won / count);
}

/** The expected log rate of the best of some drafts, by their places. */
export function expectedBest(points: readonly Float64Array[], places: readonly number[]): number {
  const chosen = places.map((place) => points[place]!);
  const count = chosen[0]!.length;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    let best = -Infinity;
    for (const values of chosen) if (values[k]! > best) best = values[k]!;
    sum += best;
  }
  return sum / count;
}

/** The variance of the difference between two drafts. */
export function varianceBetween(covariance: Joint['covariance'], i: number, j: number): number {
  return Math.max(0, covariance[i]![i]! + covariance[j]![j]! - 2 * covariance[i]![j]!);
}

/**
 * Rows F with F·Fᵀ = covariance: Cholesky's factor with pivots (Higham, Accuracy and Stability of Numerical Algorithms,
 * 2002, section 10.3), which ends early for a matrix of lower rank.
 */
function factorOf(covariance: Joint['covariance']): number[][] {
  const rest = covariance.map((row) => [...row]);
  const rows: number[][] = rest.map(() => []);
  const least = 1e-12 * Math.max(...rest.map((row, i) => row[i]!));
  for (let step = 0; step < rest.length; step++) {
    let pivot = 0;
    for (let i = 1; i < rest.length; i++) if (rest[i]![i]! > rest[pivot]![pivot]!) pivot = i;
    if (!(rest[pivot]![pivot]! > least)) break;
    const scale = 1 / Math.sqrt(rest[pivot]![pivot]!);
    const column = rest.map((row) => row[pivot]! * scale);
    column.forEach((value, i) => {
      rows[i]!.push(value);
      for (let j = 0; j < rest.length; j++) rest[i]![j]! -= value * column[j]!;
    });
  }
  return rows;
}

let quantiles: Float64Array | null = null;
const variates: Float64Array[] = [];

/** Standard normal variates on one axis of the lattice. */
function variatesOf(axis: number): Float64Array {
  quantiles ??= Float64Array.from({ length: POINTS }, (_, k) => -normalUpperQuantile((k + 0.5) / POINTS));
  for (let next = variates.length; next <= axis; next++) {
    let step = 1;
    for (let power = 0; power < next; power++) step = (step * GENERATOR) % POINTS;
    const column = new Float64Array(POINTS);
    for (let k = 0, at = 0; k < POINTS; k++, at = (at + step) % POINTS) column[k] = quantiles[at]!;
    variates.push(column);
  }
  return variates[axis]!;
}
