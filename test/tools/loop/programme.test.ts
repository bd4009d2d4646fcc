import { describe, expect, it } from 'vitest';
import { textsOf } from '../../../src/domain/creative/creative-texts.js';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { creativeWorld } from '../../../src/sandbox/meta-simulator/creative-world.js';
import { Random } from '../../../src/sandbox/random.js';
import { type ProgrammePlan, runTests, type TestOutcome } from '../../../src/tools/loop/programme.js';
import { simulateTest } from '../../../src/tools/loop/simulated-test.js';

const FIRST = { hook: null, headline: 'Shoes that grip', text: null, script: null, visualNotes: null };
const WORLD = creativeWorld(3, { effects: 'some', unexplained: 0 });

/** As a test of endless traffic would end: the best ad is known. */
function certain(rates: readonly number[]): TestOutcome {
  const best = rates.indexOf(Math.max(...rates));
  return {
    promoted: best,
    arms: rates.map((rate) => ({ clicks: 100_000 * rate, impressions: 5_000_000 })),
  };
}

function plan(more: Partial<ProgrammePlan> = {}): ProgrammePlan {
  return {
    choice: 'learned',
    world: WORLD,
    first: FIRST,
    brief: { product: 'shoes', audience: null, offer: null, mustSay: [], mustNotSay: [] },
    startsFrom: 'first',
    tests: 3,
    challengers: 2,
    random: new Random('programme'),
    runTest: (_, rates) => certain(rates),
    ...more,
  };
}

describe('a programme of tests', () => {
  it('never falls behind its first creative if tests are certain, and each test starts from the winner before', () => {
    const levels: number[] = [];
    const { winners, falsely } = runTests(
      plan({
        runTest: (_, rates, sinceFirst) => {
          levels.push(sinceFirst);
          expect(rates).toHaveLength(3);
          expect(rates[0]).toBe(1);
          return certain(rates);
        },
      }),
    );
    expect(levels).toEqual([0, ...winners.slice(0, -1)]);
    expect([...winners].sort((a, b) => a - b)).toEqual(winners);
    expect(falsely).toBe(0);
  });

  it('keeps the control if no ad is promoted, and has the control’s rate for ever', () => {
    const arms = [0, 1, 2].map(() => ({ clicks: 100, impressions: 5_000 }));
    const { winners, promotions } = runTests(plan({ runTest: () => ({ promoted: null, arms }) }));
    expect([winners, promotions]).toEqual([[0, 0, 0], 0]);
  });

  it('is the same for the same draws, and chooses other drafts with shuffled patterns or none', () => {
    const drafts = (choice: ProgrammePlan['choice']) => {
      const all: (readonly number[])[] = [];
      const runTest = (_: number, rates: readonly number[]) => {
        all.push(rates);
        return certain(rates);
      };
      runTests(plan({ choice, runTest, random: new Random('same') }));
      return all;
    };
    expect(drafts('learned')).toEqual(drafts('learned'));
    expect(drafts('random')).not.toEqual(drafts('learned'));
    expect(drafts('shuffled').slice(1)).not.toEqual(drafts('learned').slice(1));
  });

  it('can begin with templates of a brief, beside the first creative', () => {
    let first: readonly number[] = [];
    const base = WORLD(textsOf(FIRST));
    runTests(
      plan({
        startsFrom: 'brief',
        tests: 1,
        challengers: 60,
        brief: {
          product: 'shoes',
          audience: 'runners',
          offer: null,
          mustSay: ['Free returns'],
          mustNotSay: [],
        },
        runTest: (_, rates) => {
          first = rates;
          return certain(rates);
        },
      }),
    );
    const template = { ...FIRST, headline: 'Shoes for runners', text: 'Shoes for runners. Free returns.' };
    expect(first.map((rate) => rate.toFixed(9))).toContain(
      Math.exp(WORLD(textsOf(template)) - base).toFixed(9),
    );
  });
});

describe('a simulated test', () => {
  const policy = { ...DEFAULT_POLICY, horizonHours: 48, guardrails: [] };
  const test = (key: string, clickRates: number[]) =>
    simulateTest({ key, clickRates, dailyBudget: 100_000, policy });

  it('promotes a much better ad at its first looks, and is the same for the same key', () => {
    const outcome = test('clear', [0.02, 0.05, 0.02]);
    expect(outcome.promoted).toBe(1);
    expect(test('clear', [0.02, 0.05, 0.02])).toEqual(outcome);
    const [control, best] = outcome.arms;
    expect(control!.impressions).toBeGreaterThan(80_000);
    expect(control!.impressions).toBeLessThan(160_000);
    expect(best!.clicks / best!.impressions).toBeCloseTo(0.05, 1);
  });

  it('rarely promotes one of equal ads, and never before the minimum', () => {
    const promoted = Array.from({ length: 40 }, (_, i) => test(`equal ${i}`, [0.02, 0.02])).filter(
      (outcome) => outcome.promoted !== null,
    );
    expect(promoted.length).toBeLessThanOrEqual(6);
    expect(Math.min(...promoted.map(({ arms }) => arms[0]!.impressions), 1e9)).toBeGreaterThan(70_000);
  });
});
