import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../src/domain/evidence/distributions.js';
import { calibrationOf } from '../../../src/domain/forecast/calibration.js';
import { noiseOf } from '../../../src/domain/forecast/noise.js';
import { type Measured, scoreForecast } from '../../../src/domain/forecast/scoring.js';
import { logRateOf } from '../../../src/domain/patterns/effects.js';
import { Random } from '../../../src/sandbox/random.js';
import { APART, forecast } from './support.js';

const measured = (...rates: number[]): Measured[] =>
  rates.map((logRate, i) => ({ id: `d${i}`, logRate, variance: 0.01 }));

describe('the score of a forecast', () => {
  it('is of the chance to measure best: noise makes it less certain', () => {
    const score = scoreForecast(forecast([0.4, 0]), measured(-4, -4))!;
    // Equal rates have the noise that was given.
    const chance = normalCdf(0.4 / Math.sqrt(0.2 + 0.02));
    expect(score.drafts[0]!.probability).toBeCloseTo(chance, 3);
    expect(score.drafts.map(({ hit }) => hit)).toEqual([0.5, 0.5]);
  });

  it('has the Brier and the log score, beside those of knowing nothing', () => {
    const score = scoreForecast(forecast([0.4, 0, -0.2]), measured(-3.5, -4, -4.1))!;
    const [a, b, c] = score.drafts.map(({ probability }) => probability);
    expect(score.drafts.map(({ hit }) => hit)).toEqual([1, 0, 0]);
    expect(score.brier).toBeCloseTo((a! - 1) ** 2 + b! ** 2 + c! ** 2, 12);
    expect(score.logScore).toBeCloseTo(-Math.log(a!), 12);
    expect(score.uniform.brier).toBeCloseTo(4 / 9 + 2 / 9, 12);
    expect(score.uniform.logScore).toBeCloseTo(Math.log(3), 12);
    expect(score.learnedFrom).toBe(50);
  });

  it('has the lift of the first choice with its error, and the pairs that the test told apart', () => {
    const score = scoreForecast(forecast([0.4, 0, -0.2]), measured(-3.5, -4, -3.9))!;
    expect(score.firstChoice).toEqual({
      ids: ['d0'],
      lift: expect.closeTo(-3.5 + 3.95, 12),
      se: expect.closeTo(Math.sqrt(0.01 + 0.02 / 4), 12),
    });
    // Differences of 0.5 and 0.4 are over 1.96 · √0.02 = 0.277; 0.1 is not.
    expect(score.pairs).toEqual({ right: 2, wrong: 0 });
    expect(scoreForecast(forecast([-0.4, 0]), measured(-3.5, -4))!.pairs).toEqual({ right: 0, wrong: 1 });
  });

  it('of equal first choices takes their mean, and of a forecast that prefers none has no first choice', () => {
    const two = scoreForecast(forecast([0.2, 0.2, 0]), measured(-3.8, -4, -4.1))!;
    expect(two.firstChoice).toMatchObject({ ids: ['d0', 'd1'], lift: expect.closeTo(-3.9 + 4.1, 12) });
    const none = scoreForecast(forecast([0.1, 0.1]), measured(-3.5, -4.5))!;
    expect(none.firstChoice).toBeNull();
    expect(none.pairs).toEqual({ right: 0, wrong: 0 });
    expect(none.drafts[0]!.probability).toBeCloseTo(0.5, 3);
  });

  it('leaves out drafts that were not measured, and is null if fewer than two were', () => {
    const found = forecast([0.4, 0, -0.2]);
    const [, second, third] = measured(0, -4, -4.2);
    const score = scoreForecast(found, [third!, second!])!;
    expect(score.drafts.map(({ id }) => id)).toEqual(['d1', 'd2']);
    expect(score.drafts[0]!.probability + score.drafts[1]!.probability).toBeCloseTo(1, 9);
    expect(scoreForecast(found, [second!])).toBeNull();
    expect(() => scoreForecast(found, [{ id: 'd0', logRate: -4, variance: 0 }])).toThrow(
      new RangeError('measured: the variance of d0 must be above 0, got 0'),
    );
  });

  it('counts noise that does not depend on the outcome', () => {
    const rates = [0.01, 0.02, 0.03];
    const noise = noiseOf(rates.map((rate) => logRateOf(10_000 * rate, 10_000)));
    // All have the common rate of 2 %: 1/200, and nearly nothing for the misses.
    for (const value of noise) expect(200 * value).toBeCloseTo(1, 1);
  });
});

describe('calibration', () => {
  it('counts chances and what happened, with the error that right forecasts would have', () => {
    const drafts = [
      { id: 'a', probability: 0.42, hit: 1 },
      { id: 'b', probability: 0.48, hit: 0 },
      { id: 'c', probability: 0.1, hit: 0 },
    ];
    const bins = calibrationOf([{ drafts }, { drafts: [{ id: 'd', probability: 1, hit: 1 }] }]);
    expect(bins).toHaveLength(10);
    expect(bins[4]).toEqual({
      low: 0.4,
      high: 0.5,
      count: 2,
      forecast: expect.closeTo(0.45, 12),
      happened: 0.5,
      // a and b exclude each other: together one event with a chance of 0.9.
      error: expect.closeTo(Math.sqrt(0.9 * 0.1) / 2, 12),
    });
    expect(bins[1]).toMatchObject({ count: 1, happened: 0 });
    expect(bins[9]).toMatchObject({ count: 1, happened: 1, error: 0 });
    expect(bins[0]).toEqual({ low: 0, high: 0.1, count: 0, forecast: null, happened: null, error: null });
  });

  it('of a forecast that is right holds: simulated tests with unequal sizes', () => {
    const random = new Random('calibration');
    const scores = Array.from({ length: 300 }, () => {
      const predicted = Array.from(
        { length: 2 + Math.floor(3 * random.uniform()) },
        () => 0.3 * random.normal(),
      );
      const rows = predicted.map((value, i) => {
        const truth = value + Math.sqrt(APART.always / 2) * random.normal();
        const trials = Math.round(2_000 + 6_000 * random.uniform());
        const events = random.binomial(trials, 0.02 * Math.exp(truth));
        return { id: `d${i}`, ...logRateOf(events, trials) };
      });
      return scoreForecast(forecast(predicted), rows)!;
    });
    for (const { count, forecast: said, happened, error } of calibrationOf(scores)) {
      if (count < 30) continue;
      expect(Math.abs(happened! - said!)).toBeLessThan(3 * error!);
    }
  });
});
