import { describe, expect, it } from 'vitest';
import { successRate } from '../../../src/domain/patterns/success-rate.js';

describe('a success rate', () => {
  it('without a use is nearly unknown', () => {
    // Beta(1, 1) is uniform.
    expect(successRate({ uses: 0, wins: 0 })).toEqual({
      mean: 0.5,
      interval: [expect.closeTo(0.05, 10), expect.closeTo(0.95, 10)],
    });
  });

  it('after wins alone has the quantiles of a power', () => {
    // Beta(5, 1) has the distribution function x⁵.
    const { mean, interval } = successRate({ uses: 4, wins: 4 });
    expect(mean).toBeCloseTo(5 / 6, 12);
    expect(interval[0]).toBeCloseTo(0.05 ** 0.2, 10);
    expect(interval[1]).toBeCloseTo(0.95 ** 0.2, 10);
  });

  it('narrows with the uses', () => {
    const width = (uses: number) => {
      const [low, high] = successRate({ uses, wins: uses / 2 }).interval;
      return high - low;
    };
    // A normal approximation: 2 · 1.645 · √(¼/403).
    expect(width(400)).toBeCloseTo(2 * 1.645 * Math.sqrt(0.25 / 403), 3);
    expect(width(10)).toBeGreaterThan(width(100));
  });

  it.each([
    [{ uses: -1, wins: 0 }, 'uses must be at least 0, got -1'],
    [{ uses: 1.5, wins: 0 }, 'uses must be at least 0, got 1.5'],
    [{ uses: 2, wins: 3 }, 'wins must lie between 0 and the 2 uses, got 3'],
    [{ uses: 2, wins: -1 }, 'wins must lie between 0 and the 2 uses, got -1'],
  ])('of %j is refused', (uses, fault) => {
    expect(() => successRate(uses)).toThrow(fault);
  });
});
