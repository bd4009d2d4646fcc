import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequential } from '../../../src/domain/evidence/sequential.js';
import type { Evidence, PairRow } from '../../../src/domain/evidence/types.js';
import { hourlyRows, random, REFERENCE_SETTINGS as settings } from './simulate.js';

const OTHER = { A: 'B', B: 'A' } as const;

function follow(rows: PairRow[], hours: number[]): Evidence[] {
  let state = sequential.start(settings);
  return hours.map((at) => {
    const look = sequential.look(settings, state, rows.slice(0, Math.floor(at)), at);
    state = look.state;
    return look.evidence;
  });
}

const experiment = fc.record({
  seed: fc.integer(),
  impressions: fc.integer({ min: 20, max: 400 }),
  rateA: fc.double({ min: 0.005, max: 0.05, noNaN: true }),
  ratio: fc.double({ min: 0.5, max: 2, noNaN: true }),
});
const schedule = fc
  .array(fc.double({ min: 0.2, max: 40, noNaN: true }), { minLength: 1, maxLength: 14 })
  .map((gaps) => {
    let at = 10;
    return gaps.map((gap) => {
      at += gap;
      return at;
    });
  });

describe('a sequence of looks', () => {
  it('changes sign, winner and interval and nothing else when the ads change places', () => {
    fc.assert(
      fc.property(experiment, schedule, ({ seed, impressions, rateA, ratio }, hours) => {
        const rows = hourlyRows(random(seed), { hours: 600, impressions, rateA, rateB: rateA * ratio });
        const swapped = rows.map((row) => ({
          exposureA: row.exposureB,
          eventsA: row.eventsB,
          exposureB: row.exposureA,
          eventsB: row.eventsA,
        }));
        const others = follow(swapped, hours);
        for (const [k, one] of follow(rows, hours).entries()) {
          const other = others[k]!;
          expect(other.theta).toBeCloseTo(-one.theta, 9);
          expect(other.t).toBeCloseTo(-one.t, 7);
          expect(other.counts).toBe(one.counts);
          expect(other.winner).toBe(one.winner && OTHER[one.winner]);
          expect(other.p).toBeCloseTo(one.p, 7);
          if (one.interval) {
            expect(Math.log1p(other.interval![0])).toBeCloseTo(-Math.log1p(one.interval[1]), 6);
            expect(Math.log1p(other.interval![1])).toBeCloseTo(-Math.log1p(one.interval[0]), 6);
          }
        }
      }),
      { seed: 21, numRuns: 30 },
    );
  });

  it('holds its promises on any schedule', () => {
    fc.assert(
      fc.property(experiment, schedule, ({ seed, impressions, rateA, ratio }, hours) => {
        const rows = hourlyRows(random(seed), { hours: 600, impressions, rateA, rateB: rateA * ratio });
        let before = 1;
        for (const one of follow(rows, hours)) {
          expect(one.counts).toBe(one.missing.length === 0);
          expect(one.p).toBeLessThanOrEqual(before);
          expect(one.p).toBeGreaterThan(0);
          expect(one.confidence).toBe(1 - one.p);
          before = one.p;
          for (const value of [one.theta, one.se, one.df, one.t, one.information])
            expect(value).not.toBeNaN();
          if (one.bound !== null) {
            expect(one.tCritical).toBeGreaterThan(one.bound);
            expect(one.interval![0]).toBeLessThan(Math.expm1(one.theta));
            expect(one.interval![1]).toBeGreaterThan(Math.expm1(one.theta));
            // The interval leaves 0 out exactly where this look crosses.
            expect(one.interval![0] > 0 || one.interval![1] < 0).toBe(Math.abs(one.t) > one.tCritical!);
          }
          if (one.winner) expect(one.p).toBeLessThanOrEqual(0.05 + 1e-15);
        }
      }),
      { seed: 22, numRuns: 40 },
    );
  });

  it('has an answer for any counts', () => {
    const count = fc.oneof(fc.constant(0), fc.nat(30), fc.nat(10_000_000));
    const row = fc.record({ exposureA: count, eventsA: count, exposureB: count, eventsB: count });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.double({ min: 0, max: 800, noNaN: true }),
        (rows, hours) => {
          const loose = { ...settings, minimumHours: 0, minimumClicks: 0 };
          const first = sequential.look(loose, sequential.start(loose), rows, hours);
          const second = sequential.look(loose, first.state, [...rows, ...rows], hours + 5);
          for (const { evidence } of [first, second]) {
            for (const value of Object.values(evidence)) expect(value).not.toBeNaN();
            expect(Number.isFinite(evidence.t)).toBe(true);
            if (evidence.tCritical !== null) expect(Number.isFinite(evidence.tCritical)).toBe(true);
          }
        },
      ),
      { seed: 23, numRuns: 60 },
    );
  });
});
