/**
 * Lifts as observed, and the posterior of one under a normal prior. The observed lift of a promoted winner is too large,
 * because a test stops when the estimate is high (winner's curse). The prior of the reports is in `prior.ts`.
 */

/** A finished experiment's log rate ratio of challenger over control, and its standard error. */
export interface Estimate {
  theta: number;
  /** 0 if it couldn't be estimated. */
  se: number;
}

/** The posterior of a log rate ratio after its test. */
export interface Posterior {
  /** Mean of the log rate ratio. */
  mean: number;
  /** Its standard deviation. */
  sd: number;
  /** Mean of the relative lift, e^(mean + sd²/2) − 1. */
  lift: number;
  /** Median of the relative lift, e^mean − 1. */
  medianLift: number;
}

/** Two-sided 95 % on the normal scale. */
export const Z95 = 1.959963984540054;

/** The relative lift that an estimate claims, e^θ̂ − 1; 0.1 is 10 %. */
export function claimedLift(theta: number): number {
  return Math.expm1(theta);
}

/** The posterior of an estimate under true log lifts N(mean, scale²). Throws RangeError if the scale isn't positive. */
export function posterior({ theta, se }: Estimate, scale: number, mean = 0): Posterior {
  if (!(scale > 0)) throw new RangeError(`the prior's scale must be positive, got ${scale}`);
  const prior = scale * scale;
  const error = se * se;
  const centre = (theta * prior + mean * error) / (prior + error);
  const variance = (prior * error) / (prior + error);
  return {
    mean: centre,
    sd: Math.sqrt(variance),
    lift: Math.expm1(centre + variance / 2),
    medianLift: Math.expm1(centre),
  };
}

/** Pools independent estimates of one effect, weighted by 1/SE²; null if none could be estimated. */
export function pooled(estimates: readonly Estimate[]): Estimate | null {
  const known = estimates.filter(({ se }) => se > 0);
  if (known.length === 0) return null;
  const precision = known.reduce((sum, { se }) => sum + 1 / (se * se), 0);
  const theta = known.reduce((sum, { theta, se }) => sum + theta / (se * se), 0) / precision;
  return { theta, se: 1 / Math.sqrt(precision) };
}

/** The compound of lifts one after the other: Π(1 + lift) − 1; 0 for none. */
export function compoundLift(lifts: readonly number[]): number {
  return Math.expm1(lifts.reduce((sum, lift) => sum + Math.log1p(lift), 0));
}

/**
 * 95 % interval of a claimed compound lift, from the tests' own errors: e^(Σθ̂ ± 1.96·√ΣSE²) − 1. It takes no account
 * of how the winners were selected, so the truth lies below it far more often than in 2.5 % of cases.
 */
export function claimedInterval(winners: readonly Estimate[]): [low: number, high: number] {
  const sum = winners.reduce((total, { theta }) => total + theta, 0);
  const margin = Z95 * Math.sqrt(winners.reduce((total, { se }) => total + se * se, 0));
  return [Math.expm1(sum - margin), Math.expm1(sum + margin)];
}

/**
 * 95 % interval of the mean of claimed lifts: Σ(e^θ̂ − 1)/n ± 1.96·√Σ(e^θ̂·SE)²/n, by the delta method. `tests`: n, which
 * counts the tests with a lift of 0 too. It ignores how the winners were selected, as {@link claimedInterval} does.
 */
export function claimedMeanInterval(
  winners: readonly Estimate[],
  tests: number,
): [low: number, high: number] {
  if (tests === 0) return [0, 0];
  const centre = winners.reduce((sum, { theta }) => sum + claimedLift(theta), 0) / tests;
  const squares = winners.reduce((sum, { theta, se }) => sum + (Math.exp(theta) * se) ** 2, 0);
  const margin = (Z95 * Math.sqrt(squares)) / tests;
  return [centre - margin, centre + margin];
}
