import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Grid, nextCheckAt } from '../../../src/domain/decision/check-grid.js';
import { HOUR_MS } from '../../../src/domain/time.js';

const START = Date.UTC(2026, 8, 1, 9, 30);

function grid(changes: Partial<Grid> = {}): Grid {
  return { experimentId: 'exp_1', startedAt: START, checkEveryHours: 6, horizonHours: 28 * 24, ...changes };
}

/** All checks of an experiment whose worker is never late. */
function checks(of: Grid): number[] {
  const horizon = of.startedAt + of.horizonHours * HOUR_MS;
  const instants: number[] = [];
  let last: number | null = null;
  while (last === null || last < horizon) {
    last = nextCheckAt(of, last, last ?? of.startedAt);
    instants.push(last);
    if (instants.length > 5_000) throw new Error('the grid does not end');
  }
  return instants;
}

describe('the grid of checks', () => {
  it('has its checks 6 h apart, the first within 6 h, the last at the horizon', () => {
    const instants = checks(grid());
    expect(instants[0]! - START).toBeGreaterThanOrEqual(0);
    expect(instants[0]! - START).toBeLessThanOrEqual(6 * HOUR_MS);
    const gaps = instants.slice(1).map((instant, index) => instant - instants[index]!);
    expect(new Set(gaps.slice(0, -1))).toEqual(new Set([6 * HOUR_MS]));
    expect(gaps.at(-1)).toBeLessThanOrEqual(6 * HOUR_MS);
    expect(instants.at(-1)).toBe(START + 28 * 24 * HOUR_MS);
    expect(instants.length).toBeGreaterThanOrEqual(112);
    expect(instants.length).toBeLessThanOrEqual(113);
  });

  it('is spread evenly over the interval by the id', () => {
    const quarters = [0, 0, 0, 0];
    for (let index = 0; index < 400; index++) {
      const first = nextCheckAt(grid({ experimentId: `exp_${index}` }), null, START) - START;
      quarters[Math.min(3, Math.floor(first / (1.5 * HOUR_MS)))]! += 1;
    }
    for (const count of quarters) expect(count).toBeGreaterThan(60);
  });

  it('collapses missed checks into the latest of them', () => {
    const [first] = checks(grid());
    const now = first! + 50 * HOUR_MS;
    const next = nextCheckAt(grid(), first!, now);
    expect(next).toBe(first! + 48 * HOUR_MS);
    expect(nextCheckAt(grid(), next, now)).toBe(first! + 54 * HOUR_MS);
  });

  it('gives a test that is handed over late one look over all its time, then the ordinary ones', () => {
    const handover = START + 200.3 * HOUR_MS;
    const first = nextCheckAt(grid(), null, handover);
    expect(first).toBeLessThanOrEqual(handover);
    expect(handover - first).toBeLessThan(6 * HOUR_MS);
    expect(nextCheckAt(grid(), first, handover)).toBe(first + 6 * HOUR_MS);
    expect(first + 6 * HOUR_MS).toBeGreaterThan(handover);
  });

  it('leaves only the check at the horizon when that was missed', () => {
    const [first] = checks(grid());
    const horizon = START + 28 * 24 * HOUR_MS;
    expect(nextCheckAt(grid(), first!, horizon + 100 * HOUR_MS)).toBe(horizon);
  });

  it('is not moved by a requested check between two of its own', () => {
    const [first, second] = checks(grid());
    expect(nextCheckAt(grid(), first! + HOUR_MS, first! + HOUR_MS)).toBe(second);
  });

  it('gives the next check after one that falls exactly on the grid', () => {
    const [, second, third] = checks(grid());
    expect(nextCheckAt(grid(), second!, second!)).toBe(third);
  });

  it('is on whole milliseconds, whatever the policy says', () => {
    const odd = grid({ checkEveryHours: 1.1, horizonHours: 48.123456789 });
    const instants = checks(odd);
    expect(instants.every(Number.isSafeInteger)).toBe(true);
    // With a horizon rounded down, checks would never end: the look there would not have reached the real one.
    expect((instants.at(-1)! - START) / HOUR_MS).toBeGreaterThanOrEqual(48.123456789);
  });

  it('gives an instant after the last check and never after the horizon', () => {
    fc.assert(
      fc.property(
        fc.record({
          experimentId: fc.string({ minLength: 1, maxLength: 20 }),
          checkEveryHours: fc.constantFrom(1, 1.1, 2.5, 6, 24, 168),
          horizonHours: fc.constantFrom(48, 100.3, 672, 2160),
        }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 400 * HOUR_MS }),
        (changes, share, late) => {
          const of = grid(changes);
          const horizon = Math.ceil(START + of.horizonHours * HOUR_MS);
          const last = Math.floor(START + share * (horizon - START));
          const next = nextCheckAt(of, last, last + late);
          expect(next).toBeLessThanOrEqual(horizon);
          if (last < horizon) expect(next).toBeGreaterThan(last);
          else expect(next).toBe(horizon);
          // Of the past checks only the latest counts: there is none between it and now.
          if (next < horizon) expect(next + of.checkEveryHours * HOUR_MS + 1).toBeGreaterThan(last + late);
        },
      ),
      { seed: 6, numRuns: 1000 },
    );
  });
});
