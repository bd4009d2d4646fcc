/**
 * How far true log rates of two texts lie apart beyond what was predicted. Similar texts share what the prediction misses:
 * the variance of the difference is always + byDistance·(1 − exp(−(1 − cosine)/0.4)) for different texts, 0 for equal ones.
 * That is a Gaussian kernel on vectors of unit length (2 − 2·cosine is their squared distance), so that it is a valid
 * covariance for any texts.
 */

import type { MeasuredText } from '../preference/measured-text.js';
import { groupsOf } from '../preference/within-groups.js';
import { noiseOf } from './noise.js';

/** Variances of a difference of two log rates. Plain data: it is stored with the model. */
export interface ResidualSpread {
  /** Between any two different texts. */
  always: number;
  /** Added between texts that have nothing to do with each other. */
  byDistance: number;
}

/**
 * Measured on held-out predictions of 3,350 headline tests by sentence vectors of `use-lite`: 0.4 fits best on weeks up to
 * 201420 and on 201421 to 201439, with `always` 0, and `byDistance` 0.22 and 0.25.
 */
const REACH = 0.4;
/** The cosine of two texts of a test if it is unknown: the mean of the headline tests. */
const TYPICAL_COSINE = 0.6;
/** Two texts are equal from here on: cosines are sums of 32-bit numbers. */
const EQUAL_FROM = 1 - 1e-6;

const distance = (cosine: number) => (cosine >= EQUAL_FROM ? 0 : 1 - Math.exp(-(1 - cosine) / REACH));

/** `cosine`: null if unknown. */
export function varianceOfDifference({ always, byDistance }: ResidualSpread, cosine: number | null): number {
  if (cosine !== null && cosine >= EQUAL_FROM) return 0;
  return always + byDistance * distance(cosine ?? TYPICAL_COSINE);
}

/** What is assumed before any test: pairs at these cosines, with differences as among headlines that no model has seen. */
const ASSUMED = { pairs: 20, cosines: [0.3, 0.8], spread: { always: 0, byDistance: 0.28 } };
/** About the variance of a difference: it sets weights alone. */
const WORKING_VARIANCE = 0.12;

/**
 * The spread around held-out predictions: least squares of the pairs' squared residual differences less their sampling
 * variances. A group of n texts counts as n − 1 pairs; a pair by the precision of its square. Negative parts are set to 0.
 * `cosineOf`: of two rows by place, null if unknown.
 */
export function spreadOf(
  rows: readonly Pick<MeasuredText, 'testId' | 'group' | 'logRate' | 'variance'>[],
  heldOut: ArrayLike<number>,
  cosineOf: (i: number, j: number) => number | null,
): ResidualSpread {
  const sums = { ww: 0, wg: 0, wgg: 0, wt: 0, wgt: 0 };
  const add = (weight: number, g: number, square: number) => {
    sums.ww += weight;
    sums.wg += weight * g;
    sums.wgg += weight * g * g;
    sums.wt += weight * square;
    sums.wgt += weight * g * square;
  };
  for (const cosine of ASSUMED.cosines) {
    const weight = ASSUMED.pairs / ASSUMED.cosines.length / WORKING_VARIANCE ** 2;
    add(weight, distance(cosine), varianceOfDifference(ASSUMED.spread, cosine));
  }
  for (const members of groupsOf(rows)) {
    const noises = noiseOf(members.map((i) => rows[i]!));
    for (const [place, i] of members.entries()) {
      for (const [before, j] of members.slice(0, place).entries()) {
        const g = distance(cosineOf(i, j) ?? TYPICAL_COSINE);
        // Equal texts differ by sampling alone, whatever the spread.
        if (g === 0) continue;
        const noise = noises[place]! + noises[before]!;
        const difference = rows[i]!.logRate - heldOut[i]! - rows[j]!.logRate + heldOut[j]!;
        add(2 / members.length / (noise + WORKING_VARIANCE) ** 2, g, difference ** 2 - noise);
      }
    }
  }
  return nonNegative(sums);
}

function nonNegative(sums: Record<'ww' | 'wg' | 'wgg' | 'wt' | 'wgt', number>): ResidualSpread {
  const { ww, wg, wgg, wt, wgt } = sums;
  const determinant = ww * wgg - wg * wg;
  const always = (wt * wgg - wgt * wg) / determinant;
  const byDistance = (ww * wgt - wg * wt) / determinant;
  if (always < 0) return { always: 0, byDistance: Math.max(0, wgt / wgg) };
  if (byDistance < 0) return { always: Math.max(0, wt / ww), byDistance: 0 };
  return { always, byDistance };
}
