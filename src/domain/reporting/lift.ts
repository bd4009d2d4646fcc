/**
 * Observed lifts and their posteriors. The observed lift of a promoted winner is too large, because a test stops when the
 * estimate is high (winner's curse). The posterior under a normal prior is not too large; the prior's width is learned
 * from all finished experiments.
 */

import { normalSurvival } from '../evidence/distributions.js';

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

/** Standard deviation of true log lifts before any experiment is known. */
export const DEFAULT_PRIOR_SCALE = 0.1;
/** Experiments needed to learn the prior, and the number of pseudo-experiments of the default scale added then. */
const PRIOR_EXPERIMENTS = 10;

/** Search range of the prior's scale: real ads differ by more than 0.01 % and by less than a factor of e³. */
const SCALE_RANGE = [1e-4, 3] as const;
const SEARCH_POINTS = 200;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The relative lift that an estimate claims, e^θ̂ − 1; 0.1 is 10 %. */
export function claimedLift(theta: number): number {
  return Math.expm1(theta);
}

/** The posterior of an estimate under true log lifts N(0, scale²). Throws RangeError if the scale isn't positive. */
export function posterior({ theta, se }: Estimate, scale: number): Posterior {
  if (!(scale > 0)) throw new RangeError(`the prior's scale must be positive, got ${scale}`);
  const prior = scale * scale;
  const error = se * se;
  const mean = (theta * prior) / (prior + error);
  const variance = (prior * error) / (prior + error);
  return {
    mean,
    sd: Math.sqrt(variance),
    lift: Math.expm1(mean + variance / 2),
    medianLift: Math.expm1(mean),
  };
}

/** The lift to report and to compound: the posterior mean; 0 if the experiment has no estimate. */
export function shrunkLift(estimate: Estimate, scale: number): number {
  return estimate.se > 0 ? posterior(estimate, scale).lift : 0;
}

/**
 * The prior's scale τ by maximum likelihood over all finished experiments, including undecided ones and those that the
 * control won: min Σ ½ ln(τ²+SE²) + ½ θ̂²/(τ²+SE²). It is 0.10 until ten are finished. From then on ten
 * pseudo-experiments that found exactly that scale are added. Experiments without an estimate (se 0) are ignored.
 */
export function priorScale(finished: readonly Estimate[]): number {
  const known = finished.filter(({ theta, se }) => se > 0 && Number.isFinite(theta) && Number.isFinite(se));
  if (known.length < PRIOR_EXPERIMENTS) return DEFAULT_PRIOR_SCALE;
  const loss = (logScale: number): number => {
    const prior = Math.exp(2 * logScale);
    const pseudo = PRIOR_EXPERIMENTS * (Math.log(prior) + DEFAULT_PRIOR_SCALE ** 2 / prior);
    return known.reduce((sum, { theta, se }) => {
      const variance = prior + se * se;
      return sum + Math.log(variance) + (theta * theta) / variance;
    }, pseudo);
  };
  // The likelihood may have two minima: scan, then refine the lowest.
  const from = Math.log(SCALE_RANGE[0]);
  const step = (Math.log(SCALE_RANGE[1]) - from) / SEARCH_POINTS;
  let best = 0;
  let least = Infinity;
  for (let i = 0; i <= SEARCH_POINTS; i++) {
    const value = loss(from + i * step);
    if (value < least) {
      least = value;
      best = i;
    }
  }
  return Math.exp(goldenMinimum(loss, from + (best - 1) * step, from + (best + 1) * step));
}

/** Pools independent estimates of one effect, weighted by 1/SE²; null if none could be estimated. */
export function pooled(estimates: readonly Estimate[]): Estimate | null {
  const known = estimates.filter(({ se }) => se > 0);
  if (known.length === 0) return null;
  const precision = known.reduce((sum, { se }) => sum + 1 / (se * se), 0);
  const theta = known.reduce((sum, { theta, se }) => sum + theta / (se * se), 0) / precision;
  return { theta, se: 1 / Math.sqrt(precision) };
}

/** The posterior probability that the true effect is 0 or less; one half if nothing could be estimated. */
export function chanceOfNoGain(estimate: Estimate | null, scale: number): number {
  if (!estimate || !(estimate.se > 0)) return 0.5;
  const { mean, sd } = posterior(estimate, scale);
  return normalSurvival(mean / sd);
}

/** The compound of lifts one after the other: Π(1 + lift) − 1; 0 for none. */
export function compoundLift(lifts: readonly number[]): number {
  return Math.expm1(lifts.reduce((sum, lift) => sum + Math.log1p(lift), 0));
}

function goldenMinimum(f: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (high - low > 1e-9) {
    const left = high - GOLDEN * (high - low);
    const right = low + GOLDEN * (high - low);
    if (f(left) < f(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}
