import { describe, expect, it } from 'vitest';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import { sequential2 as sequential } from '../../../src/domain/evidence/sequential.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { hourlyRows, type Random, REFERENCE_SETTINGS, random } from './simulate.js';

const strict = { ...REFERENCE_SETTINGS, strict: true };
const DAY = 24;

/** Equal ads whose rate ratio changes by about `noise` from day to day, `turn` hours after the hour of the start. */
function wandering(uniform: Random, noise: number, days = 28, turn = 0): PairRow[] {
  const rows: PairRow[] = [];
  while (rows.length < days * DAY) {
    const ratio = Math.exp(noise * Math.sqrt(12) * (uniform() - 0.5));
    const hours = rows.length === 0 && turn > 0 ? turn : Math.min(DAY, days * DAY - rows.length);
    rows.push(...hourlyRows(uniform, { hours, impressions: 400, rateA: 0.03, rateB: 0.03 * ratio }));
  }
  return rows.map((row, hour) => ({ ...row, day: hour / DAY }));
}

describe('days as clusters', () => {
  it('do not change the estimate and its information', () => {
    const rows = wandering(random(1), 0.05);
    const hourly = rateRatio(rows);
    const daily = rateRatio(rows, { clusterByDay: true });
    expect([daily.theta, daily.information, daily.rows]).toEqual([hourly.theta, hourly.information, 672]);
    expect([hourly.clusters, daily.clusters]).toEqual([672, 28]);
    expect(daily.df).toBeGreaterThan(25);
    expect(daily.df).toBeLessThanOrEqual(27);
  });

  it('give the same as daily rows if all hours have the same split', () => {
    const hours = Array.from({ length: 96 }, (_, hour) => ({
      exposureA: 1000,
      eventsA: 20 + ((hour * 7) % 5),
      exposureB: 1000,
      eventsB: 21 + ((hour * 11) % 7),
      day: Math.floor(hour / DAY),
    }));
    const days = [0, 1, 2, 3].map((day) => {
      const own = hours.filter((row) => row.day === day);
      const sum = (pick: (row: PairRow) => number) => own.reduce((total, row) => total + pick(row), 0);
      return {
        exposureA: sum((row) => row.exposureA),
        eventsA: sum((row) => row.eventsA),
        exposureB: sum((row) => row.exposureB),
        eventsB: sum((row) => row.eventsB),
      };
    });
    const clustered = rateRatio(hours, { clusterByDay: true });
    const whole = rateRatio(days);
    for (const figure of ['theta', 'se', 'df', 't', 'information'] as const) {
      expect(clustered[figure]).toBeCloseTo(whole[figure], 10);
    }
  });

  it('widen the error if there is noise between days, and only then', () => {
    const ratios = (noise: number) =>
      Array.from({ length: 30 }, (_, seed) => {
        const rows = wandering(random(100 + seed), noise);
        return rateRatio(rows, { clusterByDay: true }).se / rateRatio(rows).se;
      }).reduce((sum, value) => sum + value / 30, 0);
    expect(ratios(0)).toBeGreaterThan(0.9);
    expect(ratios(0)).toBeLessThan(1.1);
    expect(ratios(0.15)).toBeGreaterThan(1.5);
  });

  it.each([3, 6, 12, 18, 21])('see noise that changes %i h after the clusters from the start do', (turn) => {
    const [RUNS, NOISE, DAYS] = [60, 0.15, 28];
    let squares = 0;
    let estimated = 0;
    let ofTheStart = 0;
    for (let seed = 0; seed < RUNS; seed++) {
      const rows = wandering(random(500 + seed), NOISE, DAYS, turn);
      const { theta, se } = rateRatio(rows, { clusterByDay: true });
      const whole = rows.map((row) => ({ ...row, day: Math.floor(row.day!) }));
      squares += theta ** 2 / RUNS;
      estimated += se ** 2 / RUNS;
      ofTheStart += rateRatio(whole, { clusterByDay: true }).se ** 2 / RUNS;
    }
    // The variance of the noise, and of counting 12 clicks per hour and ad; 60 values estimate a variance to 18 %.
    const known = (NOISE ** 2 + 2 / (12 * DAY)) / DAYS;
    expect(Math.abs(squares / known - 1)).toBeLessThan(0.6);
    // Six hours from either cut, five eighths of the noise are seen; with one cut, half a day away, only one half.
    expect(estimated).toBeGreaterThan(0.7 * known);
    if (turn === 12) {
      expect(estimated).toBeGreaterThan(0.9 * known);
      expect(ofTheStart).toBeLessThan(0.7 * known);
    }
  });

  it('refuse a row without its day', () => {
    const row = { exposureA: 10, eventsA: 1, exposureB: 10, eventsB: 1 };
    expect(() => rateRatio([row], { clusterByDay: true })).toThrow(RangeError);
    expect(rateRatio([row]).rows).toBe(1);
  });
});

describe('the strict form of the default rule', () => {
  it('does not count a look at fewer than three days', () => {
    const rows = wandering(random(2), 0);
    const at = (hours: number) =>
      sequential.look(strict, sequential.start(strict), rows.slice(0, hours), hours).evidence;
    expect(at(48).missing).toContainEqual({ code: 'minimum_days', value: 2, limit: 3 });
    expect(at(54).counts).toBe(true);
    expect(at(54).df).toBeLessThan(2);
    expect(
      sequential.look(REFERENCE_SETTINGS, sequential.start(strict), rows.slice(0, 48), 48).evidence.counts,
    ).toBe(true);
  });

  it('gives fewer false winners than the hourly form if there is noise between days', () => {
    const RUNS = 40;
    const LOOKS = Array.from({ length: 28 }, (_, k) => DAY * (k + 1));
    const calls = (settings: typeof strict, noise: number) => {
      let called = 0;
      for (let run = 0; run < RUNS; run++) {
        const rows = wandering(random(300 + run), noise);
        let state = sequential.start(settings);
        for (const hours of LOOKS) {
          const look = sequential.look(settings, state, rows.slice(0, hours), hours);
          state = look.state;
          if (look.evidence.winner) {
            called++;
            break;
          }
        }
      }
      return called;
    };
    const hourly = calls({ ...strict, strict: false }, 0.15);
    const daily = calls(strict, 0.15);
    expect(hourly).toBeGreaterThan(10);
    // 5 % of 40 is 2; three standard errors above it are 6.
    expect(daily).toBeLessThanOrEqual(6);
  }, 120_000);
});
