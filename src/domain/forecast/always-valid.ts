/**
 * The mean lift with an interval that holds however often it is read: the verdict on the model is looked at after each test, for
 * years. At a fixed level, luck alone would call a worthless model worth something sooner or later.
 *
 * Given the tests before it, a lift that is as likely to be +x as −x has E exp(λx − λ²x²/2) ≤ 1 for every λ, since
 * cosh y ≤ exp(y²/2) (de la Peña, Annals of Probability 27, 1999). So the mixture over a half-normal λ > 0 (Robbins, Annals of
 * Mathematical Statistics 41, 1970; Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49, 2021), with S = Σx and
 * V = Σx², is a supermartingale, and by Ville it ever reaches 1/α with a chance of α at most. It needs no variance.
 *
 * The choice of a worthless model between two ads is as likely to be +x as −x. Among more, its lift has mean 0 and is only nearly
 * symmetric: in simulation the share of errors is smaller there (docs/learning.md).
 */

import { normalCdf } from '../evidence/distributions.js';

export interface MeasuredLift {
  /** Log rate ratio. */
  lift: number;
  /** Of its sampling. */
  se: number;
}

/** Chance that an end of the interval is ever on the wrong side. */
const TAIL = 0.05;
/**
 * About the variance between tests, and about its root with sampling. They set weights and the scale of λ alone; the interval
 * holds for every value.
 */
const WORKING_VARIANCE = 0.06;
const WORKING_DEVIATION = 0.3;
/** Variance of λ: the evidence grows fastest for mean lifts of a third of the deviation of a lift, about 10 %. */
const MIXTURE_VARIANCE = 0.12;
/** Mean log rate ratios beyond this are out of the question. */
const FAR = 2;

/** Log evidence that the mean lift is above `mean`: it ever reaches ln(1/α) with a chance of α at most if it isn't. */
export function logEvidenceAbove(lifts: readonly MeasuredLift[], mean: number): number {
  let sum = 0;
  let squares = 0;
  for (const { lift, se } of lifts) {
    const x = (WORKING_DEVIATION * (lift - mean)) / (WORKING_VARIANCE + se * se);
    sum += x;
    squares += x * x;
  }
  const width = squares + 1 / MIXTURE_VARIANCE;
  const log = (sum * sum) / (2 * width) - Math.log1p(MIXTURE_VARIANCE * squares) / 2;
  return Math.log(2) + log + Math.log(Math.max(normalCdf(sum / Math.sqrt(width)), Number.MIN_VALUE));
}

/** The weighted mean of lifts, with the 90 % interval that holds at every look; null while the interval has no end. */
export function alwaysValidLift(
  lifts: readonly MeasuredLift[],
): { mean: number; interval: [low: number, high: number] } | null {
  const weights = lifts.map(({ se }) => 1 / (WORKING_VARIANCE + se * se));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = lifts.reduce((sum, { lift }, i) => sum + weights[i]! * lift, 0) / total;
  const below = reach(lifts, mean);
  const above = reach(
    lifts.map(({ lift, se }) => ({ lift: -lift, se })),
    -mean,
  );
  return below === null || above === null ? null : { mean, interval: [mean - below, mean + above] };
}

/** How far below the mean the evidence first suffices, by halving; null if nowhere. */
function reach(lifts: readonly MeasuredLift[], mean: number): number | null {
  const suffices = (distance: number) => logEvidenceAbove(lifts, mean - distance) >= -Math.log(TAIL);
  let high = 1 / 64;
  while (!suffices(high)) {
    high *= 2;
    if (high > FAR) return null;
  }
  let low = 0;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}
