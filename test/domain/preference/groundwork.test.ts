import { describe, expect, it } from 'vitest';
import { groundworkTests, ofFirstTests } from '../../../src/domain/preference/groundwork.js';
import { learnPreference, predict } from '../../../src/domain/preference/model.js';
import { measured } from './support/rows.js';
import { layersOf, RECIPE, shareRight, worldTests } from './support/world.js';

describe('the number of tests over which the groundwork is laid', () => {
  it('is all of few tests, and grows by steps of a tenth', () => {
    expect([0, 1, 50, 200, 201, 219].map(groundworkTests)).toEqual([0, 1, 50, 200, 200, 200]);
    expect([220, 241, 242, 265, 266].map(groundworkTests)).toEqual([220, 220, 242, 242, 266]);
    for (let tests = 200; tests < 5_000; tests += 7) {
      expect(groundworkTests(tests)).toBeLessThanOrEqual(tests);
      expect(groundworkTests(tests)).toBeGreaterThan(tests / 1.11);
      expect(groundworkTests(groundworkTests(tests))).toBe(groundworkTests(tests));
    }
  });
});

describe('the first tests', () => {
  it('keep all their rows, wherever they stand', () => {
    const rows = ['a', 'b', 'a', 'c', 'b'].map((testId) => measured({ testId }));
    expect(ofFirstTests(rows, 2)).toEqual([rows[0], rows[1], rows[2], rows[4]]);
    expect(ofFirstTests(rows, 9)).toEqual(rows);
    expect(ofFirstTests(rows, 0)).toEqual([]);
  });
});

describe('one more test', () => {
  const rows = worldTests(232, 'world');
  const last = new Set(['world 230', 'world 231']);
  const earlier = rows.filter(({ testId }) => !last.has(testId));
  const before = learnPreference(earlier, RECIPE, layersOf);
  const anew = learnPreference(rows, RECIPE, layersOf);

  it('has the fitted values that the model predicts, after the groundwork and after later tests', () => {
    for (const [learned, of] of [
      [before, earlier],
      [anew, rows],
    ] as const) {
      const texts = of.map(({ text }) => text);
      expect(learned.fitted).toEqual(predict(learned.model, texts, layersOf));
    }
  });

  it('needs one fit per part with the groundwork of an earlier learning, and has the same bits', () => {
    const shares: number[] = [];
    const after = learnPreference(rows, RECIPE, layersOf, {
      groundwork: before.groundwork,
      progress: (done) => shares.push(done),
    });
    expect(shares).toEqual([0.5, 1]);
    expect(after).toEqual(anew);
    expect(after.groundwork).toBe(before.groundwork);
    expect(after.model.learnedFrom.tests).toBe(232);
    expect(after.heldOut).toHaveLength(rows.length);
  });

  it('is learned from', () => {
    expect([...anew.model.parts[0]!.coefficients]).not.toEqual([...before.model.parts[0]!.coefficients]);
    const texts = ['one', 'two', 'three'];
    const score = predict(anew.model, texts, layersOf);
    expect(shareRight((fresh) => predict(anew.model, fresh, layersOf))).toBeGreaterThan(0.9);
    expect(score).not.toEqual(predict(before.model, texts, layersOf));
  });

  it('takes no groundwork of other tests or another recipe', () => {
    const changed = rows.map((row, i) => (i === 3 ? { ...row, logRate: row.logRate + 0.1 } : row));
    const other = learnPreference(changed, RECIPE, layersOf, { groundwork: before.groundwork });
    expect(other).toEqual(learnPreference(changed, RECIPE, layersOf));
    const [layers] = RECIPE.parts;
    const recipe = { ...RECIPE, parts: [{ ...layers!, penalty: 20 }] };
    const fresh = learnPreference(rows, recipe, layersOf, { groundwork: before.groundwork });
    expect(fresh).toEqual(learnPreference(rows, recipe, layersOf));
  });
});
