/** Whitened features of the texts learned from, as what a solver asks of them. */
import type { Whitening } from './covariance.js';
import { type SparseRow, sparseDot } from './sparse-row.js';

/** X, one row per text. */
export interface Design {
  /** The number of columns. */
  width: number;
  /** Xᵀ r. */
  transposedTimes(r: Float64Array): Float64Array;
  /** Xᵀ X b. */
  normalTimes(b: Float64Array): Float64Array;
}

/** Rows of single precision, one after the other: row i is values[i·width … (i + 1)·width). */
export interface Matrix {
  values: Float32Array;
  width: number;
}

/** The rows that count: all but those of one fold. */
export interface Included {
  folds: Int32Array;
  /** -1 leaves no fold out. */
  without: number;
}

/** X is the matrix, whitened. A fold holds whole tests: W mixes no rows of two folds. */
export function denseDesign({ values, width }: Matrix, { folds, without }: Included): Design {
  return {
    width,
    transposedTimes: (r) => {
      const result = new Float64Array(width);
      for (let row = 0; row < r.length; row++) {
        if (folds[row] === without) continue;
        const at = row * width;
        const factor = r[row]!;
        for (let c = 0; c < width; c++) result[c]! += values[at + c]! * factor;
      }
      return result;
    },
    // Both products in one pass: the time goes into reading the matrix.
    normalTimes: (b) => {
      const result = new Float64Array(width);
      for (let row = 0; row < folds.length; row++) {
        if (folds[row] === without) continue;
        const at = row * width;
        let sum = 0;
        for (let c = 0; c < width; c++) sum += values[at + c]! * b[c]!;
        for (let c = 0; c < width; c++) result[c]! += values[at + c]! * sum;
      }
      return result;
    },
  };
}

/** X = W times the rows, which stay sparse: W mixes the rows of a test. */
export function sparseDesign(
  rows: readonly SparseRow[],
  width: number,
  whitening: Whitening,
  { folds, without }: Included,
): Design {
  const transposedTimes = (r: Float64Array) => {
    const whitened = r.map((value, row) => (folds[row] === without ? 0 : value));
    whitening.applyTransposed(whitened);
    const result = new Float64Array(width);
    rows.forEach(({ columns, weights }, row) => {
      const factor = whitened[row]!;
      for (let i = 0; i < columns.length; i++) result[columns[i]!]! += weights[i]! * factor;
    });
    return result;
  };
  return {
    width,
    transposedTimes,
    normalTimes: (b) => {
      const product = Float64Array.from(rows, (row) => sparseDot(row, b));
      whitening.apply(product);
      return transposedTimes(product);
    },
  };
}

/** The matrix, not whitened, times b: one number per row. */
export function times({ values, width }: Matrix, b: Float64Array): Float64Array {
  const rows = width === 0 ? 0 : values.length / width;
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    let sum = 0;
    for (let c = 0; c < width; c++) sum += values[at + c]! * b[c]!;
    result[row] = sum;
  }
  return result;
}
