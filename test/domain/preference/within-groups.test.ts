import { describe, expect, it } from 'vitest';
import { groupsOf, weightsOf } from '../../../src/domain/preference/within-groups.js';
import { measured } from './support/rows.js';

describe('groups', () => {
  it('belong to one test, in the order of their first rows', () => {
    const rows = [
      measured({ testId: 'a', group: 'x' }),
      measured({ testId: 'b', group: 'x' }),
      measured({ testId: 'a', group: 'y' }),
      measured({ testId: 'a', group: 'x' }),
    ];
    expect(groupsOf(rows)).toEqual([[0, 3], [1], [2]]);
  });
});

describe('weights of predictions', () => {
  /** Two texts per test: the difference of log rates has variance 2·(0.01 + 0.04) = 0.1. */
  const pair = (testId: string, difference: number, level: number) => [
    measured({ testId, logRate: level + difference }),
    measured({ testId, logRate: level }),
  ];
  const rows = [...pair('a', 0.3, -3), ...pair('b', -0.1, 2)];
  /** Predicted differences of 0.4 and 0.2, whatever the levels. */
  const prediction = Float64Array.of(0.4, 0, 7.2, 7);

  it('are those of generalised least squares within groups', () => {
    // Σ d·y / Σ d² of the differences, for a prior that says nothing.
    const [weight] = weightsOf(rows, [prediction], [{ weight: 0, deviation: 1e6 }], 0.04);
    expect(weight).toBeCloseTo((0.4 * 0.3 - 0.2 * 0.1) / (0.4 ** 2 + 0.2 ** 2), 4);
  });

  it('stay between the prior and the data, by precision', () => {
    const precision = (0.4 ** 2 + 0.2 ** 2) / 0.1;
    const data = (0.4 * 0.3 - 0.2 * 0.1) / (0.4 ** 2 + 0.2 ** 2);
    const prior = { weight: 0.8, deviation: 0.5 };
    const [weight] = weightsOf(rows, [prediction], [prior], 0.04);
    expect(weight).toBeCloseTo((0.8 * 4 + data * precision) / (4 + precision), 4);
  });

  it('are the prior ones if no row says anything', () => {
    const priors = [
      { weight: 0.7, deviation: 0.2 },
      { weight: 0.2, deviation: 0.05 },
    ];
    const zeros = new Float64Array(rows.length);
    for (const [i, weight] of weightsOf(rows, [zeros, zeros], priors, 0.04).entries()) {
      expect(weight).toBeCloseTo(priors[i]!.weight, 12);
    }
    expect(weightsOf([], [new Float64Array(0)], [priors[0]!], 0.04)[0]).toBeCloseTo(0.7, 12);
  });

  it('tell apart predictions that go together', () => {
    const other = Float64Array.of(0, 0.3, 0.3, 0);
    const exact = rows.map((row, i) => ({ ...row, logRate: 0.5 * prediction[i]! - 0.25 * other[i]! }));
    const wide = { weight: 0, deviation: 1e6 };
    const [first, second] = weightsOf(exact, [prediction, other], [wide, wide], 0.04);
    expect(first).toBeCloseTo(0.5, 5);
    expect(second).toBeCloseTo(-0.25, 5);
  });
});
