/** The mixed model's covariance of log rates: one block per test. */
import type { MeasuredText } from './measured-text.js';

/** Variances of log rates that the texts' features don't explain. */
export interface VarianceComponents {
  /** Between texts of one group. */
  text: number;
  /** Between groups of one test. */
  group: number;
  /** Between tests of one period. */
  test: number;
}

/** Estimated on 3,350 headline tests by restricted maximum likelihood. */
export const VARIANCES: VarianceComponents = { text: 0.045, group: 0.03, test: 0.2 };

/** One test's rows and the inverse of the Cholesky factor of their covariance, row by row (lower triangle). */
interface Block {
  rows: readonly number[];
  inverse: Float64Array;
}

/** W, the inverse Cholesky factor of the covariance: W times the rows' errors are independent with variance 1. */
export class Whitening {
  private readonly blocks: readonly Block[];

  constructor(rows: readonly MeasuredText[], variances: VarianceComponents = VARIANCES) {
    const tests = new Map<string, number[]>();
    rows.forEach(({ testId }, index) => {
      const test = tests.get(testId);
      if (test === undefined) tests.set(testId, [index]);
      else test.push(index);
    });
    this.blocks = [...tests.values()].map((members) => ({
      rows: members,
      inverse: inverseFactor(
        members.map((index) => rows[index]!),
        variances,
      ),
    }));
  }

  /** W times a vector, in place. */
  apply(values: Float64Array): void {
    for (const { rows, inverse } of this.blocks) {
      // From the last row: a row of a lower triangle needs itself and the rows before it.
      for (let i = rows.length - 1; i >= 0; i--) {
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += inverse[i * rows.length + j]! * values[rows[j]!]!;
        values[rows[i]!] = sum;
      }
    }
  }

  /** Wᵀ times a vector, in place. */
  applyTransposed(values: Float64Array): void {
    for (const { rows, inverse } of this.blocks) {
      for (let j = 0; j < rows.length; j++) {
        let sum = 0;
        for (let i = j; i < rows.length; i++) sum += inverse[i * rows.length + j]! * values[rows[i]!]!;
        values[rows[j]!] = sum;
      }
    }
  }
}

function inverseFactor(rows: readonly MeasuredText[], variances: VarianceComponents): Float64Array {
  const n = rows.length;
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = variances.test;
      if (rows[i]!.group === rows[j]!.group) sum += variances.group;
      if (i === j) sum += rows[i]!.variance + variances.text;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    inverse[i * n + i] = 1 / factor[i * n + i]!;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= factor[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = sum / factor[i * n + i]!;
    }
  }
  return inverse;
}
