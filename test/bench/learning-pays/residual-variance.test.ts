import { describe, expect, it } from 'vitest';
import { residualVariance } from '../../../bench/learning-pays/residual-variance.js';
import { Random } from '../../../src/sandbox/random.js';
import { measured } from '../../domain/preference/support/rows.js';

describe('the residual variance', () => {
  const none = (rows: readonly unknown[]) => new Float64Array(rows.length);

  it('is that of the difference of two texts, averaged with 20 degrees of what is assumed', () => {
    // A difference of 1 has variance 2τ² + 0.01 + 0.02, whatever the weights.
    const rows = [
      measured({ testId: 'a', logRate: 1, variance: 0.01 }),
      measured({ testId: 'a', logRate: 2, variance: 0.02 }),
    ];
    expect(residualVariance(rows, none(rows))).toBeCloseTo((20 * 0.068 + (1 - 0.03) / 2) / 21, 12);
  });

  it('weighs texts by 1/(variance + 0.068): three by hand', () => {
    // Variances 0.032, 0.032 and 0.182: weights 10, 10 and 4, of log rates 1, 1 and 2.2. Mean 1.2, Q = 0.4 + 0.4 + 4.
    const rows = [
      measured({ testId: 'a', logRate: 1, variance: 0.032 }),
      measured({ testId: 'a', logRate: 1, variance: 0.032 }),
      measured({ testId: 'a', logRate: 2.2, variance: 0.182 }),
    ];
    const noise = 0.32 + 0.32 + 0.728 - (3.2 + 3.2 + 2.912) / 24;
    const own = (4.8 - noise) / (24 - 216 / 24);
    expect(residualVariance(rows, none(rows))).toBeCloseTo((20 * 0.068 + 2 * own) / 22, 12);
  });

  it('is unbiased if tests differ in length', () => {
    const random = new Random('residual');
    const rows = Array.from({ length: 3_000 }, (_, i) => {
      const variance = i % 6 < 3 ? 0.01 : 0.3;
      const logRate = Math.sqrt(0.05 + variance) * random.normal();
      return measured({ testId: `${Math.floor(i / 3)}`, logRate, variance });
    });
    expect(Math.abs(residualVariance(rows, none(rows)) - 0.05)).toBeLessThan(0.006);
  });

  it('is what the prediction leaves', () => {
    const rows = [
      measured({ testId: 'a', logRate: 1 }),
      measured({ testId: 'a', logRate: 2 }),
      measured({ testId: 'a', logRate: 4 }),
    ];
    expect(residualVariance(rows, Float64Array.of(11, 12, 14))).toBeCloseTo((20 * 0.068) / 22, 12);
    expect(residualVariance(rows, none(rows))).toBeGreaterThan(0.068);
  });

  it('is what is assumed if no group has two texts', () => {
    expect(residualVariance([], none([]))).toBe(0.068);
    const alone = [measured({ testId: 'a' }), measured({ testId: 'b', logRate: 5 })];
    expect(residualVariance(alone, none(alone))).toBe(0.068);
  });
});
