import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toExperimentTime, toRealTime } from '../../src/domain/time-base.js';

const EPOCH = Date.UTC(2026, 8, 1);

describe('experiment time', () => {
  it('is real time at scale 1', () => {
    expect(toExperimentTime({ epochMs: 0, scale: 1 }, EPOCH + 17)).toBe(EPOCH + 17);
    expect(toRealTime({ epochMs: EPOCH, scale: 1 }, EPOCH + 17)).toBe(EPOCH + 17);
  });

  it('makes two seconds of an hour at scale 1800, from the epoch on', () => {
    const base = { epochMs: EPOCH, scale: 1800 };
    expect(toExperimentTime(base, EPOCH)).toBe(EPOCH);
    expect(toExperimentTime(base, EPOCH + 2_000)).toBe(EPOCH + 3_600_000);
    expect(toRealTime(base, EPOCH + 3_600_000)).toBe(EPOCH + 2_000);
  });

  it('is reached at the first real millisecond that shows it, and not before', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 7200, noNaN: true }),
        fc.integer({ min: 0, max: 400 * 86_400_000 }),
        (scale, ahead) => {
          const base = { epochMs: EPOCH, scale };
          const wanted = EPOCH + ahead;
          const real = toRealTime(base, wanted);
          expect(Number.isSafeInteger(real)).toBe(true);
          // Rounding a product of twelve digits may lose one millisecond of experiment time, never more.
          expect(toExperimentTime(base, real)).toBeGreaterThanOrEqual(wanted - 1);
          expect(toExperimentTime(base, real - 1)).toBeLessThan(wanted);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });
});
