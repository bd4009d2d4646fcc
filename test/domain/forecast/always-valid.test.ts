import { describe, expect, it } from 'vitest';
import {
  alwaysValidLift,
  logEvidenceAbove,
  type MeasuredLift,
} from '../../../src/domain/forecast/always-valid.js';
import { meanLift } from '../../../src/domain/forecast/mean-lift.js';
import { Random } from '../../../src/sandbox/random.js';

const TESTS = 200;
const FIRST_LOOK = 10;
/** Standard deviation of the log rates of a test's ads: two of them differ by one of 0.25. */
const BETWEEN_ADS = 0.25 / Math.SQRT2;

/** Tests of 2 to `most` ads, forecast with this correlation to their true log rates; 0: worthless. */
function liftsOf(random: Random, correlation: number, most: number): MeasuredLift[] {
  return Array.from({ length: TESTS }, () => {
    const ads = 2 + Math.floor(random.uniform() * (most - 1));
    const noise = (0.06 + 0.14 * random.uniform()) / Math.SQRT2;
    const truth = Array.from({ length: ads }, () => random.normal());
    const forecast = truth.map(
      (rate) => correlation * rate + Math.sqrt(1 - correlation ** 2) * random.normal(),
    );
    const seen = truth.map((rate) => BETWEEN_ADS * rate + noise * random.normal());
    const first = forecast.indexOf(Math.max(...forecast));
    const others = seen.filter((_, ad) => ad !== first);
    const mean = others.reduce((sum, rate) => sum + rate, 0) / others.length;
    return { lift: seen[first]! - mean, se: noise * Math.sqrt(1 + 1 / others.length) };
  });
}

/** The number of tests after which it is first shown that the mean lies above 0; null: after none. */
function shownAfter(
  lifts: readonly MeasuredLift[],
  isShown: (known: MeasuredLift[]) => boolean,
): number | null {
  for (let n = FIRST_LOOK; n <= lifts.length; n++) if (isShown(lifts.slice(0, n))) return n;
  return null;
}
const alwaysValid = (lifts: readonly MeasuredLift[]) => logEvidenceAbove(lifts, 0) >= Math.log(20);
const atFixedLevel = (lifts: readonly MeasuredLift[]) => meanLift(lifts)!.interval[0] > 0;

describe('evidence that is looked at after every test', () => {
  it('takes a worthless model for a good one in at most 5 of 100 accounts; at a fixed level in far more', () => {
    const random = new Random('worthless');
    const accounts = Array.from({ length: 400 }, () => liftsOf(random, 0, 4));
    const share = (isShown: typeof alwaysValid, among: typeof accounts) =>
      among.filter((lifts) => shownAfter(lifts, isShown) !== null).length / among.length;
    expect(share(alwaysValid, accounts)).toBeLessThanOrEqual(0.05);
    expect(share(atFixedLevel, accounts.slice(0, 60))).toBeGreaterThan(0.15);
  });

  it('shows a mean lift of 10 % after about 60 tests, and nearly always before the verdict that it is nothing', () => {
    const random = new Random('good');
    const accounts = Array.from({ length: 200 }, () => liftsOf(random, 0.48, 2));
    const all = accounts.flat();
    expect(all.reduce((sum, { lift }) => sum + lift, 0) / all.length).toBeCloseTo(Math.log(1.1), 2);
    const needed = accounts.map((lifts) => shownAfter(lifts, alwaysValid) ?? Infinity).sort((a, b) => a - b);
    expect(needed[100]).toBeGreaterThan(40);
    expect(needed[100]).toBeLessThan(75);
    expect(needed.filter((tests) => tests < 150).length / needed.length).toBeGreaterThan(0.9);
  });
});

describe('the interval that holds at every look', () => {
  it('contains the true mean at every look in at least 9 of 10 accounts', () => {
    const random = new Random('interval');
    const truth = Math.log(1.1);
    const missed = Array.from({ length: 200 }, () => {
      const lifts = liftsOf(random, 0, 2).map((one) => ({ ...one, lift: one.lift + truth }));
      return (
        shownAfter(
          lifts,
          (known) =>
            logEvidenceAbove(known, truth) >= Math.log(20) ||
            logEvidenceAbove(
              known.map(({ lift, se }) => ({ lift: -lift, se })),
              -truth,
            ) >= Math.log(20),
        ) !== null
      );
    });
    expect(missed.filter(Boolean).length / missed.length).toBeLessThanOrEqual(0.1);
  });

  it('ends exactly at the means against which the evidence suffices', () => {
    const lifts = liftsOf(new Random('ends'), 0.48, 3).slice(0, 80);
    const { mean, interval } = alwaysValidLift(lifts)!;
    expect(logEvidenceAbove(lifts, interval[0])).toBeCloseTo(Math.log(20), 6);
    const turned = lifts.map(({ lift, se }) => ({ lift: -lift, se }));
    expect(logEvidenceAbove(turned, -interval[1])).toBeCloseTo(Math.log(20), 6);
    expect(mean).toBeGreaterThan(interval[0]);
    expect(mean).toBeLessThan(interval[1]);
  });

  it('has no end with few tests', () => {
    expect(alwaysValidLift([])).toBeNull();
    expect(alwaysValidLift(Array.from({ length: 3 }, () => ({ lift: 0.3, se: 0.01 })))).toBeNull();
  });

  it('is evidence that the mixture integrates to', () => {
    // ∫ 2·φ(λ; 0, 0.12)·exp(λS − λ²V/2) dλ over λ > 0, by the midpoint rule.
    const lifts = liftsOf(new Random('mixture'), 0.48, 2).slice(0, 20);
    const xs = lifts.map(({ lift, se }) => (0.3 * (lift - 0.02)) / (0.06 + se * se));
    const sum = xs.reduce((total, x) => total + x, 0);
    const squares = xs.reduce((total, x) => total + x * x, 0);
    const step = 1e-4;
    let integral = 0;
    for (let rate = step / 2; rate < 4; rate += step) {
      const density = (2 * Math.exp((-rate * rate) / 0.24)) / Math.sqrt(2 * Math.PI * 0.12);
      integral += density * Math.exp(rate * sum - (rate * rate * squares) / 2) * step;
    }
    expect(logEvidenceAbove(lifts, 0.02)).toBeCloseTo(Math.log(integral), 6);
  });
});
