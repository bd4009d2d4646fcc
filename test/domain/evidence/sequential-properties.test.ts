import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequential } from '../../../src/domain/evidence/sequential.js';
import type { Evidence, PairRow } from '../../../src/domain/evidence/types.js';
import { hourlyRows, random, REFERENCE_SETTINGS as settings } from './simulate.js';

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
  it('crosses exactly if its interval excludes 0, and its p never rises', () => {
    fc.assert(
      fc.property(experiment, schedule, ({ seed, impressions, rateA, ratio }, hours) => {
        const rows = hourlyRows(random(seed), { hours: 600, impressions, rateA, rateB: rateA * ratio });
        let before = 1;
        for (const one of follow(rows, hours)) {
          expect(one.p).toBeLessThanOrEqual(before);
          before = one.p;
          if (one.bound !== null) {
            expect(one.tCritical).toBeGreaterThan(one.bound);
            expect(one.interval![0]).toBeLessThan(Math.expm1(one.theta));
            expect(one.interval![1]).toBeGreaterThan(Math.expm1(one.theta));
            // The interval excludes 0 exactly if this look crosses.
            expect(one.interval![0] > 0 || one.interval![1] < 0).toBe(Math.abs(one.t) > one.tCritical!);
          }
          if (one.winner) expect(one.p).toBeLessThanOrEqual(0.05 + 1e-15);
        }
      }),
      { seed: 22, numRuns: 40 },
    );
  });
});
