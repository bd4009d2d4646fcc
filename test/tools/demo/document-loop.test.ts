import { describe, expect, it } from 'vitest';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import { effectOf, scenarioEntry } from '../../../src/tools/demo/document.js';
import { DemoLoop, loopEntry } from '../../../src/tools/demo/document-loop.js';
import { tellLoop } from '../../../src/tools/demo/summary-loop.js';
import { aRound, endOf } from './support/loop.js';

const FIRST = { headline: 'First', text: null };
const rounds = [
  aRound('one', [0.01, 0.02, 0.015]),
  aRound('two', [0.02, 0.018, 0.019], { startsFrom: 'one', source: 'claude', learned: null }),
  aRound('three', [0.02, 0.03, 0.01], { startsFrom: 'two' }),
];
const ended = [
  endOf(rounds[0]!, { winner: 'challenger-1', lifts: [1.1, 0.4] }),
  endOf(rounds[1]!, { winner: null, lifts: [-0.1, -0.05] }),
  endOf(rounds[2]!, { winner: 'challenger-1', lifts: [0.6, -0.5] }),
];
const played = {
  first: FIRST,
  rounds,
  simulated: { learned: [Math.log(2), Math.log(4)], shuffled: [Math.log(1.5), 0], random: [0, 0] },
};

describe('the loop in the document', () => {
  it('has the true rate of each ad, what it measured, and how far the last winner is from the first ad', () => {
    const entry = DemoLoop.parse(loopEntry(played, ended));
    expect(entry.first.true_click_rate).toBe(0.01);
    expect(entry.tests.map((test) => test.winner_variant_id)).toEqual([
      'challenger-1',
      'control',
      'challenger-1',
    ]);
    expect(entry.reached).toBeCloseTo(2, 12);
    const [control, draft] = entry.tests[0]!.ads;
    expect(control).toMatchObject({ measured_lift: null, true_lift: 0, change: null, patterns: [] });
    expect(draft!.measured_lift).toBeCloseTo(1.1, 12);
    expect(draft!.true_lift).toBeCloseTo(1, 12);
    expect(entry.tests[1]).toMatchObject({ drafts_by: 'claude', starts_from: 'one', learned: null });
    const { with_patterns, without_patterns } = entry.simulated;
    expect(with_patterns.map((lift) => Math.round(100 * lift))).toEqual([100, 300]);
    expect(without_patterns).toEqual([0, 0]);
  });

  it('reaches nothing before its first test', () => {
    const entry = DemoLoop.parse(loopEntry({ ...played, rounds: [] }, []));
    expect([entry.reached, entry.tests]).toEqual([null, []]);
  });
});

describe('effectOf', () => {
  it('is that of the winner over the control, if there are several challengers', () => {
    const won = endOf(rounds[0]!, { winner: 'challenger-2', lifts: [0.1, 0.4] });
    expect(Math.expm1(effectOf(won)!.theta)).toBeCloseTo(0.4, 12);
    const lost = endOf(rounds[0]!, { winner: 'control', lifts: [-0.1, -0.4] });
    expect(Math.expm1(effectOf(lost)!.theta)).toBeCloseTo(-0.1, 12);
  });
});

describe('the loop in the summary', () => {
  const prior = learnPrior([]);
  const judgement = { passed: true, summary: 'It went well.' };
  const lines = tellLoop(scenarioEntry('compound_learning', judgement, ended, prior, played), ended);

  it('tells per test who won, its true rate, what the drafts changed, and what was learned', () => {
    const text = lines.join('\n');
    expect(text).toContain('“one, ad 1” won, clicked in 2.00 % of impressions:');
    expect(text).toMatch(/Test 1, 30 h: .* believed, \+110\.0 % measured, \+100\.0 % true\./);
    expect(text).toContain('Test 2, 30 h: no draft beat “two, ad 0”, clicked in 2.00 % of impressions.');
    expect(text).toContain('   New: change 1: +110.0 %, truly +100.0 %.');
    expect(text).toContain(
      'The model has learned from 1 test; its drafts used 1 pattern, so far won 2 of 3 times.',
    );
    expect(text).toContain('The service had not learned from it when the next test began.');
    expect(text).toContain('Drafts: 1 of 3 times by Claude');
    expect(text).toContain('words do far more than in real ones');
  });

  it('ends with what drafts with, without and with shuffled patterns reached', () => {
    const at = lines.findIndex((line) => line.startsWith('True click rate of the last winner'));
    const [learned, without, shuffled] = lines.slice(at + 1);
    expect(learned).toMatch(
      /with patterns +\+182\.8 % in 2 simulated runs \(\+100\.0 % to \+300\.0 %\), \+200\.0 % in this one/,
    );
    expect(without).toMatch(/without patterns +\+0\.0 % in 2 simulated runs/);
    expect(shuffled).toMatch(/with shuffled ones +\+22\.5 % in 2 simulated runs/);
  });

  it('says nothing without a test', () => {
    const entry = scenarioEntry('compound_learning', judgement, [], prior, { ...played, rounds: [] });
    expect(tellLoop(entry, [])).toEqual([]);
  });
});
