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
