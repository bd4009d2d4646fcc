import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { hourlyRows, random, relativeError } from './simulate.js';

const swapped = (rows: PairRow[]): PairRow[] =>
  rows.map((row) => ({
    impressionsA: row.impressionsB,
    clicksA: row.clicksB,
    impressionsB: row.impressionsA,
    clicksB: row.clicksA,
  }));

const impressions = fc.oneof(fc.constant(0), fc.nat(50), fc.nat(10_000_000));
const row: fc.Arbitrary<PairRow> = fc
  .record({ impressionsA: impressions, impressionsB: impressions, shareA: fc.nat(20), shareB: fc.nat(20) })
  .map(({ impressionsA, impressionsB, shareA, shareB }) => ({
    impressionsA,
    clicksA: Math.floor((impressionsA * shareA) / 100),
    impressionsB,
    clicksB: Math.floor((impressionsB * shareB) / 100),
  }));
const rowsOf = fc.array(row, { maxLength: 60 });

describe('the log rate ratio', () => {
  it('is the plain one where every hour splits alike', () => {
    const rows = [
      { impressionsA: 1000, clicksA: 20, impressionsB: 1000, clicksB: 26 },
      { impressionsA: 1000, clicksA: 25, impressionsB: 1000, clicksB: 29 },
      { impressionsA: 1000, clicksA: 15, impressionsB: 1000, clicksB: 23 },
    ];
    const got = rateRatio(rows);
    expect(got.theta).toBeCloseTo(Math.log(78 / 60), 14);
    expect(got.df).toBeCloseTo(2, 12);
    expect(got.information).toBeCloseTo((78 + 60) / 4, 12);
    // Residuals xB − 1.3·xA of 0, −3.5 and 3.5, leverage 1/3.
    expect(got.se).toBeCloseTo(Math.hypot(3.5, 3.5) / (1 - 1 / 3) / 78, 14);
    expect(got.t).toBe(got.theta / got.se);
  });

  it('ignores hours in which one ad did not deliver', () => {
    const rows = hourlyRows(random(1), { hours: 40, impressions: 300, rateA: 0.02, rateB: 0.025 });
    const silent = { impressionsA: 500, clicksA: 40, impressionsB: 0, clicksB: 0 };
    expect(rateRatio([...rows, silent, ...swapped([silent])])).toEqual(rateRatio(rows));
  });

  it('is blind to a drift common to both ads', () => {
    const rows = [0.5, 1, 3].flatMap((drift) => [
      { impressionsA: 2000, clicksA: 40 * drift, impressionsB: 600, clicksB: 15 * drift },
      { impressionsA: 700, clicksA: 14 * drift, impressionsB: 3000, clicksB: 75 * drift },
    ]);
    expect(rateRatio(rows).theta).toBeCloseTo(Math.log(1.25), 14);
  });

  it('has no error without variance, however the sums round', () => {
    const same = { impressionsA: 311, clicksA: 7, impressionsB: 293, clicksB: 9 };
    for (const count of [1, 2, 24, 100, 671]) {
      const got = rateRatio(new Array<PairRow>(count).fill(same));
      expect(got.theta).toBeCloseTo(Math.log(9 / 293 / (7 / 311)), 12);
      expect([got.se, got.t]).toEqual([0, 0]);
    }
  });

  it('changes sign and nothing else when the ads change places', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const one = rateRatio(rows);
        const other = rateRatio(swapped(rows));
        expect(other.theta).toBeCloseTo(-one.theta, 10);
        expect(relativeError(other.se, one.se)).toBeLessThan(1e-6);
        expect(other.df).toBeCloseTo(one.df, 9);
        expect(relativeError(other.information, one.information)).toBeLessThan(1e-10);
        expect([other.clicksA, other.impressionsB, other.rows]).toEqual([
          one.clicksB,
          one.impressionsA,
          one.rows,
        ]);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer(), (rows, seed) => {
        const uniform = random(seed);
        const shuffled = rows
          .map((value) => ({ value, key: uniform() }))
          .sort((x, y) => x.key - y.key)
          .map(({ value }) => value);
        const one = rateRatio(rows);
        const other = rateRatio(shuffled);
        expect(other.theta).toBeCloseTo(one.theta, 10);
        expect(relativeError(other.se, one.se)).toBeLessThan(1e-6);
        expect(relativeError(other.information, one.information)).toBeLessThan(1e-10);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('is a number for every count, none, one row and ten million impressions too', () => {
    const edges = [
      [],
      [{ impressionsA: 0, clicksA: 0, impressionsB: 0, clicksB: 0 }],
      [{ impressionsA: 1, clicksA: 1, impressionsB: 1, clicksB: 0 }],
      [{ impressionsA: 10_000_000, clicksA: 200_000, impressionsB: 10_000_000, clicksB: 210_000 }],
      [
        { impressionsA: 10_000_000, clicksA: 200_000, impressionsB: 10_000_000, clicksB: 210_000 },
        { impressionsA: 1, clicksA: 0, impressionsB: 1, clicksB: 1 },
      ],
    ];
    fc.assert(
      fc.property(rowsOf, (rows) => {
        for (const value of Object.values(rateRatio(rows))) expect(Number.isFinite(value)).toBe(true);
      }),
      { seed: 13, numRuns: 500, examples: edges.map((rows): [PairRow[]] => [rows]) },
    );
  });
});
