/** What differs between the texts of a group, which is what a test compares. */
import { Whitening } from './covariance.js';
import type { MeasuredText } from './measured-text.js';
import { dot } from './ridge.js';

/** The places of the rows of each test and group, groups in the order of their first row. */
export function groupsOf(rows: readonly Pick<MeasuredText, 'testId' | 'group'>[]): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach(({ testId, group }, index) => {
    const key = JSON.stringify([testId, group]);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [index]);
    else members.push(index);
  });
  return [...groups.values()];
}

/** The level of a group is unknown: with so wide a prior only differences within it count. */
const UNKNOWN_LEVEL = 1e6;

/**
 * The weights w of predictions whose sum fits the log rates best within groups, given a normal prior for each weight:
 * generalised least squares, (PᵀP + D⁻¹) w = Pᵀy + D⁻¹ w₀, for whitened P and y and D the prior variances.
 */
export function weightsOf(
  rows: readonly MeasuredText[],
  predictions: readonly Float64Array[],
  prior: readonly { weight: number; deviation: number }[],
  residual: number,
): number[] {
  const whitening = new Whitening(rows, { text: residual, group: UNKNOWN_LEVEL, test: 0 });
  const whitened = (values: Float64Array) => {
    const copy = Float64Array.from(values);
    whitening.apply(copy);
    return copy;
  };
  const y = whitened(Float64Array.from(rows, ({ logRate }) => logRate));
  const columns = predictions.map(whitened);
  const matrix = columns.map((a, i) =>
    columns.map((b, j) => dot(a, b) + (i === j ? prior[i]!.deviation ** -2 : 0)),
  );
  const right = columns.map((a, i) => dot(a, y) + prior[i]!.weight * prior[i]!.deviation ** -2);
  return solve(matrix, right);
}

/** The variance between texts of a group before any test was seen, and the tests that it counts as. */
const PRIOR_RESIDUAL = { variance: 0.068, degrees: 20 };

/**
 * The variance of true log rates within groups that a prediction leaves: the moment estimator of DerSimonian and Kacker (2007)
 * over groups, averaged with what is assumed before any test by degrees of freedom. Texts weigh 1/(variance + what is
 * assumed): by 1/variance, as in DerSimonian and Laird (1986), the longest tests would count most, and their texts differ
 * least.
 */
export function residualVariance(rows: readonly MeasuredText[], prediction: Float64Array): number {
  let excess = 0;
  let factor = 0;
  let degrees = 0;
  for (const members of groupsOf(rows)) {
    if (members.length < 2) continue;
    // Sums of w, w², w·v, w²·v and w·(y − prediction).
    let [w1, w2, wv, w2v, wy] = [0, 0, 0, 0, 0];
    for (const i of members) {
      const { variance, logRate } = rows[i]!;
      const w = 1 / (variance + PRIOR_RESIDUAL.variance);
      w1 += w;
      w2 += w * w;
      wv += w * variance;
      w2v += w * w * variance;
      wy += w * (logRate - prediction[i]!);
    }
    let q = 0;
    for (const i of members) {
      const { variance, logRate } = rows[i]!;
      q += (logRate - prediction[i]! - wy / w1) ** 2 / (variance + PRIOR_RESIDUAL.variance);
    }
    excess += q - (wv - w2v / w1);
    factor += w1 - w2 / w1;
    degrees += members.length - 1;
  }
  if (factor === 0) return PRIOR_RESIDUAL.variance;
  const measured = Math.max(0, excess / factor);
  return (
    (PRIOR_RESIDUAL.degrees * PRIOR_RESIDUAL.variance + degrees * measured) /
    (PRIOR_RESIDUAL.degrees + degrees)
  );
}

/** Gaussian elimination of a small positive definite system. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const a = matrix.map((row, i) => [...row, right[i]!]);
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const factor = a[r]![i]! / a[i]![i]!;
      for (let c = i; c <= n; c++) a[r]![c]! -= factor * a[i]![c]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = a[i]![n]!;
    for (let c = i + 1; c < n; c++) sum -= a[i]![c]! * x[c]!;
    x[i] = sum / a[i]![i]!;
  }
  return x;
}
