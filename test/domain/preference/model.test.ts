import { describe, expect, it } from 'vitest';
import { learnPreference, predict } from '../../../src/domain/preference/model.js';
import { groupsOf } from '../../../src/domain/preference/within-groups.js';
import { testsOf } from './support/rows.js';
import { layersOf, RECIPE, shareRight, shuffledTests, worldTests } from './support/world.js';

const learn = (rows: Parameters<typeof learnPreference>[0]) => learnPreference(rows, RECIPE, layersOf);
const rightBy = (rows: Parameters<typeof learnPreference>[0]) => {
  const { model } = learn(rows);
  return shareRight((texts) => predict(model, texts, layersOf));
};

describe('a preference model', () => {
  const rows = worldTests(150, 'world');
  const learned = learn(rows);

  it('learns what earns more, and orders texts that it has not seen', () => {
    expect(shareRight((texts) => predict(learned.model, texts, layersOf))).toBeGreaterThan(0.9);
    expect(learned.model.learnedFrom).toEqual({ tests: 150, texts: 600 });
    const [layers, ngrams] = learned.model.parts;
    expect(layers!.weight).toBeGreaterThan(0.7);
    expect(Math.abs(ngrams!.weight)).toBeLessThan(0.2);
  });

  it('learns more from more tests', () => {
    expect(rightBy(worldTests(10, 'world'))).toBeLessThan(rightBy(worldTests(40, 'world')));
    expect(rightBy(worldTests(40, 'world'))).toBeLessThan(rightBy(rows));
  });

  it('learns nothing from outcomes that were shuffled across tests', () => {
    const shares = Array.from({ length: 10 }, (_, i) => rightBy(shuffledTests(60, `placebo ${i}`)));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.6);
  });

  it('holds out predictions that agree with the outcomes within groups', () => {
    let covariance = 0;
    for (const members of groupsOf(rows)) {
      const mean = (values: (i: number) => number) =>
        members.reduce((sum, i) => sum + values(i), 0) / members.length;
      const [y, p] = [mean((i) => rows[i]!.logRate), mean((i) => learned.heldOut[i]!)];
      for (const i of members) covariance += (rows[i]!.logRate - y) * (learned.heldOut[i]! - p);
    }
    expect(covariance).toBeGreaterThan(0);
    // Held out: a model that had seen the test would fit it better.
    const seen = predict(
      learned.model,
      rows.map(({ text }) => text),
      layersOf,
    );
    expect([...learned.heldOut]).not.toEqual([...seen]);
  });

  it('has the same bits each time', () => {
    expect(learn(rows)).toEqual(learned);
  });

  it('says how much is done', () => {
    const shares: number[] = [];
    learnPreference(worldTests(10, 'world'), RECIPE, layersOf, { progress: (done) => shares.push(done) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1, 12);
  });
});

describe('a preference model of few tests', () => {
  it('knows nothing without tests', () => {
    const { model, heldOut } = learn([]);
    expect(heldOut).toHaveLength(0);
    expect([...predict(model, ['one', 'another'], layersOf)]).toEqual([0, 0]);
    expect(model.basis).toBe('none');
  });

  it('holds nothing out of one test, and keeps the weights that it started with', () => {
    const { model, heldOut } = learn(worldTests(1, 'world'));
    expect([...heldOut]).toEqual([0, 0, 0, 0]);
    expect(model.parts.map(({ weight }) => Number(weight.toFixed(9)))).toEqual([0.8, 0.1]);
    expect(predict(model, ['one'], layersOf)[0]).toSatisfy(Number.isFinite);
  });

  it('learns from two tests, and from tests with one text each', () => {
    for (const rows of [worldTests(2, 'world'), testsOf(6, () => [{}])]) {
      const { model } = learn(rows);
      expect([...predict(model, ['one', 'another'], layersOf)].every(Number.isFinite)).toBe(true);
    }
  });

  it('prefers none of twenty equal texts', () => {
    const { model } = learn(worldTests(20, 'world'));
    const scores = predict(model, new Array<string>(20).fill('one'), layersOf);
    expect(new Set(scores).size).toBe(1);
    expect(predict(model, [], layersOf)).toHaveLength(0);
  });

  it('learns nothing from a test whose texts are all equal', () => {
    const rows = testsOf(3, () => [{ text: 'same' }, { text: 'same' }]);
    expect(rows).toHaveLength(3);
    const { model } = learn(rows);
    const [one, other] = predict(model, ['same', 'same'], layersOf);
    expect(one).toBe(other);
  });
});
