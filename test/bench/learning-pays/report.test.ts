import { describe, expect, it } from 'vitest';
import { learningPaysReport, WAYS } from '../../../bench/learning-pays/report.js';
import { countedTests, layersOf, RECIPE } from '../../domain/preference/support/world.js';
import { runCommand } from '../../support/command.js';

// A short form of `npm run -s bench:learning-pays`, in a made-up world.
describe('what learning earns', () => {
  const { rows, groups } = learningPaysReport({
    learned: countedTests(120, 'earlier'),
    judged: countedTests(100, 'later'),
    recipe: RECIPE,
    layersOf,
    sizes: [0, 30],
    splits: 3,
    placebos: 2,
    note: () => {},
  });
  const [nothing, few, all, shuffled] = ['0', '30', 'all 120', 'shuffled'].map((name) => rows[name]!);

  it('is nothing if nothing was learned and nothing is tested', () => {
    expect(groups).toBe(100);
    expect(nothing!.model_alone).toEqual({ lift_pct: 0, se: 0 });
    for (const way of WAYS.slice(1)) expect(nothing![way].lift_pct).toBeGreaterThan(0);
  });

  it('rises with the tests learned from', () => {
    for (const way of WAYS) {
      expect(all![way].lift_pct, way).toBeGreaterThan(nothing![way].lift_pct - 1);
      expect(all![way].lift_pct, way).toBeGreaterThan(few![way].lift_pct - 1);
    }
    expect(all!.model_alone.lift_pct).toBeGreaterThan(15);
    expect(all!.two_picked_half_tested.lift_pct).toBeGreaterThan(
      nothing!.two_picked_half_tested.lift_pct + 5,
    );
  });

  it('is nothing for outcomes that were shuffled across tests', () => {
    for (const way of WAYS) {
      expect(Math.abs(shuffled![way].lift_pct - nothing![way].lift_pct), way).toBeLessThan(6);
    }
  });
});

it('a faulty argument is refused in a sentence', async () => {
  const { code, err } = await runCommand('bench/learning-pays.ts', ['--encoder', 'gpt']);
  expect([code, err]).toEqual([1, '--encoder takes use-lite, minilm, mpnet, best, got "gpt"\n']);
});
