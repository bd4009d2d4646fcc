import { describe, expect, it } from 'vitest';
import { lowerBound, upperBound } from '../../bench/decisions/binomial-bound.js';

describe('Clopper–Pearson bounds', () => {
  it('have their closed form at the ends', () => {
    expect(upperBound(0, 100)).toBeCloseTo(1 - 0.05 ** (1 / 100), 9);
    expect(lowerBound(100, 100)).toBeCloseTo(0.05 ** (1 / 100), 9);
    expect(upperBound(100, 100)).toBe(1);
    expect(lowerBound(0, 100)).toBe(0);
  });

  // qbeta(0.95, x + 1, n − x) and qbeta(0.05, x, n − x + 1).
  it.each([
    [1, 10, 0.3941633, 0.0051162],
    [5, 10, 0.7775589, 0.2224411],
  ])('are those of R for %i of %i', (count, n, upper, lower) => {
    expect(upperBound(count, n)).toBeCloseTo(upper, 6);
    expect(lowerBound(count, n)).toBeCloseTo(lower, 6);
  });

  it('lie on both sides of the rate, and closer with more runs', () => {
    expect(upperBound(92, 2000)).toBeGreaterThan(0.046);
    expect(lowerBound(92, 2000)).toBeLessThan(0.046);
    expect(upperBound(920, 20_000)).toBeLessThan(upperBound(92, 2000));
    expect(upperBound(16_800, 20_000) - 0.84).toBeCloseTo(1.645 * Math.sqrt((0.84 * 0.16) / 20_000), 3);
  });
});
