import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { hourlyRows, random, relativeError } from './simulate.js';

const swapped = (rows: PairRow[]): PairRow[] =>
  rows.map((row) => ({
    exposureA: row.exposureB,
    eventsA: row.eventsB,
    exposureB: row.exposureA,
    eventsB: row.eventsA,
  }));

const impressions = fc.oneof(fc.constant(0), fc.nat(50), fc.nat(10_000_000));
const row: fc.Arbitrary<PairRow> = fc
  .record({ exposureA: impressions, exposureB: impressions, shareA: fc.nat(20), shareB: fc.nat(20) })
  .map(({ exposureA, exposureB, shareA, shareB }) => ({
    exposureA,
    eventsA: Math.floor((exposureA * shareA) / 100),
    exposureB,
    eventsB: Math.floor((exposureB * shareB) / 100),
  }));
const rowsOf = fc.array(row, { maxLength: 60 });

describe('the log rate ratio', () => {
  it('is the plain one if every hour has the same split', () => {
    const rows = [
      { exposureA: 1000, eventsA: 20, exposureB: 1000, eventsB: 26 },
      { exposureA: 1000, eventsA: 25, exposureB: 1000, eventsB: 29 },
      { exposureA: 1000, eventsA: 15, exposureB: 1000, eventsB: 23 },
    ];
    const got = rateRatio(rows);
    expect(got.theta).toBeCloseTo(Math.log(78 / 60), 14);
    expect(got.df).toBeCloseTo(2, 12);
    expect(got.information).toBeCloseTo((78 + 60) / 4, 12);
    // Residuals xB − 1.3·xA of 0, −3.5 and 3.5, leverage 1/3.
    expect(got.se).toBeCloseTo(Math.hypot(3.5, 3.5) / (1 - 1 / 3) / 78, 14);
    expect(got.t).toBe(got.theta / got.se);
  });

  it('takes its information from the exposure if the numerator is not a count', () => {
    const rows = [
      { exposureA: 100, eventsA: 20.5, exposureB: 300, eventsB: 90.25 },
      { exposureA: 200, eventsA: 44, exposureB: 200, eventsB: 31 },
    ];
    const got = rateRatio(rows, { information: 'exposure' });
    expect(got.information).toBeCloseTo(75 + 100, 12);
    expect({ ...got, information: 0 }).toEqual({ ...rateRatio(rows), information: 0 });
  });

  it('has few degrees of freedom if one of many amounts outweighs the others', () => {
    const rows = hourlyRows(random(1), { hours: 40, impressions: 300, rateA: 0.02, rateB: 0.02 });
    const amounts = rows.map((row, hour) => ({
      ...row,
      eventsB: row.eventsB * (hour === 7 ? 9_000 : 10),
      eventsA: row.eventsA * 10,
      countA: row.eventsA,
      countB: row.eventsB,
    }));
    const got = rateRatio(amounts);
    expect([got.countA, got.countB]).toEqual([rateRatio(rows).eventsA, rateRatio(rows).eventsB]);
    expect(got.df).toBeGreaterThan(1.9);
    expect(got.df).toBeLessThan(3);
    const asCounts = amounts.map(({ countA: _, countB: __, ...row }) => row);
    expect(rateRatio(asCounts).df).toBe(rateRatio(rows).df);
    expect({ ...got, df: 0, countA: 0, countB: 0 }).toEqual({
      ...rateRatio(asCounts),
      df: 0,
      countA: 0,
      countB: 0,
    });
  });

  it('ignores hours in which one ad did not deliver', () => {
    const rows = hourlyRows(random(1), { hours: 40, impressions: 300, rateA: 0.02, rateB: 0.025 });
    const silent = { exposureA: 500, eventsA: 40, exposureB: 0, eventsB: 0 };
    expect(rateRatio([...rows, silent, ...swapped([silent])])).toEqual(rateRatio(rows));
  });

  it('ignores a drift common to both ads', () => {
    const rows = [0.5, 1, 3].flatMap((drift) => [
      { exposureA: 2000, eventsA: 40 * drift, exposureB: 600, eventsB: 15 * drift },
      { exposureA: 700, eventsA: 14 * drift, exposureB: 3000, eventsB: 75 * drift },
    ]);
    expect(rateRatio(rows).theta).toBeCloseTo(Math.log(1.25), 14);
  });

  it('has no error without variance, whatever the rounding of the sums', () => {
    const same = { exposureA: 311, eventsA: 7, exposureB: 293, eventsB: 9 };
    for (const count of [1, 2, 24, 100, 671]) {
      const got = rateRatio(new Array<PairRow>(count).fill(same));
      expect(got.theta).toBeCloseTo(Math.log(9 / 293 / (7 / 311)), 12);
      expect([got.se, got.t]).toEqual([0, 0]);
    }
  });

  it('only changes its sign if the ads are swapped', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const one = rateRatio(rows);
        const other = rateRatio(swapped(rows));
        expect(other.theta).toBeCloseTo(-one.theta, 10);
        expect(relativeError(other.se, one.se)).toBeLessThan(1e-6);
        expect(other.df).toBeCloseTo(one.df, 9);
        expect(relativeError(other.information, one.information)).toBeLessThan(1e-10);
        expect([other.eventsA, other.exposureB, other.rows]).toEqual([one.eventsB, one.exposureA, one.rows]);
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

  it('is a number for all counts, including no rows, one row and ten million impressions', () => {
    const edges = [
      [],
      [{ exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0 }],
      [{ exposureA: 1, eventsA: 1, exposureB: 1, eventsB: 0 }],
      [{ exposureA: 10_000_000, eventsA: 200_000, exposureB: 10_000_000, eventsB: 210_000 }],
      [
        { exposureA: 10_000_000, eventsA: 200_000, exposureB: 10_000_000, eventsB: 210_000 },
        { exposureA: 1, eventsA: 0, exposureB: 1, eventsB: 1 },
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
