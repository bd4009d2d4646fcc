import { describe, expect, it } from 'vitest';
import { normalCdf, normalDensity } from '../../../src/domain/evidence/distributions.js';
import { chooseDrafts } from '../../../src/domain/forecast/choose.js';
import { choiceSentence } from '../../../src/domain/forecast/sentences.js';
import { alike, forecast } from './support.js';

describe('which drafts to test', () => {
  // The first two say nearly the same, a third is a little worse and different.
  const similarities = alike(4, 0.1).map((row, i) =>
    row.map((value, j) => (i < 2 && j < 2 && i !== j ? 0.99 : value)),
  );
  const twins = forecast([0.3, 0.29, 0.2, -0.3], { spread: { always: 0, byDistance: 0.3 }, similarities });

  it('are those whose best is expected to be best: similar ones count less', () => {
    const { together, oneByOne } = chooseDrafts(twins, 2);
    expect(together.ids).toEqual(['d0', 'd2']);
    expect(oneByOne.ids).toEqual(['d0', 'd1']);
    expect(together.expectedBest).toBeGreaterThan(oneByOne.expectedBest + 0.05);
    expect(choiceSentence({ together, oneByOne })).toMatch(
      /^Test d0, d2: the rate of the best of them is expected to be \d+\.\d % higher than the mean of all drafts, against \d+\.\d % higher for d0, d1, the best by themselves\.$/,
    );
  });

  it('have the expected best of two normal variables', () => {
    const { oneByOne } = chooseDrafts(twins, 2);
    const [a, b] = twins.drafts.map(({ expected }) => expected);
    const sd = Math.sqrt(0.3 * (1 - Math.exp(-0.01 / 0.4)));
    const z = (a! - b!) / sd;
    // Clark, Operations Research 9 (1961).
    const value = a! * normalCdf(z) + b! * normalCdf(-z) + sd * normalDensity(z);
    expect(oneByOne.expectedBest).toBeCloseTo(value, 2);
  });

  it('are all of them if there are as many places', () => {
    const { together, oneByOne } = chooseDrafts(twins, 4);
    expect(together).toEqual(oneByOne);
    expect(together.ids).toHaveLength(4);
    expect(choiceSentence({ together, oneByOne })).toMatch(/^Test d0, d1, d2, d3: .* of all drafts\.$/);
  });

  it('of equal drafts are the first ones', () => {
    const equal = forecast(new Array(5).fill(0), { similarities: alike(5, 1) });
    expect(chooseDrafts(equal, 2).together.ids).toEqual(['d0', 'd1']);
  });

  it('among very many subsets are as good as the best of them', () => {
    // Ten pairs of twins: the best ten are one of each pair.
    const pairs = alike(20, 0).map((row, i) =>
      row.map((value, j) => (i === j ? 1 : Math.floor(i / 2) === Math.floor(j / 2) ? 0.999 : value)),
    );
    const many = forecast(
      Array.from({ length: 20 }, (_, i) => 0.02 * Math.floor(i / 2)),
      { spread: { always: 0, byDistance: 0.3 }, similarities: pairs },
    );
    const { together, oneByOne } = chooseDrafts(many, 10);
    expect(new Set(together.ids.map((id) => Math.floor(Number(id.slice(1)) / 2))).size).toBe(10);
    expect(together.expectedBest).toBeGreaterThan(oneByOne.expectedBest);
  });

  it.each([1, 5, 2.5])('are not chosen for %s places among four drafts', (places) => {
    expect(() => chooseDrafts(twins, places)).toThrow(
      new RangeError(`places: 2 to 4 (the number of drafts), got ${places}`),
    );
  });
});
