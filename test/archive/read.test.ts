import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../src/archive/document.js';
import { archivedEffects, archivedExplanation, archivedPrior } from '../../src/archive/read.js';
import { ENCODERS } from '../../src/clients/encoder/info.js';
import { ATTRIBUTES } from '../../src/domain/creative/registry.js';
import type { Standards } from '../../src/domain/preference/layers.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import { RECIPES } from '../../src/domain/preference/recipe.js';

describe.each(['use-lite', 'mpnet'] as const)('the shipped coefficients for %s', (name) => {
  const info = ENCODERS[name];

  it("read the layers of today's encoder", () => {
    const prior = archivedPrior(info)!;
    const width = info.layers.reduce((sum, length) => sum + length, 0);
    expect(prior.coefficients).toHaveLength(width);
    expect(prior.coefficients.every(Number.isFinite)).toBe(true);
    expect(prior.coefficients.some((value) => value !== 0)).toBe(true);
    const { standards } = prior.featurizer as { standards: Standards };
    expect([standards.means.length, standards.deviations.length]).toEqual([width, width]);
    expect(standards.deviations.every((value) => value > 0)).toBe(true);
    expect(prior.learnedFrom).toBe('headlines of a publisher, not from ads');
  });

  it('are not used with another version of it', () => {
    const other = { ...info, id: `${info.id}x` };
    expect([archivedPrior(other), archivedExplanation(other)]).toEqual([null, null]);
  });

  it('come with attributes that explain them, each with the sign of its effect', () => {
    const { coefficients, explained } = archivedExplanation(info)!;
    const effects = archivedEffects();
    expect(Object.keys(coefficients).length).toBeGreaterThan(20);
    for (const [id, coefficient] of Object.entries(coefficients)) {
      expect([id, Math.sign(coefficient)]).toEqual([id, Math.sign(effects.get(id)!.effect)]);
    }
    expect(explained).toBeGreaterThan(0.2);
    expect(explained).toBeLessThan(1);
  });

  it('forecast alone, and say what they rest on', () => {
    const recipe = name === 'use-lite' ? RECIPES.A : RECIPES.M;
    const layersOf = (_: string, text: string) =>
      info.layers.map((length, layer) =>
        Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * (layer + 2) * text.length)),
      );
    const { model } = learnPreference([], recipe, layersOf, { foreign: archivedPrior(info) });
    expect(model).toMatchObject({
      basis: 'foreign',
      learnedElsewhere: 'headlines of a publisher, not from ads',
    });
    const [a, b] = predict(model, ['one', 'another'], layersOf);
    expect(Math.abs(a! - b!)).toBeGreaterThan(0);
    expect(Math.abs(a! - b!)).toBeLessThan(1);
  });
});

describe('the shipped effects', () => {
  it('are those of attributes that are known', () => {
    const effects = archivedEffects();
    const known = new Set(ATTRIBUTES.map(({ id }) => id));
    expect(effects.size).toBeGreaterThan(20);
    for (const [id, { effect, se, learnedFrom }] of effects) {
      expect(known.has(id), id).toBe(true);
      expect(Math.abs(effect)).toBeLessThan(1);
      expect(se).toBeGreaterThan(0);
      expect(learnedFrom).toBe('headlines of a publisher, not from ads');
    }
    // The strongest one that replicated in later weeks.
    expect(effects.get('question_mark')!.effect).toBeLessThan(-0.05);
  });
});

it('other encoders have no coefficients', () => {
  expect(archivedPrior(ENCODERS.minilm)).toBeNull();
});

it('numbers come back from base64 as 32-bit floats', () => {
  expect([...fromBase64(toBase64([1, -0.1, 0]))]).toEqual([1, Math.fround(-0.1), 0]);
  expect(toBase64([])).toBe('');
});
