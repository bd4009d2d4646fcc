import { describe, expect, it } from 'vitest';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import type { DemoResult } from '../../../src/tools/demo/demo.js';
import { type Gathered, scenarioEntry } from '../../../src/tools/demo/document.js';
import type { Judgement, ScenarioName } from '../../../src/tools/demo/scenarios.js';
import type { ScenarioStock } from '../../../src/tools/demo/stock.js';
import { summarise } from '../../../src/tools/demo/summary.js';
import type { PlannedTest } from '../../../src/tools/demo/world.js';
import { gathered, ROLLED_OUT, rolloutWrites } from './support/fixtures.js';

const PRIOR = learnPrior([
  { theta: 0.3, se: 0.05 },
  { theta: -0.2, se: 0.05 },
]);

function planned(id: string, headlines: readonly [string, string], lift: number): PlannedTest {
  return {
    id,
    name: id,
    control: { headline: headlines[0], trueClickRate: 0.02 },
    challenger: { headline: headlines[1], trueClickRate: 0.02 * (1 + lift) },
    dailyBudget: 10_000,
  };
}

function stock(
  name: ScenarioName,
  judgement: Judgement,
  tests: PlannedTest[],
  known: Gathered[],
  failure: string | null = null,
): ScenarioStock {
  return { entry: scenarioEntry(name, judgement, known, PRIOR), tests, gathered: known, failure };
}

function result(scenarios: ScenarioStock[], disagreements: string[] = []): DemoResult {
  return {
    scenarios,
    books: { rows: 6, disagreements },
    audit: [],
    timings: [{ experimentId: 'spring', phase: '80', standsAt: 3.4, late: 0.4, slack: 0.1 }],
    prior: PRIOR,
    currency: 'USD',
    seconds: 130,
    document: {
      seed: 7,
      time_scale: 4_000,
      scenarios: scenarios.map(({ entry }) => entry),
      books: { agree: disagreements.length === 0, rows: 6, disagreements, latest_phase_hours: 0.4 },
    },
  };
}

const PASSED = { passed: true, summary: 'All as planned.' };

describe('summarise', () => {
  it('says who won, with which confidence, the three lifts, and the change of the budgets', () => {
    const one = gathered('spring', {
      winner: 'challenger',
      effect: Math.log(1.4),
      writes: rolloutWrites(),
      budgets: ROLLED_OUT,
    });
    const text = summarise(
      result([stock('clear_winner', PASSED, [planned('spring', ['Old', 'New'], 0.38)], [one])]),
    );
    expect(text).toContain('6 days and 0 hours of testing, played in 130 s (seed 7).');
    expect(text).toContain('1. A clear winner: passed');
    expect(text).toContain('“New” beat “Old” after 30 hours and 1 looks, confidence 99.8 %; 95 % is needed.');
    expect(text).toMatch(
      /over the old: \+\d+\.\d % believed, \+40\.0 % measured, \+38\.0 % in the market’s hidden truth/,
    );
    expect(text).toContain('“Old” USD 100.00 -> USD 40.00, “New” USD 100.00 -> USD 160.00');
    expect(text).toContain('The books agree: the ledger has each of the 6 budget writes');
    expect(text).toContain('none too early, the latest 0.40 h late');
  });

  it('says why a winner lost its budget again', () => {
    const writes = [
      { adSetId: 'W', phase: '70', before: 12_000, intended: 14_000, hour: 1, refused: true },
      { adSetId: 'W', phase: 'revert', before: 12_000, intended: 10_000, hour: 1.1 },
    ];
    const one = gathered('spring', { winner: 'challenger', state: 'reverted', writes });
    const text = summarise(result([stock('batch', PASSED, [planned('spring', ['Old', 'New'], 0.4)], [one])]));
    expect(text).toContain('Meta refused USD 140.00 a day in phase 70, so every budget was restored.');
    expect(text).toContain('This ad set can not be changed in this way.');
    expect(text).toContain('USD 100.00 as before');
  });

  it('reports a test without a winner, a scenario that chance decided, and one that could not be played', () => {
    const close = gathered('close', { winner: null, effect: 0.004, confidence: 0.4 });
    const text = summarise(
      result([
        stock('continue_testing', PASSED, [planned('close', ['Old', 'New'], 0.005)], [close]),
        stock('clear_winner', { passed: false, summary: 'It is running when the time is up.' }, [], []),
        stock('batch', { passed: false, summary: 'It could not be played: refused' }, [], [], 'refused'),
      ]),
    );
    expect(text).toContain('confidence 40 %; 95 % is needed');
    expect(text).toContain('2. A clear winner: not passed\n   It is running when the time is up.');
    expect(text).toContain('3. Several tests at once, and Meta refuses a write of one of them: not passed');
  });

  it('lists the rows on which the books disagree', () => {
    expect(summarise(result([], ['spring, ledger row 4: another amount.']))).toContain(
      'The books do not agree; the market saw 6 budget writes:\n   spring, ledger row 4: another amount.',
    );
  });
});
