/** Posteriors under a learned prior: the lift to report, the chance that there is none, the interval of a compound. */

import { normalCdf, normalSurvival } from '../evidence/distributions.js';
import { type Estimate, posterior } from './lift.js';
import type { Prior, PriorPoint } from './prior.js';

export type Winner = 'challenger' | 'control';
const SIGN: Record<Winner, 1 | -1> = { challenger: 1, control: -1 };

/** The posterior of a log rate ratio under one point of the prior. */
interface Effect {
  /** Probability that it is exactly 0. */
  zero: number;
  /** Mean and standard deviation otherwise. */
  mean: number;
  sd: number;
}

/** The prior itself if nothing could be estimated. */
function effectUnder({ zeroShare, mean, scale }: PriorPoint, estimate: Estimate | null): Effect {
  if (!estimate || !(estimate.se > 0)) return { zero: zeroShare, mean, sd: scale };
  const { theta, se } = estimate;
  const { mean: centre, sd } = posterior(estimate, scale, mean);
  const variance = scale * scale + se * se;
  // ln of the odds of "equal" against "not equal": of the shares, and of the estimate's densities under both.
  const odds =
    Math.log(zeroShare / (1 - zeroShare)) +
    0.5 * (Math.log(variance / (se * se)) + (theta - mean) ** 2 / variance - (theta / se) ** 2);
  return { zero: 1 / (1 + Math.exp(-odds)), mean: centre, sd };
}

/**
 * The lift to report and to compound: the posterior mean of the winner's relative lift over the other ad; 0 if the test
 * has no estimate. The estimate is challenger over control, whichever of them won.
 */
export function shrunkLift(estimate: Estimate, prior: Prior, winner: Winner = 'challenger'): number {
  if (!(estimate.se > 0)) return 0;
  return prior.points.reduce((sum, point) => {
    const { zero, mean, sd } = effectUnder(point, estimate);
    return sum + point.weight * (1 - zero) * Math.expm1(SIGN[winner] * mean + (sd * sd) / 2);
  }, 0);
}

/**
 * The posterior probability that the winner is truly no better. The estimate is challenger over control, whichever of
 * them won; if it is null, the prior alone decides.
 */
export function chanceOfNoGain(
  estimate: Estimate | null,
  prior: Prior,
  winner: Winner = 'challenger',
): number {
  return prior.points.reduce((sum, point) => {
    const { zero, mean, sd } = effectUnder(point, estimate);
    return sum + point.weight * (zero + (1 - zero) * normalSurvival((SIGN[winner] * mean) / sd));
  }, 0);
}

/**
 * 95 % interval of the compound lift of promoted challengers, Π(1 + lift) − 1, from the posterior of the sum of their log
 * lifts. Tests share the prior's uncertainty; given a point of the prior they are independent, and their sum is taken as
 * normal. [0, 0] for none. A prior that is right needs no correction for the selection of winners (Dawid 1994).
 */
export function compoundInterval(winners: readonly Estimate[], prior: Prior): [low: number, high: number] {
  const known = winners.filter(({ se }) => se > 0);
  if (known.length === 0) return [0, 0];
  const sums = prior.points.map((point) => {
    let total = 0;
    let variance = 0;
    for (const estimate of known) {
      const { zero, mean, sd } = effectUnder(point, estimate);
      total += (1 - zero) * mean;
      variance += (1 - zero) * (sd * sd + zero * mean * mean);
    }
    return { weight: point.weight, mean: total, sd: Math.sqrt(variance) };
  });
  return [Math.expm1(quantile(sums, TAIL)), Math.expm1(quantile(sums, 1 - TAIL))];
}

/** A lift that counts with a weight, e.g. an amount of money; `estimate`: challenger over control. */
export interface WeightedGain {
  /** Null: its lift is 0 for sure. */
  estimate: Estimate | null;
  weight: number;
}

/**
 * Posterior mean and 95 % interval of Σ weight·(ρ − 1), ρ the rate ratios of promoted challengers. Given a point of the
 * prior the tests are independent, and the sum is taken as normal with its exact mean and variance: with the probability z
 * that ρ is 1, and otherwise ln ρ ~ N(m, s²), the mean of ρ − 1 is (1 − z)(e^(m+s²/2) − 1), and that of its square is
 * (1 − z)(e^(2m+2s²) − 2e^(m+s²/2) + 1).
 */
export function gainsTogether(
  gains: readonly WeightedGain[],
  prior: Prior,
): { mean: number; interval: [low: number, high: number] } {
  const known = gains.filter(({ estimate }) => estimate !== null && estimate.se > 0);
  if (known.length === 0) return { mean: 0, interval: [0, 0] };
  const sums = prior.points.map((point) => {
    let total = 0;
    let variance = 0;
    for (const { estimate, weight } of known) {
      const { zero, mean, sd } = effectUnder(point, estimate);
      const ratio = Math.exp(mean + (sd * sd) / 2);
      const gain = (1 - zero) * (ratio - 1);
      const square = (1 - zero) * (ratio * ratio * Math.exp(sd * sd) - 2 * ratio + 1);
      total += weight * gain;
      variance += weight * weight * Math.max(0, square - gain * gain);
    }
    return { weight: point.weight, mean: total, sd: Math.sqrt(variance) };
  });
  const mean = sums.reduce((sum, point) => sum + point.weight * point.mean, 0);
  return { mean, interval: [quantile(sums, TAIL), quantile(sums, 1 - TAIL)] };
}

const TAIL = 0.025;
/** Halvings of the bracket: to less than 1e-9 of it. */
const HALVINGS = 30;
/** Standard deviations beyond which no sum has any mass to speak of. */
const REACH = 8;

/** Quantile of a mixture of normals; a standard deviation of 0 is an atom. */
function quantile(sums: readonly { weight: number; mean: number; sd: number }[], p: number): number {
  let low = Math.min(...sums.map(({ mean, sd }) => mean - REACH * sd));
  let high = Math.max(...sums.map(({ mean, sd }) => mean + REACH * sd));
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    const below = sums.reduce(
      (sum, { weight, mean, sd }) =>
        sum + weight * (sd > 0 ? normalCdf((middle - mean) / sd) : Number(middle >= mean)),
      0,
    );
    if (below < p) low = middle;
    else high = middle;
  }
  // Rounding must not turn an atom at 0 into a tiny lift.
  const found = (low + high) / 2;
  return Math.abs(found) < 1e-9 ? 0 : found;
}
