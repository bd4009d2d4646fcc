import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../src/domain/evidence/distributions.js';
import { differenceOf, type ForecastInput, forecastOf } from '../../../src/domain/forecast/forecast.js';
import { basisSentence } from '../../../src/domain/forecast/sentences.js';
import { APART, alike, drafts, fitWith, forecast } from './support.js';

const input = (change: Partial<ForecastInput> = {}): ForecastInput => ({
  drafts: drafts(3),
  predicted: [0.1, 0.2, 0.3],
  fit: fitWith(APART),
  similarities: null,
  learned: { tests: 50, basis: 'own' },
  ...change,
});

describe('a forecast', () => {
  it('gives differences from the mean of the drafts, and chances that add up to 1', () => {
    const found = forecast([-1.9, -2.1, -2.3]);
    expect(found.drafts.map(({ expected }) => expected)).toEqual([
      expect.closeTo(0.2, 12),
      expect.closeTo(0, 12),
      expect.closeTo(-0.2, 12),
    ]);
    expect(found.drafts.reduce((sum, { chanceBest }) => sum + chanceBest, 0)).toBeCloseTo(1, 9);
    const [first, second, third] = found.drafts.map(({ chanceBest }) => chanceBest);
    expect(first).toBeGreaterThan(second!);
    expect(second).toBeGreaterThan(third!);
    // The mean of three drafts moves with each: 0.2/2 per draft, times 2/3.
    expect(found.drafts[0]!.sd).toBeCloseTo(Math.sqrt(0.1 * (2 / 3)), 12);
  });

  it('gives the difference of two drafts, however many others there are', () => {
    const { expected, sd } = differenceOf(forecast([0.3, 0, -0.1, 0.9]), 0, 1);
    expect(expected).toBeCloseTo(0.3, 12);
    expect(sd).toBeCloseTo(Math.sqrt(0.2), 12);
    const two = forecast([0.3, 0]);
    expect(two.drafts[0]!.chanceBest).toBeCloseTo(normalCdf(0.3 / Math.sqrt(0.2)), 3);
  });

  it('of twenty equal drafts gives each the same chance, and no difference', () => {
    const found = forecast(new Array(20).fill(0.7), {
      spread: { always: 0.01, byDistance: 0.2 },
      similarities: alike(20, 1),
    });
    for (const { chanceBest, expected, sd } of found.drafts) {
      expect(chanceBest).toBeCloseTo(1 / 20, 9);
      expect(expected).toBeCloseTo(0, 12);
      expect(sd).toBe(0);
    }
    expect(differenceOf(found, 3, 17).sd).toBe(0);
  });

  it('is surer of a difference between similar drafts', () => {
    const spread = { always: 0, byDistance: 0.2 };
    const sdAt = (cosine: number) =>
      differenceOf(forecast([0.1, 0], { spread, similarities: alike(2, cosine) }), 0, 1).sd;
    expect(sdAt(0.95)).toBeLessThan(sdAt(0.6));
    expect(sdAt(0.6)).toBeLessThan(sdAt(0.1));
  });

  it('says that nothing is known if nothing was learned, whatever was predicted', () => {
    const found = forecastOf(input({ learned: { tests: 0, basis: 'none' } }));
    expect(found.drafts.map(({ expected, chanceBest }) => [expected, chanceBest])).toEqual([
      [0, 1 / 3],
      [0, 1 / 3],
      [0, 1 / 3],
    ]);
    expect(found.drafts[0]!.sd).toBeGreaterThan(0.2);
    expect(basisSentence(found)).toBe(
      'Nothing is known: no finished test has been learned from, so all drafts have the same chance.',
    );
  });

  it('takes 20 drafts in little time', () => {
    const twenty = input({
      drafts: drafts(20),
      predicted: drafts(20).map((_, i) => i / 50),
      similarities: alike(20, 0.5),
      fit: fitWith({ always: 0, byDistance: 0.2 }),
    });
    forecastOf(twenty);
    const began = performance.now();
    for (let run = 0; run < 10; run++) forecastOf(twenty);
    // 25 ms on an idle machine; the limit leaves room for a busy one.
    expect((performance.now() - began) / 10).toBeLessThan(250);
  });

  it.each<[string, Partial<ForecastInput>, string]>([
    ['no draft', { drafts: [], predicted: [] }, 'drafts: 2 to 20, got 0'],
    ['one draft', { drafts: drafts(1), predicted: [0] }, 'drafts: 2 to 20, got 1'],
    ['21 drafts', { drafts: drafts(21), predicted: new Array(21).fill(0) }, 'drafts: 2 to 20, got 21'],
    ['an id twice', { drafts: [...drafts(2), ...drafts(1)] }, 'drafts: ids must differ, got "d0" twice'],
    ['a prediction too few', { predicted: [1, 2] }, 'predicted: one per draft (3), got 2'],
    ['no number', { predicted: [1, 2, Number.NaN] }, 'predicted: finite numbers, got NaN'],
    [
      'a negative spread',
      { fit: fitWith({ always: -1, byDistance: 0 }) },
      'fit: always is at least 0, got -1',
    ],
    ['a row too few', { similarities: alike(2, 0) }, 'similarities: 3 rows of 3 cosines'],
    ['no cosine', { similarities: alike(3, 2) }, 'similarities: cosines from -1 to 1, got 2'],
    ['no count', { learned: { tests: -1, basis: 'own' } }, 'learned.tests: at least 0, got -1'],
  ])('refuses %s', (_, change, message) => {
    expect(() => forecastOf(input(change))).toThrow(new RangeError(message));
  });

  it('says whose tests it rests on', () => {
    const learned = (tests: number, basis: 'own' | 'foreign' | 'own_and_foreign') =>
      basisSentence({ learned: { tests, basis } });
    expect(learned(1, 'own')).toBe('Learned from 1 test of your own.');
    expect(learned(0, 'foreign')).toBe(
      'Learned elsewhere, from headlines of a publisher, not from ads: no test of your own has been learned from yet.',
    );
    expect(learned(7, 'own_and_foreign')).toBe(
      'Learned from 7 tests of your own, and elsewhere from headlines of a publisher, not from ads.',
    );
  });
});
