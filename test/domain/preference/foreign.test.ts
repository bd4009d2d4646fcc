import { describe, expect, it } from 'vitest';
import type { ForeignPrior } from '../../../src/domain/preference/foreign.js';
import { learnPreference, predict } from '../../../src/domain/preference/model.js';
import { layersOf, RECIPE, shareRight, shuffledTests, worldTests } from './support/world.js';

/** What a large archive says of the made-up encoder's first part. */
const [archived] = learnPreference(worldTests(400, 'archive'), RECIPE, layersOf).model.parts;
const prior: ForeignPrior = {
  id: 'archive',
  learnedFrom: 'a made-up archive',
  recipe: archived!.recipe,
  featurizer: archived!.featurizer,
  coefficients: archived!.coefficients,
};
const reversed: ForeignPrior = {
  ...prior,
  id: 'reversed',
  coefficients: prior.coefficients.map((value) => -value),
};
const learn = (rows: Parameters<typeof learnPreference>[0], foreign: ForeignPrior | null) =>
  learnPreference(rows, RECIPE, layersOf, { foreign });
const rightBy = (rows: Parameters<typeof learnPreference>[0], foreign: ForeignPrior | null) => {
  const { model } = learn(rows, foreign);
  return shareRight((texts) => predict(model, texts, layersOf));
};

describe('a foreign prior', () => {
  it('forecasts alone before any own test, by 0.4 of what it predicts', () => {
    const { model } = learn([], prior);
    expect(model).toMatchObject({ basis: 'foreign', learnedElsewhere: 'a made-up archive' });
    expect(model.parts.map(({ weight }) => weight)).toEqual([0.4]);
    const full = predict({ ...model, parts: [{ ...model.parts[0]!, weight: 1 }] }, ['a', 'b'], layersOf);
    const [a, b] = predict(model, ['a', 'b'], layersOf);
    expect(a! - b!).toBeCloseTo(0.4 * (full[0]! - full[1]!), 12);
    expect(rightBy([], prior)).toBeGreaterThan(0.9);
  });

  it('helps while own tests are few', () => {
    const few = worldTests(2, 'own');
    expect(rightBy(few, prior)).toBeGreaterThan(rightBy(few, null) + 0.1);
    expect(learn(few, prior).model.basis).toBe('own_and_foreign');
    expect(learn(few, null).model).toMatchObject({ basis: 'own', learnedElsewhere: null });
  });

  it('gains weight if own tests agree, and loses it if they contradict', () => {
    const own = worldTests(60, 'own');
    expect(learn(own, prior).model.parts[0]!.weight).toBeGreaterThan(0.7);
    expect(learn(own, reversed).model.parts[0]!.weight).toBeLessThan(0);
    expect(Math.abs(learn(shuffledTests(60, 'own'), prior).model.parts[0]!.weight)).toBeLessThan(0.25);
  });

  it('does little harm if it is wrong and own tests are many', () => {
    const own = worldTests(150, 'own');
    expect(rightBy(own, reversed)).toBeGreaterThan(rightBy(own, null) - 0.05);
  });

  it('is part of what the groundwork was laid with', () => {
    const rows = worldTests(205, 'own');
    const { groundwork } = learn(rows, prior);
    const other = learnPreference(rows, RECIPE, layersOf, { foreign: reversed, groundwork });
    expect(other).toEqual(learn(rows, reversed));
    const same = learnPreference(rows, RECIPE, layersOf, { foreign: prior, groundwork });
    expect(same).toEqual(learn(rows, prior));
    expect(same.model.parts).toHaveLength(3);
  });
});
