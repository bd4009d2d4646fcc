/**
 * What a model's held-out predictions say about its forecasts: by how much predicted differences must be stretched or
 * shrunk, and what they miss.
 */

import type { MeasuredText } from '../preference/measured-text.js';
import { groupsOf } from '../preference/within-groups.js';
import { noiseOf } from './noise.js';
import { type ResidualSpread, spreadOf } from './spread.js';

/** Plain data: it is stored with the model. */
export interface ForecastFit {
  /** True differences of log rates per predicted difference, and its variance. */
  slope: number;
  slopeVariance: number;
  spread: ResidualSpread;
}

/** Before any test: the model's own shrinkage is right for headlines, and may be far off elsewhere. */
const PRIOR = { slope: 1, variance: 1 };
/** About the variance of what a prediction misses: it sets weights alone. */
const WORKING_VARIANCE = 0.06;

type Row = Pick<MeasuredText, 'testId' | 'group' | 'logRate' | 'variance'>;

/**
 * `heldOut`: for each row, the prediction of a model that hadn't seen its test. `cosineOf`: of the sentence vectors of two
 * rows by place, null if unknown. The slope is that of weighted least squares within groups, with a normal prior. Without
 * rows it is what is assumed before any test.
 */
export function fitOf(
  rows: readonly Row[],
  heldOut: ArrayLike<number>,
  cosineOf: (i: number, j: number) => number | null,
): ForecastFit {
  let precision = 1 / PRIOR.variance;
  let product = PRIOR.slope / PRIOR.variance;
  for (const members of groupsOf(rows)) {
    const noises = noiseOf(members.map((i) => rows[i]!));
    const weights = noises.map((noise) => 1 / (noise + WORKING_VARIANCE));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = (of: (row: number) => number) =>
      members.reduce((sum, row, i) => sum + weights[i]! * of(row), 0) / total;
    const [x, y] = [mean((row) => heldOut[row]!), mean((row) => rows[row]!.logRate)];
    members.forEach((row, i) => {
      const dx = heldOut[row]! - x;
      precision += weights[i]! * dx * dx;
      product += weights[i]! * dx * (rows[row]!.logRate - y);
    });
  }
  const slope = Math.max(0, product / precision);
  const stretched = Float64Array.from({ length: rows.length }, (_, i) => slope * heldOut[i]!);
  return { slope, slopeVariance: 1 / precision, spread: spreadOf(rows, stretched, cosineOf) };
}
