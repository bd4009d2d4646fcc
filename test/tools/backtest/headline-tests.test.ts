import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/sandbox/random.js';
import { CsvTable } from '../../../src/tools/backtest/csv.js';
import { deal, headlinePairs, readHeadlineTests } from '../../../src/tools/backtest/headline-tests.js';

const HEADER = 'test_id,week,package,headline,excerpt,eyecatcher_id,impressions,clicks';
const tableOf = (...rows: string[]) => new CsvTable([HEADER, ...rows].join('\n'), ',');

describe('headline tests', () => {
  it('are compared in pairs that share the image and differ in the headline', () => {
    const { tests } = readHeadlineTests(
      tableOf(
        't1,201301,1,One,e,image-1,1000,10',
        't2,201301,1,One,e,image-1,1000,10',
        't1,201301,2,Two,e,image-1,1000,10',
        't1,201301,3,Two,e,image-1,1000,10',
        't1,201301,4,Four,e,image-2,1000,10',
        't1,201301,5,Five,e,,1000,10',
        't1,201301,6,Six,e,,1000,10',
      ),
      false,
    );
    expect(tests.map(({ id, packages }) => [id, packages.length])).toEqual([
      ['t1', 6],
      ['t2', 1],
    ]);
    expect(tests.map(headlinePairs)).toEqual([
      [
        [0, 1],
        [0, 2],
      ],
      [],
    ]);
  });

  it('of the faulty weeks are left out with all their packages, unless asked for', () => {
    const table = tableOf(
      'before,201325,1,a,e,i,10,1',
      'first,201326,1,a,e,i,10,1',
      'last,201402,1,a,e,i,10,1',
      'last,201403,2,b,e,i,10,1',
      'after,201403,1,a,e,i,10,1',
    );
    const without = readHeadlineTests(table, false);
    expect(without.tests.map(({ id }) => id)).toEqual(['before', 'after']);
    expect(without.leftOut).toBe(2);
    const all = readHeadlineTests(table, true);
    expect(all.tests).toHaveLength(4);
    expect(all.leftOut).toBe(0);
  });

  it.each([
    ['t,201301,1,a,e,i,10,11', 'line 2, column "clicks" (8): 11 clicks on 10 impressions'],
    ['t,soon,1,a,e,i,10,1', 'line 2, column "week" (2): expected a whole number, got "soon"'],
    [',201301,1,a,e,i,10,1', 'line 2, column "test_id" (1): expected the id of a test, got nothing'],
  ])('refuses %s', (row, fault) => {
    expect(() => readHeadlineTests(tableOf(row), false)).toThrow(fault);
  });
});

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
