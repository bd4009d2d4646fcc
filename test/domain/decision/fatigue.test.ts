import { describe, expect, it } from 'vitest';
import { fadingFindings } from '../../../src/domain/decision/fading-findings.js';
import { hasFaded, liftByAge, seenFromA } from '../../../src/domain/decision/fatigue.js';
import { NO_HISTORY } from '../../../src/domain/evidence/drift.js';
import type { Evidence, PairRow } from '../../../src/domain/evidence/types.js';
import { METRICS } from '../../../src/domain/metric.js';
import { Random } from '../../../src/sandbox/random.js';

/** Hours of two ads; `lift` gives B's lift by the day. */
function ageing(seed: string, lift: (day: number) => number, days = 28): PairRow[] {
  const random = new Random(`fatigue ${seed}`);
  return Array.from({ length: 24 * days }, (_, hour) => ({
    exposureA: 2000,
    eventsA: random.poisson(40),
    exposureB: 2000,
    eventsB: random.poisson(40 * (1 + lift(hour / 24))),
    day: hour / 24,
  }));
}

const ages = (rows: readonly PairRow[]) => liftByAge(rows, {}, NO_HISTORY);
const fading = ageing('fades', (day) => 0.4 * (1 - day / 28));

describe('the lift by age', () => {
  it('has one estimate per week, the last one from its third day on', () => {
    const { weeks, trend } = ages(fading);
    expect(weeks.map(({ week }) => week)).toEqual([1, 2, 3, 4]);
    for (const [i, { theta, se }] of weeks.entries()) {
      const middle = Math.log1p(0.4 * (1 - (7 * i + 3.5) / 28));
      expect(Math.abs(theta - middle)).toBeLessThan(4 * se);
      expect(se).toBeGreaterThan(0);
    }
    expect(trend!.perWeek).toBeLessThan(-0.04);
    expect(trend!.p).toBeLessThan(0.01);
    const weeksBy = (days: number) => ages(fading.slice(0, 24 * days)).weeks.length;
    expect([2, 6, 9, 11].map(weeksBy)).toEqual([0, 1, 1, 2]);
    expect(ages(fading.slice(0, 24 * 9)).trend).toBeNull();
    expect(ages([]).weeks).toEqual([]);
  });

  it('has no trend if the lift is steady', () => {
    let called = 0;
    for (let test = 0; test < 40; test++) {
      const found = ages(ageing(`steady ${test}`, () => 0.2));
      if (found.trend!.p < 0.05) called++;
      expect(hasFaded(found)).toBe(false);
    }
    // 5 % of 40 is 2; three standard errors above it are 6.
    expect(called).toBeLessThanOrEqual(6);
  });

  it('says that a lead has faded only of the ad that led', () => {
    expect(hasFaded(ages(fading))).toBe(true);
    expect(hasFaded(seenFromA(ages(fading)))).toBe(false);
    const growing = ages(ageing('grows', (day) => 0.4 * (day / 28)));
    expect(hasFaded(growing)).toBe(false);
    const behind = ages(ageing('behind', (day) => -0.3 * (1 - day / 28)));
    expect(hasFaded(behind)).toBe(false);
    expect(hasFaded(seenFromA(behind))).toBe(true);
  });
});

describe('a faded lead', () => {
  const pair = {
    variantA: 'control',
    variantB: 'c1',
    evidence: {} as Evidence,
    calledWinner: null,
    welch: null,
    byAge: ages(fading),
  };

  it('is reported for the leader, with the first and the last week', () => {
    const [finding, ...others] = fadingFindings(METRICS.click_through_rate, [pair], 'c1');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'fading', level: 'warn' });
    expect(finding!.message).toMatch(
      /^the lead of c1 over control fades: click rate \+\d+\.\d % in week 1, [+-]\d+\.\d % in week 4; -\d+\.\d % per week, p 0\.\d{4} < 0\.01 \(unadjusted for repeated looks\)$/,
    );
  });

  it('is not reported for another leader, nor without figures', () => {
    expect(fadingFindings(METRICS.click_through_rate, [pair], 'control')).toEqual([]);
    expect(fadingFindings(METRICS.click_through_rate, [pair], null)).toEqual([]);
    const { byAge: _, ...old } = pair;
    expect(fadingFindings(METRICS.click_through_rate, [old], 'c1')).toEqual([]);
  });
});
