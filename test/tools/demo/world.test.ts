import { describe, expect, it } from 'vitest';
import { type DemoWorld, drawWorld, specOf, trueLift, trulyBetter } from '../../../src/tools/demo/world.js';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

function testsOf({ clearWinner, tooClose, batch }: DemoWorld) {
  return [clearWinner, tooClose, ...batch.tests];
}

describe('drawWorld', () => {
  it('gives the same world for the same seed, and another world for another seed', () => {
    expect(drawWorld(7)).toEqual(drawWorld(7));
    expect(drawWorld(8)).not.toEqual(drawWorld(7));
  });

  it('keeps every hidden truth within the range of its scenario', () => {
    for (const { clearWinner, tooClose, batch } of SEEDS.map(drawWorld)) {
      expect(trueLift(clearWinner)).toBeGreaterThanOrEqual(0.35);
      expect(trueLift(clearWinner)).toBeLessThanOrEqual(0.6);
      expect(trueLift(tooClose)).toBeGreaterThanOrEqual(0);
      expect(trueLift(tooClose)).toBeLessThanOrEqual(0.01 + 1e-12);
      for (const test of batch.tests)
        expect(Math.abs(Math.log1p(trueLift(test)))).toBeGreaterThan(0.3 - 1e-12);
    }
  });

  it('draws figures that differ from seed to seed', () => {
    const rates = new Set(SEEDS.map((seed) => drawWorld(seed).clearWinner.control.trueClickRate));
    const refused = new Set(SEEDS.map((seed) => drawWorld(seed).batch.refusedIndex));
    expect(rates.size).toBe(SEEDS.length);
    expect([...refused].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('makes the control the better ad in some tests of a batch, and never in the clear winner', () => {
    const worlds = SEEDS.map(drawWorld);
    const better = worlds.flatMap(({ batch }) =>
      batch.tests.map((test) => trulyBetter(test) === test.challenger),
    );
    expect(better).toContain(true);
    expect(better).toContain(false);
    for (const { clearWinner } of worlds) expect(trulyBetter(clearWinner)).toBe(clearWinner.challenger);
  });

  it('has different ids, and different creatives within each test', () => {
    for (const world of SEEDS.map(drawWorld)) {
      const tests = testsOf(world);
      expect(new Set(tests.map(({ id }) => id)).size).toBe(tests.length);
      for (const test of tests) expect(test.control.headline).not.toBe(test.challenger.headline);
    }
  });
});

describe('specOf', () => {
  it('puts the control first, each ad with its own hidden rate and the same budget', () => {
    const test = drawWorld(1).clearWinner;
    const { id, ads } = specOf(test);
    expect(id).toBe('clear-winner');
    expect(ads.map((ad) => [ad.headline, ad.trueClickRate, ad.dailyBudget])).toEqual([
      [test.control.headline, test.control.trueClickRate, test.dailyBudget],
      [test.challenger.headline, test.challenger.trueClickRate, test.dailyBudget],
    ]);
  });
});
