/**
 * GrowthBook's sequential test (gbstats, two-sided): an asymptotic confidence sequence around the relative
 * difference by the delta method. Waudby-Smith et al., Time-uniform central limit theory (2021), as cited there.
 */

/** Sums of one metric of one arm: m over n units, and where the metric is a ratio m/d also of d. */
export interface ArmMean {
  n: number;
  mean: number;
  /** Variance of one unit, for a ratio by the delta method. */
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

/** Of unbiased sample variances over the units. */
export function ratioMean({ n, m, mm, d, dd, md }: RatioSums): ArmMean {
  const ratio = m / d;
  const covariance = (xy: number, x: number, y: number) => (xy - (x * y) / n) / (n - 1);
  const variance =
    (covariance(mm, m, m) - 2 * ratio * covariance(md, m, d) + ratio * ratio * covariance(dd, d, d)) /
    (d / n) ** 2;
  return { n, mean: ratio, variance };
}

/** (B − A)/A and its standard error; null where a variance isn't positive. */
export function relativeDifference(a: ArmMean, b: ArmMean): { effect: number; se: number } | null {
  if (!(a.variance > 0 && b.variance > 0)) return null;
  const squared = b.variance / (b.n * a.mean * a.mean) + (a.variance * b.mean * b.mean) / (a.n * a.mean ** 4);
  return { effect: (b.mean - a.mean) / a.mean, se: Math.sqrt(squared) };
}

/** The tuning ρ that makes the sequence tightest near `expectedN` units. */
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

/** Half of the always-valid interval, in units of the effect. */
export function halfWidth(se: number, n: number, alpha: number, expectedN: number): number {
  const scaled = n * tuning(alpha, expectedN) ** 2;
  return (
    se * Math.sqrt(n) * Math.sqrt((2 * (scaled + 1) * Math.log(Math.sqrt(scaled + 1) / alpha)) / (n * scaled))
  );
}
