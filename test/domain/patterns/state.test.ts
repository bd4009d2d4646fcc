import { describe, expect, it } from 'vitest';
import { stateSentence } from '../../../src/domain/patterns/sentences.js';
import {
  laterResult,
  opposes,
  type PatternEvidence,
  resultOfOneLook,
  stateOf,
} from '../../../src/domain/patterns/state.js';

const unknown: PatternEvidence = {
  held: false,
  stated: null,
  tests: 0,
  all: null,
  later: null,
  testsSincePass: 0,
};
const passing = { effect: -0.1, q: 0.05 };
const failing = { effect: -0.02, q: 0.3 };
const later = (effect: number, p: number, tests = 3) => ({ effect, p, tests });

const state = (evidence: Partial<PatternEvidence>) =>
  stateOf({ ...unknown, tests: evidence.all ? 10 : 0, ...evidence });

describe('the state of a pattern', () => {
  it.each<[string, Partial<PatternEvidence>, string, string]>([
    ['of which nothing is known', {}, 'candidate', 'too_few_tests'],
    ['with too few tests', { tests: 9, all: passing }, 'candidate', 'too_few_tests'],
    ['above the limit', { all: { ...passing, q: 0.051 } }, 'candidate', 'not_established'],
    ['at the limits', { all: passing }, 'holds', 'established'],
    ['as stated', { all: passing, stated: -1 }, 'holds', 'established'],
    ['against what was stated', { all: passing, stated: 1 }, 'contradicted', 'reversed'],
    [
      'that has just stopped passing',
      { held: true, stated: -1, all: failing, testsSincePass: 19 },
      'holds',
      'fading',
    ],
    [
      'that has stopped for long',
      { held: true, stated: -1, all: failing, testsSincePass: 20 },
      'retired',
      'no_longer_established',
    ],
    [
      'that was retired and still fails',
      { held: true, stated: -1, all: failing, testsSincePass: 90 },
      'retired',
      'no_longer_established',
    ],
    ['that was stated and never held', { stated: -1, all: failing }, 'candidate', 'not_established'],
    ['that was retired and passes again', { held: true, stated: -1, all: passing }, 'holds', 'established'],
    [
      'that later tests contradict',
      { held: true, stated: -1, all: passing, later: later(0.1, 0.0005) },
      'contradicted',
      'reversed_later',
    ],
    [
      'that people stated and tests contradict',
      { stated: 1, all: null, later: later(-0.1, 0.0005) },
      'contradicted',
      'reversed_later',
    ],
    [
      'that later tests confirm',
      { held: true, stated: -1, all: passing, later: later(-0.1, 0.0001) },
      'holds',
      'established',
    ],
    [
      'with a weak contradiction',
      { held: true, stated: -1, all: passing, later: later(0.1, 0.001) },
      'holds',
      'established',
    ],
    [
      'with a contradiction by two tests',
      { held: true, stated: -1, all: passing, later: later(0.1, 1e-9, 2) },
      'holds',
      'established',
    ],
    [
      'whose contradiction is no longer significant',
      { held: true, stated: -1, all: failing, later: later(0.01, 0.6, 9) },
      'holds',
      'fading',
    ],
  ])('%s', (_, evidence, expected, code) => {
    const { state: found, reason } = state(evidence);
    expect([found, reason.code]).toEqual([expected, code]);
  });

  it('comes with its reason in a sentence', () => {
    const said = (evidence: Partial<PatternEvidence>) => stateSentence(state(evidence).reason);
    expect(said({ tests: 1 })).toBe('Not established yet: 1 test varies it, and at least 10 are needed.');
    expect(said({ tests: 40, all: failing })).toBe(
      'Not established yet: after 40 tests that vary it, of patterns as uncertain as this one, 30 % may be false; at most 5 % is accepted.',
    );
    expect(said({ all: { ...passing, q: 0.0001 } })).toBe(
      'Established by 10 tests that vary it: of patterns as uncertain as this one, less than 0.1 % may be false; at most 5 % is accepted.',
    );
    expect(said({ held: true, stated: -1, all: failing, testsSincePass: 4 })).toBe(
      'It was established, but now, of patterns as uncertain as this one, 30 % may be false; at most 5 % is accepted. It retires if that stays so for 20 tests (4 so far).',
    );
    expect(said({ held: true, stated: -1, all: failing, testsSincePass: 21 })).toBe(
      'It was established once; after 21 further tests, of patterns as uncertain as this one, 30 % may be false; at most 5 % is accepted.',
    );
    expect(said({ stated: 1, all: { ...passing, effect: Math.log(0.9), q: 0.02 } })).toBe(
      'Tests say the opposite: -10.0 % in 10 tests that vary it. Of patterns as uncertain as this one, 2 % may be false; at most 5 % is accepted.',
    );
    expect(said({ held: true, stated: -1, all: passing, later: later(Math.log(1.1), 0.0001) })).toBe(
      'Tests after it was first stated say the opposite: +10.0 % in 3 tests that vary it. If it had no effect, chance would ever show as much with a probability of 1.7 %; below 5 % counts as contradicted.',
    );
  });
});

describe('tests after a pattern was first stated', () => {
  it.each([
    ['replicate it with the same sign', later(-0.1, 0.0005), 'replicated'],
    ['contradict it with the other sign', later(0.1, 0.0005), 'contradicted'],
    ['leave it open if one look alone is significant', later(-0.1, 0.001), 'open'],
    ['leave it open if they are few', later(-0.1, 1e-9, 2), 'open'],
    ['leave it open if none varies it', null, 'open'],
  ] as const)('%s', (_, evidence, expected) => {
    expect(laterResult(-1, evidence)).toBe(expected);
  });

  it('that are looked at once need p below 0.05 alone', () => {
    expect(resultOfOneLook(-1, later(-0.1, 0.049))).toBe('replicated');
    expect(resultOfOneLook(-1, later(0.1, 0.049))).toBe('contradicted');
    expect(resultOfOneLook(-1, later(-0.1, 0.05))).toBe('open');
    expect(resultOfOneLook(-1, later(-0.1, 0.001, 2))).toBe('open');
  });
});

it('a statement opposes a pattern if both claim a direction and they differ', () => {
  expect([opposes(1, -1), opposes(-1, 1)]).toEqual([true, true]);
  expect([opposes(1, 1), opposes(null, 1), opposes(1, null)]).toEqual([false, false, false]);
});
