import { describe, expect, it } from 'vitest';
import { readHeadlines } from '../../../bench/preference/data.js';
import { competitor, PAIR_LOGISTIC } from '../../../bench/preference/models.js';
import { preferenceReport } from '../../../bench/preference/report.js';
import { speedOf } from '../../../bench/preference/speed.js';
import { measuredTexts } from '../../../src/domain/preference/measured-text.js';
import { countedTests, layersOf, RECIPE } from '../../domain/preference/support/world.js';
import { runCommand } from '../../support/command.js';

// A short form of `npm run -s bench:preference`, in a made-up world in which texts have no words in common.
describe('models by the tests that they learned from', () => {
  const one = competitor(RECIPE, layersOf);
  const notes: string[] = [];
  const report = preferenceReport({
    learned: countedTests(120, 'earlier'),
    judged: countedTests(60, 'later'),
    competitors: [PAIR_LOGISTIC, one],
    placebo: [one],
    sizes: [10, 40, 400],
    placebos: 4,
    note: (sentence) => notes.push(sentence),
  });

  it('have a row per size, up to all', () => {
    expect(Object.keys(report.models.A!)).toEqual(['10', '40', 'all 120']);
    expect(report.judged_by.tests).toBe(60);
    expect(notes).toHaveLength(10);
  });

  it('get better with more tests', () => {
    const { '10': few, 'all 120': all } = report.models.A!;
    expect(all!.accuracy_pct).toBeGreaterThan(few!.accuracy_pct);
    expect(all!.accuracy_pct).toBeGreaterThan(90);
    expect(all!.lift_pct).toBeGreaterThan(20);
    expect(all!.accuracy_pct).toBeGreaterThan(report.models.ngrams_logistic!['all 120']!.accuracy_pct + 20);
  });

  it('learn nothing from the placebo', () => {
    const shares = report.placebo.A!.map(({ accuracy_pct }) => accuracy_pct);
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) / shares.length - 50)).toBeLessThan(15);
  });
});

it('the time of learning is measured without encoding', () => {
  const speed = speedOf(measuredTexts(countedTests(30, 'earlier')), RECIPE, layersOf);
  expect(speed.tests).toBe(30);
  expect(speed.forecast_of_10_ms).toBeLessThan(300);
});

describe('the file', () => {
  it('must be there', async () => {
    expect(() => readHeadlines('/nowhere/tests.csv')).toThrow('there is no /nowhere/tests.csv');
    const { code, out, err } = await runCommand('bench/preference.ts', ['--file', '/nowhere/tests.csv']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('--file must name a CSV file of headline tests');
  });
});
