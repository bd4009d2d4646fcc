import { describe, expect, it } from 'vitest';
import { fitPairs, type Pair, pairsOf } from '../../../bench/preference/pair-logistic.js';
import { measured } from '../../domain/preference/support/rows.js';

const row = (...weights: number[]) => ({
  columns: Int32Array.from(weights.keys()),
  weights: Float64Array.from(weights),
});

describe('pairs', () => {
  it('are of one group, over one standard error apart, and weigh as many of those, at most five', () => {
    const rows = [
      measured({ testId: 'a', logRate: 1, variance: 0.005 }),
      measured({ testId: 'a', logRate: 0.8, variance: 0.005 }),
      measured({ testId: 'a', logRate: 0.75, variance: 0.005 }),
      measured({ testId: 'b', logRate: 9, variance: 0.005 }),
      measured({ testId: 'b', logRate: 0, variance: 0.005 }),
    ];
    const pairs = pairsOf(rows, [row(1, 0), row(0, 1), row(1, 1), row(2, 1), row(2, 3)]);
    expect(pairs.map(({ won, weight }) => [won, Number(weight.toFixed(6))])).toEqual([
      [true, 2],
      [true, 2.5],
      [true, 5],
    ]);
    // Columns in which two texts agree are left out.
    expect(pairs[2]!.difference).toEqual({ columns: Int32Array.of(1), weights: Float64Array.of(-2) });
    expect(pairs[0]!.difference.weights).toEqual(Float64Array.of(1, -1));
  });
});

describe('the logistic regression', () => {
  const pairs: Pair[] = [
    { difference: row(1, 0.5), won: true, weight: 2 },
    { difference: row(-0.5, 1), won: false, weight: 1 },
    { difference: row(0.3, -1), won: false, weight: 4 },
  ];

  it('ends at a gradient of 0', () => {
    const c = 0.7;
    const b = fitPairs(pairs, 2, { c, tolerance: 1e-9 });
    const gradient = [b[0]!, b[1]!];
    for (const { difference: d, won, weight } of pairs) {
      const sign = won ? 1 : -1;
      const margin = sign * (d.weights[0]! * b[0]! + d.weights[1]! * b[1]!);
      for (const i of [0, 1]) gradient[i]! -= (c * weight * sign * d.weights[i]!) / (1 + Math.exp(margin));
    }
    expect(Math.abs(gradient[0]!)).toBeLessThan(1e-7);
    expect(Math.abs(gradient[1]!)).toBeLessThan(1e-7);
    expect(b.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  it('knows nothing without pairs', () => {
    expect([...fitPairs([], 2, { c: 1 })]).toEqual([0, 0]);
  });
});
