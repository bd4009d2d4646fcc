import { describe, expect, it } from 'vitest';
import type { ForecastScore } from '../../../src/domain/forecast/scoring.js';
import { worthSentence } from '../../../src/domain/forecast/sentences.js';
import { type ScoredForecast, WORTH_RULES, worthOf } from '../../../src/domain/forecast/worth.js';

const score = (change: Partial<ForecastScore> = {}): ForecastScore => ({
  learnedFrom: 60,
  drafts: [
    { id: 'a', probability: 0.7, hit: 1 },
    { id: 'b', probability: 0.3, hit: 0 },
  ],
  brier: 0.18,
  logScore: 0.357,
  uniform: { brier: 0.5, logScore: Math.LN2 },
  firstChoice: { ids: ['a'], lift: 0.1, se: 0.05 },
  pairs: { right: 1, wrong: 0 },
  ...change,
});
/** Tests whose lifts take turns, so that they vary by sampling alone. */
const tests = (count: number, ...lifts: number[]): ScoredForecast[] =>
  Array.from({ length: count }, (_, i) => ({
    madeAt: 1_000 + i,
    basis: 'own',
    score: score({ firstChoice: { ids: ['a'], lift: lifts[i % lifts.length]!, se: 0.05 } }),
  }));

describe('what the model is worth', () => {
  it.each([
    ['too_few', tests(9, 0.3)],
    ['not_shown', tests(10, 0.1)],
    ['worth', tests(20, 0.3, 0.25)],
    ['not_shown', tests(20, 0.1, -0.1)],
    ['not_shown', tests(60, 0.15, -0.13)],
    ['not_shown', tests(WORTH_RULES.enough - 1, 0.15, -0.13)],
    ['worth_nothing', tests(60, -0.2, -0.1)],
    ['worth_nothing', tests(WORTH_RULES.enough, 0.15, -0.13)],
  ] as const)('is %s', (code, scored) => {
    const worth = worthOf(scored);
    expect(worth.verdict.code).toBe(code);
    expect(worth.verdict.tests).toBe(scored.length);
  });

  it('counts only tests with a first choice towards the verdict', () => {
    const none = { madeAt: 5, basis: 'foreign' as const, score: score({ firstChoice: null }) };
    const worth = worthOf([...tests(9, 0.1), none]);
    expect(worth.verdict).toEqual({ code: 'too_few', tests: 9, least: 10 });
    expect(worth.tests).toBe(10);
    expect(worth.since).toBe(5);
  });

  it('leaves out forecasts that knew nothing, and counts them', () => {
    const nothing: ScoredForecast = {
      ...{ madeAt: 1, basis: 'none' },
      score: score({
        drafts: [
          { id: 'a', probability: 0.5, hit: 0 },
          { id: 'b', probability: 0.5, hit: 1 },
        ],
        ...{ learnedFrom: 0, brier: 0.5, logScore: Math.LN2, firstChoice: null },
        pairs: { right: 0, wrong: 0 },
      }),
    };
    const known = tests(12, 0.1);
    const { knewNothing, ...figures } = worthOf([nothing, ...known, nothing]);
    expect(knewNothing).toBe(2);
    expect({ ...figures, knewNothing: 0 }).toEqual(worthOf(known));
    expect(worthSentence(worthOf([nothing, ...known, nothing]))).toMatch(
      / 2 forecasts more knew nothing and are not counted\.$/,
    );
    expect(worthSentence(worthOf([nothing]))).toBe(
      'Not known yet: 0 tests whose forecast preferred an ad have ended, and at least 10 are needed. 1 forecast more knew nothing and is not counted.',
    );
    expect(worthOf([nothing])).toMatchObject({ tests: 0, since: null, brier: null });
  });

  it('without any score is nothing known', () => {
    const worth = worthOf([]);
    expect(worth).toMatchObject({ tests: 0, since: null, brier: null, logScore: null, lift: null });
    expect(worthSentence(worth)).toBe(
      'Not known yet: 0 tests whose forecast preferred an ad have ended, and at least 10 are needed.',
    );
    expect(worthSentence(worthOf(tests(1, 0.1)))).toMatch(
      /^Not known yet: 1 test whose forecast preferred an ad has ended/,
    );
  });

  it('has in its curve the mean lift, with Student of one degree of freedom fewer than tests', () => {
    const liftOf = (scored: ScoredForecast[]) => worthOf(scored).curve.find((point) => point.tests > 0)!.lift;
    const lift = liftOf(tests(12, 0.1, 0.1));
    // All agree, so the error is that of the counts: 0.05/√12, times t of 95 % with 11 degrees (1.795885).
    expect(lift!.mean).toBeCloseTo(0.1, 12);
    expect(lift!.interval[1] - 0.1).toBeCloseTo((1.795885 * 0.05) / Math.sqrt(12), 6);
    const spread = liftOf(tests(12, 0.5, -0.3))!;
    // Lifts vary by 0.4 around their mean: the sample's variance is 0.16 · 12/11.
    expect(spread.interval[1] - spread.mean).toBeCloseTo(1.795885 * Math.sqrt(0.16 / 11), 4);
  });

  it('weighs a test with few counts less', () => {
    const firstChoice = { ids: ['b'], lift: -3, se: 2 };
    const wild = { ...{ madeAt: 0, basis: 'own' as const }, score: score({ firstChoice }) };
    const worth = worthOf([...tests(20, 0.1), wild]);
    expect(worth.lift!.mean).toBeGreaterThan(0.09);
    expect(worth.curve.find((point) => point.tests > 0)!.lift!.mean).toBeGreaterThan(0.09);
  });

  it('has mean scores beside those of knowing nothing, with the gain and its interval', () => {
    const worth = worthOf([
      { madeAt: 0, basis: 'own', score: score({ brier: 0.1 }) },
      { madeAt: 0, basis: 'own', score: score({ brier: 0.3 }) },
    ]);
    expect(worth.brier).toMatchObject({ mean: expect.closeTo(0.2, 12), uniform: 0.5 });
    // t of 95 % with 1 degree of freedom is 6.313752; the standard error of 0.4 and 0.2 is 0.1.
    expect(worth.brier!.gain.mean).toBeCloseTo(0.3, 12);
    expect(worth.brier!.gain.interval[0]).toBeCloseTo(0.3 - 0.6313752, 6);
    expect(worth.pairs).toEqual({ right: 2, wrong: 0 });
    expect(worth.calibration[7]).toMatchObject({ count: 2, happened: 1 });
  });

  it('has a curve over the tests that were learned from', () => {
    const few = tests(3, 0.02).map((one) => ({ ...one, score: { ...one.score, learnedFrom: 12 } }));
    const { curve } = worthOf([...few, ...tests(4, 0.2)]);
    expect(curve.filter((point) => point.tests > 0)).toEqual([
      { from: 10, to: 25, tests: 3, lift: expect.objectContaining({ mean: expect.closeTo(0.02, 12) }) },
      { from: 50, to: 100, tests: 4, lift: expect.objectContaining({ mean: expect.closeTo(0.2, 12) }) },
    ]);
    expect(curve.at(-1)).toEqual({ from: 800, to: null, tests: 0, lift: null });
  });

  it('says so in words', () => {
    const says = (scored: ScoredForecast[]) => worthSentence(worthOf(scored));
    expect(says(tests(60, 0.1))).toMatch(
      /^The forecasts are worth something here: over 60 tests, the rate of the first choice was 10\.5 % higher than the mean of the others \(90 % interval \+\d\.\d % to \+1\d\.\d %\)\.$/,
    );
    const wild = tests(10, 0.1).map((one) => ({
      ...one,
      score: { ...one.score, firstChoice: { ids: ['a'], lift: 0.1, se: 2 } },
    }));
    expect(says(wild)).toBe(
      'Not shown yet that the forecasts are worth anything here: over 10 tests, the rates of the first choices vary too much to say more.',
    );
    expect(says(tests(20, 0.1, -0.1))).toMatch(
      /^Not shown yet that the forecasts are worth anything here: over 20/,
    );
    expect(says(tests(60, -0.2, -0.1))).toMatch(
      /^The forecasts are worth nothing here so far: over 60 tests, the rate of the first choice was 13\.9 % lower/,
    );
  });
});
