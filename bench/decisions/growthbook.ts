/**
 * GrowthBook's sequential test (gbstats): an asymptotic confidence sequence around the relative difference by the
 * delta method, or around the absolute difference. Source: Waudby-Smith et al., Time-uniform central limit theory (2021).
 */

/** Sums of one metric in one arm over n units: m, and for a ratio m/d also d. */
export interface ArmMean {
  n: number;
  mean: number;
  /** Variance of one unit; for a ratio, by the delta method. */
  variance: number;
}

export interface RatioSums {
  n: number;
  m: number;
  mm: number;
  d: number;
  dd: number;
  md: number;
}

export function proportionMean(successes: number, n: number): ArmMean {
  const mean = successes / n;
  return { n, mean, variance: mean * (1 - mean) };
}

/** Uses unbiased sample variances over the units. */
export function ratioMean({ n, m, mm, d, dd, md }: RatioSums): ArmMean {
  const ratio = m / d;
  const covariance = (xy: number, x: number, y: number) => (xy - (x * y) / n) / (n - 1);
  const variance =
    (covariance(mm, m, m) - 2 * ratio * covariance(md, m, d) + ratio * ratio * covariance(dd, d, d)) /
    (d / n) ** 2;
  return { n, mean: ratio, variance };
}

/** (B − A)/A and its standard error; null if a variance isn't positive. */
export function relativeDifference(a: ArmMean, b: ArmMean): { effect: number; se: number } | null {
  if (!(a.variance > 0 && b.variance > 0)) return null;
  const squared = b.variance / (b.n * a.mean * a.mean) + (a.variance * b.mean * b.mean) / (a.n * a.mean ** 4);
  return { effect: (b.mean - a.mean) / a.mean, se: Math.sqrt(squared) };
}

/** B − A and its standard error; null if a variance isn't positive. */
export function absoluteDifference(a: ArmMean, b: ArmMean): { effect: number; se: number } | null {
  if (!(a.variance > 0 && b.variance > 0)) return null;
  return { effect: b.mean - a.mean, se: Math.sqrt(a.variance / a.n + b.variance / b.n) };
}

/** The ρ at which the sequence is tightest near `expectedN` units. */
export function tuning(alpha: number, expectedN: number): number {
  const log = -2 * Math.log(alpha);
  return Math.sqrt((log + Math.log(log + 1)) / expectedN);
}

/** ln of the e-value of z = effect/se after n units in both arms. */
export function logEvidence(z: number, n: number, rho: number): number {
  const scaled = n * rho * rho;
  return (rho * rho * n * z * z) / (2 * (scaled + 1)) - 0.5 * Math.log(scaled + 1);
}

/** Always-valid p-value. */
export function sequentialP(z: number, n: number, alpha: number, expectedN: number): number {
  return Math.min(1, Math.exp(-logEvidence(z, n, tuning(alpha, expectedN))));
}

/** Half the width of the always-valid interval, in units of the effect. */
export function halfWidth(se: number, n: number, alpha: number, expectedN: number): number {
  const scaled = n * tuning(alpha, expectedN) ** 2;
  return (
    se * Math.sqrt(n) * Math.sqrt((2 * (scaled + 1) * Math.log(Math.sqrt(scaled + 1) / alpha)) / (n * scaled))
  );
}

/**
 * Distance of the one-sided limit from the effect, in units of the effect. `rho` is tuned to 2α because only one side is
 * watched; the search for p varies α but not ρ.
 */
export function oneSidedDistance(se: number, n: number, alpha: number, rho: number): number {
  const scaled = n * rho * rho;
  return se * Math.sqrt(((2 * (scaled + 1)) / scaled) * Math.log1p(Math.sqrt(scaled + 1) / (2 * alpha)));
}

/** The range in which gbstats searches for a one-sided p, and how close to 0 the limit must come. */
const ONE_SIDED_P = [1e-5, 0.4999] as const;
const LIMIT_TOLERANCE = 1e-6;
const MOST_STEPS = 100;

/**
 * Always-valid one-sided p-value of an effect (above 0: in favour of the tested side): the α at which the limit touches
 * 0, or the end of the searched range beyond which it lies; null if the search doesn't converge. As in gbstats, α is
 * halved once more after the limit is close enough, so p is off by up to half a step.
 */
export function oneSidedP(effect: number, se: number, n: number, rho: number): number | null {
  let [low, high] = ONE_SIDED_P as readonly [number, number];
  const limit = (alpha: number) => effect - oneSidedDistance(se, n, alpha, rho);
  if (limit(low) > 0) return low;
  if (limit(high) < 0) return high;
  for (let step = 0; step < MOST_STEPS; step++) {
    const alpha = (low + high) / 2;
    const reached = limit(alpha);
    if (reached < 0) low = alpha;
    else high = alpha;
    if (Math.abs(reached) < LIMIT_TOLERANCE) return (low + high) / 2;
  }
  return null;
}
