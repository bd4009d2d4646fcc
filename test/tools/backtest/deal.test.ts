import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/sandbox/random.js';
import { deal } from '../../../src/tools/backtest/deal.js';

describe('dealing impressions', () => {
  it.each([
    [1000, 37],
    [1000, 963],
    [100, 0],
    [100, 100],
    [50, 20],
    [0, 0],
  ])('of %i with %i clicks loses none, and no look has more clicks than impressions', (n, clicks) => {
    const dealt = deal(new Random('seed'), n, clicks, 112);
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(dealt.impressions)).toBe(n);
    expect(sum(dealt.clicks)).toBe(clicks);
    expect(dealt.clicks.every((x, k) => x >= 0 && x <= dealt.impressions[k]!)).toBe(true);
    const sizes = new Set(dealt.impressions);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('gives each look hypergeometric clicks', () => {
    // 40 impressions, 10 of them clicked on, in 4 looks: X ~ H(40, 10, 10).
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    const repeats = 20_000;
    const counts = Array.from({ length: 4 }, () => new Array<number>(11).fill(0));
    const random = new Random('hypergeometric');
    for (let i = 0; i < repeats; i++) {
      deal(random, 40, 10, 4).clicks.forEach((x, look) => {
        counts[look]![x]! += 1;
      });
    }
    for (const [x, p] of [0, 1, 2, 3, 4, 5].map(
      (x) => [x, (choose(10, x) * choose(30, 10 - x)) / choose(40, 10)] as const,
    )) {
      const limit = 4.5 * Math.sqrt((p * (1 - p)) / repeats);
      for (const look of counts) expect(Math.abs(look[x]! / repeats - p)).toBeLessThan(limit);
    }
  });

  it('depends on the seed alone', () => {
    const clicks = (seed: string) => [...deal(new Random(seed), 3000, 60, 112).clicks];
    expect(clicks('1 t')).toEqual(clicks('1 t'));
    expect(clicks('1 t')).not.toEqual(clicks('2 t'));
  });
});
