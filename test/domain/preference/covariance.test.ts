import { describe, expect, it } from 'vitest';
import { Whitening } from '../../../src/domain/preference/covariance.js';
import { measured } from './support/rows.js';

const VARIANCES = { text: 0.05, group: 0.03, test: 0.2 };

/** Two tests whose rows lie between each other; the first has two groups. */
const ROWS = [
  measured({ testId: 'a', group: 'x', variance: 0.01 }),
  measured({ testId: 'b', variance: 0.5 }),
  measured({ testId: 'a', group: 'y', variance: 0.02 }),
  measured({ testId: 'a', group: 'x', variance: 0.03 }),
  measured({ testId: 'b', variance: 0.04 }),
];

/** V, row by row. */
function covariance(): number[][] {
  return ROWS.map((a, i) =>
    ROWS.map((b, j) => {
      if (a.testId !== b.testId) return 0;
      return (
        VARIANCES.test +
        (a.group === b.group ? VARIANCES.group : 0) +
        (i === j ? a.variance + VARIANCES.text : 0)
      );
    }),
  );
}

const unit = (i: number) => Float64Array.from(ROWS, (_, row) => Number(row === i));

describe('the whitening', () => {
  const whitening = new Whitening(ROWS, VARIANCES);
  const n = ROWS.length;
  /** The columns of W. */
  const columns = ROWS.map((_, i) => {
    const column = unit(i);
    whitening.apply(column);
    return column;
  });

  it('makes the covariance the identity: W V Wᵀ = I', () => {
    const v = covariance();
    for (let r = 0; r < n; r++) {
      for (let c = 0; c < n; c++) {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) sum += columns[i]![r]! * v[i]![j]! * columns[j]![c]!;
        }
        expect(sum).toBeCloseTo(Number(r === c), 12);
      }
    }
  });

  it('mixes no rows of two tests', () => {
    expect(columns[0]![1]).toBe(0);
    expect(columns[0]![4]).toBe(0);
    expect(columns[1]![0]).toBe(0);
    expect(columns[0]![2]).not.toBe(0);
  });

  it('applies its transpose', () => {
    for (let i = 0; i < n; i++) {
      const row = unit(i);
      whitening.applyTransposed(row);
      expect([...row]).toEqual(columns.map((column) => column[i]));
    }
  });
});
