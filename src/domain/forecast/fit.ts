/**
 * What a model's held-out predictions say about its forecasts: by how much predicted differences must be stretched or
 * shrunk, and what they miss.
 */

import { FOREIGN_SLOPE } from '../patterns/evidence.js';
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

/** What is believed of the slope before any own test. */
export interface SlopePrior {
  slope: number;
  variance: number;
}

/** Of a model learned from own tests: its shrinkage is right for headlines, and may be far off elsewhere. */
export const OWN_PRIOR: SlopePrior = { slope: 1, variance: 1 };
/**
 * Of a model learned elsewhere: from one publisher's headlines to another's, the slope was 0.38 ± 0.15. It is taken to be
 * less certain for ads, for which nobody has measured it.
 */
export const FOREIGN_PRIOR: SlopePrior = { slope: FOREIGN_SLOPE, variance: 0.3 ** 2 };
/** About the variance of what a prediction misses: it sets weights alone. */
const WORKING_VARIANCE = 0.06;

type Row = Pick<MeasuredText, 'testId' | 'group' | 'logRate' | 'variance'>;

/**
 * `heldOut`: for each row, the prediction of a model that hadn't seen its test; of a model learned elsewhere, its
 * predictions. `cosineOf`: of the sentence vectors of two
 * rows by place, null if unknown. The slope is that of weighted least squares within groups, with a normal prior. Without
 * rows it is what is assumed before any test.
 */
export function fitOf(
  rows: readonly Row[],
  heldOut: ArrayLike<number>,
  cosineOf: (i: number, j: number) => number | null,
  prior: SlopePrior = OWN_PRIOR,
): ForecastFit {
  let precision = 1 / prior.variance;
  let product = prior.slope / prior.variance;
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
