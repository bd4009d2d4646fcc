import { describe, expect, it } from 'vitest';
import { luckOf, type TestedPair } from '../../../src/domain/reporting/luck.js';

const TEST: TestedPair = {
  se: 0.03,
  hours: 672,
  alpha: 0.05,
  horizonHours: 672,
  checkEveryHours: 6,
  minimumHours: 24,
  minimumEvents: 25,
};

describe('the lift claimed by luck alone', () => {
  it('is 0 without a test or an estimate', () => {
    expect(luckOf([])).toEqual({ compound: 0, interval: [0, 0] });
    expect(luckOf([{ ...TEST, se: 0 }])).toEqual({ compound: 0, interval: [0, 0] });
  });

  it('uses the error at the stop: far more than the error at the end would give', () => {
    const atTheEnd = 0.025 * Math.expm1(2.8 * TEST.se);
    const { compound } = luckOf([TEST]);
    expect(compound).toBeGreaterThan(2 * atTheEnd);
    expect(compound).toBeLessThan(4 * atTheEnd);
  });

  it('is the same for a test that stopped early: its error is followed to the horizon', () => {
    const stopped = { ...TEST, hours: 168, se: 2 * TEST.se };
    expect(luckOf([stopped]).compound).toBeCloseTo(luckOf([TEST]).compound, 12);
  });

  it('compounds over the tests, exactly in the mean', () => {
    const once = luckOf([TEST]).compound;
    expect(luckOf(new Array<TestedPair>(40).fill(TEST)).compound).toBeCloseTo((1 + once) ** 40 - 1, 10);
  });

  it('spends all of a short test at its horizon, and none before the minimums', () => {
    const short = { ...TEST, horizonHours: 6, hours: 6 };
    // ln E[e^(SE·Z) | Z > 1.96] is about SE times the mean of Z beyond 1.96, 2.338.
    expect(luckOf([short]).compound).toBeCloseTo(0.025 * Math.expm1(2.338 * TEST.se), 4);
    expect(luckOf([{ ...TEST, minimumHours: 336 }]).compound).toBeLessThan(luckOf([TEST]).compound);
    expect(luckOf([{ ...TEST, minimumEvents: 500 }]).compound).toBeLessThan(luckOf([TEST]).compound);
  });

  it('has an interval around the mean; that of a few tests begins at nothing', () => {
    expect(luckOf([TEST, TEST, TEST]).interval[0]).toBe(0);
    expect(luckOf([TEST, TEST, TEST]).interval[1]).toBeGreaterThan(Math.expm1(2.8 * TEST.se));
    const { compound, interval } = luckOf(new Array<TestedPair>(400).fill(TEST));
    expect(interval[0]).toBeGreaterThan(0);
    expect(interval[0]).toBeLessThan(compound);
    expect(interval[1]).toBeGreaterThan(compound);
  });
});
