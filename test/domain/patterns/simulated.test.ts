import { describe, expect, it } from 'vitest';
import { effectsOf, logRateOf, type PatternTest } from '../../../src/domain/patterns/effects.js';
import { Random } from '../../../src/sandbox/random.js';

interface World {
  tests: number;
  arms: number;
  /** Share of the arms that have each attribute, and its true effect. */
  attributes: { share: number; effect: number }[];
}

const idOf = (index: number) => `a${index}`;

/**
 * Finished tests of a world in which attributes are independent: each test has a level of its own, each variant something
 * of its own, and each effect differs from test to test.
 */
function campaign({ tests, arms, attributes }: World, seed: string): PatternTest[] {
  const random = new Random(seed);
  return Array.from({ length: tests }, (_, t) => {
    const level = -3.5 + 0.5 * random.normal();
    const here = attributes.map(({ effect }) => effect * (1 + 0.5 * random.normal()));
    return {
      id: `t${t}`,
      arms: Array.from({ length: arms }, () => {
        const values = attributes.map(({ share }) => Number(random.uniform() < share));
        const own = values.reduce((sum, value, i) => sum + value * here[i]!, 0);
        const rate = Math.exp(level + own + 0.2 * random.normal());
        const trials = 2_000 + Math.floor(4_000 * random.uniform());
        const events = Math.min(trials, random.poisson(trials * rate));
        return {
          group: 'one',
          attributes: Object.fromEntries(values.map((value, i) => [idOf(i), value])),
          ...logRateOf(events, trials),
        };
      }),
    };
  });
}

const mixed = (effects: number[], nothing: number): World['attributes'] => [
  ...effects.map((effect, i) => ({ share: [0.1, 0.3, 0.5][i % 3]!, effect })),
  ...Array.from({ length: nothing }, (_, i) => ({ share: [0.1, 0.3, 0.5][i % 3]!, effect: 0 })),
];

describe('a simulated campaign', () => {
  it.each([
    ['of 150 tests', 150, 40],
    ['of 40 tests', 40, 60],
  ])('%s: 95 %% of the intervals cover the true effect', (_, tests, repeats) => {
    const attributes = mixed([0.15, -0.15, 0.1, -0.1, 0.05, -0.05], 9);
    let intervals = 0;
    let covered = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const found = effectsOf(
        campaign({ tests, arms: 4, attributes }, `coverage ${tests} ${repeat}`),
        attributes.map((_, i) => idOf(i)),
      );
      for (const { id, interval } of found) {
        const truth = attributes[Number(id.slice(1))]!.effect;
        intervals += 1;
        if (interval[0] <= truth && truth <= interval[1]) covered += 1;
      }
    }
    // Three standard errors of a share of 95 %.
    const margin = 3 * Math.sqrt((0.95 * 0.05) / intervals);
    expect(intervals).toBeGreaterThan(500);
    expect(Math.abs(covered / intervals - 0.95)).toBeLessThan(margin);
  });

  it('finds large effects with their sign, and at most 5 % of what it finds is false', () => {
    const attributes = mixed([0.2, -0.2, 0.15, -0.15], 16);
    const ids = attributes.map((_, i) => idOf(i));
    const truth = (id: string) => attributes[Number(id.slice(1))]!.effect;
    const repeats = 200;
    let found = 0;
    const falseShares = Array.from({ length: repeats }, (_, repeat) => {
      const tests = campaign({ tests: 200, arms: 4, attributes }, `mixed ${repeat}`);
      const passed = effectsOf(tests, ids).filter(({ q }) => q <= 0.05);
      const wrong = passed.filter(({ id, effect }) => Math.sign(effect) !== Math.sign(truth(id)));
      found += passed.length - wrong.length;
      return wrong.length / Math.max(passed.length, 1);
    });
    const mean = falseShares.reduce((sum, share) => sum + share, 0) / repeats;
    const variance = falseShares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (repeats - 1);
    expect(found / (4 * repeats)).toBeGreaterThan(0.8);
    expect(mean).toBeLessThan(0.05 + 2 * Math.sqrt(variance / repeats));
  });

  it('without any effect establishes something in 5 % of the worlds at most', () => {
    const attributes = mixed([], 20);
    const repeats = 300;
    let worlds = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const found = effectsOf(
        campaign({ tests: 30, arms: 3, attributes }, `nothing ${repeat}`),
        attributes.map((_, i) => idOf(i)),
      );
      expect(found.length).toBeGreaterThan(10);
      if (found.some(({ q }) => q <= 0.05)) worlds += 1;
    }
    expect(worlds / repeats).toBeLessThan(0.05 + 2 * Math.sqrt((0.05 * 0.95) / repeats));
  });
});
