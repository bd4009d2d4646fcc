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

/** Rows that are taken side by side: a processor adds up four sums nearly as fast as one. */
const ABREAST = 4;

/** X is the matrix, whitened. A fold holds whole tests: W mixes no rows of two folds. */
export function denseDesign({ values, width }: Matrix, { folds, without }: Included): Design {
  const rows = Int32Array.from([...folds.keys()].filter((row) => folds[row] !== without));
  const together = rows.length - (rows.length % ABREAST);
  return {
    width,
    transposedTimes: (r) => {
      const result = new Float64Array(width);
      for (const row of rows) addRow(result, values, row * width, r[row]!);
      return result;
    },
    // Both products in one pass: the time goes into reading the matrix.
    normalTimes: (b) => {
      const result = new Float64Array(width);
      for (let i = 0; i < together; i += ABREAST) {
        addFour(result, values, b, [
          rows[i]! * width,
          rows[i + 1]! * width,
          rows[i + 2]! * width,
          rows[i + 3]! * width,
        ]);
      }
      for (const row of rows.subarray(together))
        addRow(result, values, row * width, rowTimes(values, row * width, b));
      return result;
    },
  };
}

/** result += factor·x for the row x that begins at `at`. */
function addRow(result: Float64Array, values: Float32Array, at: number, factor: number): void {
  for (let c = 0; c < result.length; c++) result[c]! += values[at + c]! * factor;
}

/** result += (x·b) x for the four rows x that begin at these places. */
function addFour(
  result: Float64Array,
  values: Float32Array,
  b: Float64Array,
  [a0, a1, a2, a3]: readonly [number, number, number, number],
): void {
  const { length } = b;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let c = 0; c < length; c++) {
    const factor = b[c]!;
    s0 += values[a0 + c]! * factor;
    s1 += values[a1 + c]! * factor;
    s2 += values[a2 + c]! * factor;
    s3 += values[a3 + c]! * factor;
  }
  for (let c = 0; c < length; c++) {
    result[c]! += values[a0 + c]! * s0 + values[a1 + c]! * s1 + (values[a2 + c]! * s2 + values[a3 + c]! * s3);
  }
}

/** x·b for the row x that begins at `at`. */
function rowTimes(values: Float32Array, at: number, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < b.length; c++) sum += values[at + c]! * b[c]!;
  return sum;
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

/** The matrix times b: one number per row. */
export function times({ values, width }: Matrix, b: Float64Array): Float64Array {
  const rows = width === 0 ? 0 : values.length / width;
  return Float64Array.from({ length: rows }, (_, row) => rowTimes(values, row * width, b));
}
