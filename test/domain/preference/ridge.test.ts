import { describe, expect, it } from 'vitest';
import { Whitening } from '../../../src/domain/preference/covariance.js';
import {
  denseRows,
  designOf,
  predictionOf,
  sparseRows,
  type TextRows,
} from '../../../src/domain/preference/design.js';
import { fitRidge } from '../../../src/domain/preference/ridge.js';
import { measured } from './support/rows.js';

/** Five rows of two features. */
const X = [
  [1, 2],
  [0, 1],
  [3, -1],
  [2, 2],
  [-1, 1],
];
const VALUES = Float32Array.from(X.flat());
const Y = Float64Array.of(1, -2, 3, 0.5, 2);
const PENALTY = 3;

/** Tests of one text each, whose log rates have variance 1 together with the model's own: nothing is left to whiten. */
const ALONE = X.map((_, i) => measured({ testId: `t${i}`, variance: 1 - 0.045 - 0.03 - 0.2 }));
const PLACES = Int32Array.from(X.keys());
const DENSE = denseRows({ values: VALUES, width: 2 });
const SPARSE = sparseRows(
  X.map((row) => ({ columns: Int32Array.of(0, 1), weights: Float64Array.from(row) })),
  2,
);
const folds = Int32Array.of(0, 0, 1, 1, 2);

function solved(
  rows: TextRows,
  { measuredTexts = ALONE, placeOf = PLACES, without = -1 } = {},
): Float64Array {
  const design = designOf({ rows, placeOf }, new Whitening(measuredTexts), { folds, without });
  return fitRidge(design, Y, { penalty: PENALTY, tolerance: 1e-10 });
}

/** (XᵀX + λI)⁻¹ Xᵀy of two features over these rows of X. */
function closedForm(rows: readonly number[], placeOf = PLACES): number[] {
  let [a, b, d, p, q] = [PENALTY, 0, PENALTY, 0, 0];
  for (const i of rows) {
    const [x, z] = X[placeOf[i]!] as [number, number];
    a += x * x;
    b += x * z;
    d += z * z;
    p += x * Y[i]!;
    q += z * Y[i]!;
  }
  return [(d * p - b * q) / (a * d - b * b), (a * q - b * p) / (a * d - b * b)];
}

const rounded = (values: ArrayLike<number>, digits = 8) =>
  Array.from(values, (value) => Number(value.toFixed(digits)));

describe.each([
  ['dense', DENSE],
  ['sparse', SPARSE],
])('the ridge of %s features', (_, rows) => {
  it('equals the closed form', () => {
    expect(rounded(solved(rows))).toEqual(rounded(closedForm([0, 1, 2, 3, 4])));
  });

  it('leaves out the rows of a fold', () => {
    expect(rounded(solved(rows, { without: 1 }))).toEqual(rounded(closedForm([0, 1, 4])));
    expect(rounded(solved(rows, { without: 2 }))).toEqual(rounded(closedForm([0, 1, 2, 3])));
  });

  it('takes a text as often as it was measured', () => {
    const placeOf = Int32Array.of(0, 2, 2, 4, 0);
    expect(rounded(solved(rows, { placeOf }))).toEqual(rounded(closedForm([0, 1, 2, 3, 4], placeOf)));
    expect([...predictionOf({ rows, placeOf }, Float64Array.of(2, 10))]).toEqual([22, -4, -4, 8, 22]);
  });
});

describe('the ridge', () => {
  it('is that of whitened rows', () => {
    const together = ['a', 'a', 'b', 'b', 'c'].map((testId) => measured({ testId, variance: 0.3 }));
    const whitening = new Whitening(together);
    const columns = [0, 1].map((c) => Float64Array.from(X, (row) => row[c]!));
    for (const column of columns) whitening.apply(column);
    const values = Float64Array.from(X.flatMap((_, i) => columns.map((column) => column[i]!)));
    const whitened = sparseRows(
      X.map((_, i) => ({ columns: Int32Array.of(0, 1), weights: values.subarray(2 * i, 2 * i + 2) })),
      2,
    );
    for (const without of [-1, 0, 2]) {
      const expected = rounded(solved(whitened, { without }), 6);
      expect(rounded(solved(DENSE, { measuredTexts: together, without }), 6)).toEqual(expected);
      expect(rounded(solved(SPARSE, { measuredTexts: together, without }), 6)).toEqual(expected);
    }
  });

  it('gives nothing if nothing is known: no rows, no columns, or a target of 0', () => {
    const of = (rows: TextRows, count: number) =>
      fitRidge(
        designOf({ rows, placeOf: new Int32Array(count) }, new Whitening(ALONE.slice(0, count)), {
          folds,
          without: -1,
        }),
        new Float64Array(count),
        { penalty: 1 },
      );
    expect([...of(sparseRows([], 2), 0)]).toEqual([0, 0]);
    expect([...of(denseRows({ values: new Float32Array(0), width: 0 }), 0)]).toEqual([]);
    expect([...of(DENSE, 5)]).toEqual([0, 0]);
  });
});
