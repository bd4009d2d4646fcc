/** Whitened features of the rows learned from, as what a solver asks of them. */
import type { Whitening } from './covariance.js';
import { type SparseRow, sparseDot } from './sparse-row.js';

/** X, one row per measured text. */
export interface Design {
  /** The number of columns. */
  width: number;
  /** Xᵀ r. */
  transposedTimes(r: Float64Array): Float64Array;
  /** Xᵀ X b. */
  normalTimes(b: Float64Array): Float64Array;
}

/** F, one row of features per distinct text: a text often stands in several groups of a test. */
export interface TextRows {
  count: number;
  width: number;
  /** F b at these places; 0 elsewhere. */
  times(b: Float64Array, places: Int32Array): Float64Array;
  /** Fᵀ f over these places. */
  transposedTimes(f: Float64Array, places: Int32Array): Float64Array;
}

/** Features, and the place of each measured text among their distinct texts. */
export interface Features {
  rows: TextRows;
  placeOf: Int32Array;
}

/** The measured texts that count: all but those of one fold. */
export interface Included {
  folds: Int32Array;
  /** -1 leaves no fold out. */
  without: number;
}

/** X = W P F: features by place, whitened. A fold holds whole tests: W mixes no rows of two folds. */
export function designOf(
  { rows, placeOf }: Features,
  whitening: Whitening,
  { folds, without }: Included,
): Design {
  const isUsed = new Uint8Array(rows.count);
  placeOf.forEach((place, row) => {
    if (folds[row] !== without) isUsed[place] = 1;
  });
  const places = Int32Array.from(isUsed.keys()).filter((place) => isUsed[place] === 1);
  const transposedTimes = (r: Float64Array) => {
    const whitened = r.map((value, row) => (folds[row] === without ? 0 : value));
    whitening.applyTransposed(whitened);
    const factors = new Float64Array(rows.count);
    placeOf.forEach((place, row) => {
      factors[place]! += whitened[row]!;
    });
    return rows.transposedTimes(factors, places);
  };
  return {
    width: rows.width,
    transposedTimes,
    normalTimes: (b) => {
      const byText = rows.times(b, places);
      const product = Float64Array.from(placeOf, (place) => byText[place]!);
      whitening.apply(product);
      return transposedTimes(product);
    },
  };
}

/** F b for each measured text. */
export function predictionOf({ rows, placeOf }: Features, b: Float64Array): Float64Array {
  const byText = rows.times(
    b,
    Int32Array.from({ length: rows.count }, (_, place) => place),
  );
  return Float64Array.from(placeOf, (place) => byText[place]!);
}

export function sparseRows(rows: readonly SparseRow[], width: number): TextRows {
  return {
    count: rows.length,
    width,
    times: (b, places) => {
      const result = new Float64Array(rows.length);
      for (const place of places) result[place] = sparseDot(rows[place]!, b);
      return result;
    },
    transposedTimes: (f, places) => {
      const result = new Float64Array(width);
      for (const place of places) {
        const { columns, weights } = rows[place]!;
        const factor = f[place]!;
        for (let i = 0; i < columns.length; i++) result[columns[i]!]! += weights[i]! * factor;
      }
      return result;
    },
  };
}

/** Rows of single precision, one after the other: row i is values[i·width … (i + 1)·width). */
export interface Matrix {
  values: Float32Array;
  width: number;
}

/** Rows that are taken side by side: a processor adds up four sums nearly as fast as one. */
const ABREAST = 4;

export function denseRows({ values, width }: Matrix): TextRows {
  const count = width === 0 ? 0 : values.length / width;
  return {
    count,
    width,
    times: (b, places) => {
      const result = new Float64Array(count);
      const together = places.length - (places.length % ABREAST);
      for (let i = 0; i < together; i += ABREAST) fourTimes(result, values, b, places, i);
      for (const place of places.subarray(together)) result[place] = rowTimes(values, place * width, b);
      return result;
    },
    transposedTimes: (f, places) => {
      const result = new Float64Array(width);
      const together = places.length - (places.length % ABREAST);
      for (let i = 0; i < together; i += ABREAST) addFour(result, values, f, places, i);
      for (const place of places.subarray(together)) addRow(result, values, place * width, f[place]!);
      return result;
    },
  };
}

/** The products of b with the rows at four places, from places[i] on. */
function fourTimes(
  result: Float64Array,
  values: Float32Array,
  b: Float64Array,
  places: Int32Array,
  i: number,
): void {
  const { length } = b;
  const a0 = places[i]! * length;
  const a1 = places[i + 1]! * length;
  const a2 = places[i + 2]! * length;
  const a3 = places[i + 3]! * length;
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
  result[places[i]!] = s0;
  result[places[i + 1]!] = s1;
  result[places[i + 2]!] = s2;
  result[places[i + 3]!] = s3;
}

/** result += Σ f·row over four places, from places[i] on. */
function addFour(
  result: Float64Array,
  values: Float32Array,
  f: Float64Array,
  places: Int32Array,
  i: number,
): void {
  const { length } = result;
  const a0 = places[i]! * length;
  const a1 = places[i + 1]! * length;
  const a2 = places[i + 2]! * length;
  const a3 = places[i + 3]! * length;
  const f0 = f[places[i]!]!;
  const f1 = f[places[i + 1]!]!;
  const f2 = f[places[i + 2]!]!;
  const f3 = f[places[i + 3]!]!;
  for (let c = 0; c < length; c++) {
    result[c]! += values[a0 + c]! * f0 + values[a1 + c]! * f1 + (values[a2 + c]! * f2 + values[a3 + c]! * f3);
  }
}

function rowTimes(values: Float32Array, at: number, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < b.length; c++) sum += values[at + c]! * b[c]!;
  return sum;
}

function addRow(result: Float64Array, values: Float32Array, at: number, factor: number): void {
  for (let c = 0; c < result.length; c++) result[c]! += values[at + c]! * factor;
}
