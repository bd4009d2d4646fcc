import { describe, expect, it } from 'vitest';
import { Random } from '../../src/sandbox/random.js';

const DRAWS = 20_000;

function moments(draw: (random: Random) => number, key: string): { mean: number; variance: number } {
  const random = new Random(key);
  const values = Array.from({ length: DRAWS }, () => draw(random));
  const mean = values.reduce((a, b) => a + b, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (DRAWS - 1);
  return { mean, variance };
}

/** Within 4 standard errors of the mean and 8 % of the variance. */
function expectMoments(draw: (random: Random) => number, key: string, mean: number, variance: number): void {
  const seen = moments(draw, key);
  expect(Math.abs(seen.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
  expect(seen.variance / variance).toBeGreaterThan(0.92);
  expect(seen.variance / variance).toBeLessThan(1.08);
}

describe('Random', () => {
  it('gives the same stream for the same key and another stream for another key', () => {
    const stream = (key: string) => {
      const random = new Random(key);
      return Array.from({ length: 20 }, () => random.uniform());
    };
    expect(stream('1/ad/7')).toEqual(stream('1/ad/7'));
    expect(stream('1/ad/7')).not.toEqual(stream('1/ad/8'));
    const firsts = Array.from({ length: DRAWS }, (_, i) => new Random(`1/ad/${i}`).uniform());
    const mean = firsts.reduce((a, b) => a + b, 0) / DRAWS;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * DRAWS));
    // Neighbouring keys must be practically independent.
    const lagged = firsts.slice(1).reduce((sum, u, i) => sum + (u - 0.5) * (firsts[i]! - 0.5), 0);
    expect(Math.abs((lagged * 12) / DRAWS)).toBeLessThan(4 / Math.sqrt(DRAWS));
  });

  it('is uniform and normal', () => {
    expectMoments((random) => random.uniform(), 'u', 0.5, 1 / 12);
    expectMoments((random) => random.normal(), 'n', 0, 1);
  });

  it.each([0.3, 4, 9.9, 10.1, 60, 2_500])('draws Poisson(%d)', (mean) => {
    expectMoments((random) => random.poisson(mean), `poisson/${mean}`, mean, mean);
  });

  it.each([
    [3, 0.5],
    [200, 0.02],
    [500, 0.0199],
    [500, 0.0201],
    [5_000, 0.04],
    [1_000_000, 0.015],
    [300, 0.93],
  ])('draws Binomial(%d, %d)', (n, p) => {
    expectMoments((random) => random.binomial(n, p), `binomial/${n}/${p}`, n * p, n * p * (1 - p));
  });

  it('draws binomials from the whole distribution, on both sides of the change of method', () => {
    for (const p of [0.32, 0.36]) {
      const n = 30;
      const random = new Random(`pmf/${p}`);
      const seen = new Array<number>(n + 1).fill(0);
      for (let i = 0; i < DRAWS; i++) seen[random.binomial(n, p)]!++;
      let mass = (1 - p) ** n;
      let chi2 = 0;
      let cells = 0;
      for (let k = 0; k <= n; k++) {
        const expected = DRAWS * mass;
        if (expected > 10) {
          chi2 += (seen[k]! - expected) ** 2 / expected;
          cells++;
        }
        mass *= ((n - k) / (k + 1)) * (p / (1 - p));
      }
      expect(cells).toBeGreaterThan(12);
      expect(chi2).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
    }
  });

  it('draws gamma factors with mean 1 and the given coefficient of variation', () => {
    expectMoments((random) => random.factor(0.2), 'factor', 1, 0.04);
    expectMoments((random) => random.gamma(0.5, 2), 'gamma', 1, 2);
  });

  it('handles edge cases', () => {
    const random = new Random('edges');
    expect([
      random.poisson(0),
      random.binomial(0, 0.5),
      random.binomial(9, 0),
      random.binomial(9, 1),
    ]).toEqual([0, 0, 0, 9]);
  });
});
