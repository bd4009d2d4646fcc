import { describe, expect, it } from 'vitest';
import { Whitening } from '../../../src/domain/preference/covariance.js';
import { denseDesign, sparseDesign, times } from '../../../src/domain/preference/design.js';
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

/** (XᵀX + λI)⁻¹ Xᵀy of two features. */
function closedForm(rows: readonly number[]): number[] {
  let [a, b, d, p, q] = [PENALTY, 0, PENALTY, 0, 0];
  for (const i of rows) {
    const [x, z] = X[i] as [number, number];
    a += x * x;
    b += x * z;
    d += z * z;
    p += x * Y[i]!;
    q += z * Y[i]!;
  }
  return [(d * p - b * q) / (a * d - b * b), (a * q - b * p) / (a * d - b * b)];
}

const folds = Int32Array.of(0, 0, 1, 1, 2);

describe('the ridge', () => {
  it('equals the closed form', () => {
    const design = denseDesign({ values: VALUES, width: 2 }, { folds, without: -1 });
    const b = fitRidge(design, Y, { penalty: PENALTY, tolerance: 1e-10 });
    const expected = closedForm([0, 1, 2, 3, 4]);
    expect(b[0]).toBeCloseTo(expected[0]!, 10);
    expect(b[1]).toBeCloseTo(expected[1]!, 10);
  });

  it('leaves out the rows of a fold', () => {
    const design = denseDesign({ values: VALUES, width: 2 }, { folds, without: 1 });
    const b = fitRidge(design, Y, { penalty: PENALTY, tolerance: 1e-10 });
    const expected = closedForm([0, 1, 4]);
    expect(b[0]).toBeCloseTo(expected[0]!, 10);
    expect(b[1]).toBeCloseTo(expected[1]!, 10);
  });

  it('is the same on sparse rows as on whitened dense ones, with and without a fold', () => {
    const rows = ['a', 'a', 'b', 'b', 'c'].map((testId) => measured({ testId, variance: 0.3 }));
    const whitening = new Whitening(rows);
    const sparse = X.map((row) => ({ columns: Int32Array.of(0, 1), weights: Float64Array.from(row) }));
    const values = Float32Array.from(VALUES);
    whitening.apply(values, 2);
    for (const without of [-1, 0, 2]) {
      const of = (design: Parameters<typeof fitRidge>[0]) =>
        fitRidge(design, Y, { penalty: PENALTY, tolerance: 1e-10 });
      const one = of(sparseDesign(sparse, 2, whitening, { folds, without }));
      const other = of(denseDesign({ values, width: 2 }, { folds, without }));
      expect(one[0]).toBeCloseTo(other[0]!, 5);
      expect(one[1]).toBeCloseTo(other[1]!, 5);
    }
  });

  it('gives nothing if nothing is known: no rows, no columns, or a target of 0', () => {
    const none = Int32Array.of();
    expect([
      ...fitRidge(
        denseDesign({ values: new Float32Array(0), width: 2 }, { folds: none, without: -1 }),
        new Float64Array(0),
        { penalty: 1 },
      ),
    ]).toEqual([0, 0]);
    expect(
      fitRidge(denseDesign({ values: new Float32Array(0), width: 0 }, { folds, without: -1 }), Y, {
        penalty: 1,
      }),
    ).toHaveLength(0);
    const design = denseDesign({ values: VALUES, width: 2 }, { folds, without: -1 });
    expect([...fitRidge(design, new Float64Array(5), { penalty: 1 })]).toEqual([0, 0]);
  });
});

describe('a matrix times coefficients', () => {
  it('gives one number per row', () => {
    expect([...times({ values: VALUES, width: 2 }, Float64Array.of(2, 10))]).toEqual([22, 10, -4, 24, 8]);
    expect([...times({ values: new Float32Array(0), width: 0 }, new Float64Array(0))]).toEqual([]);
  });
});
