/** Where a pattern stands, by rules that are on record. */

import type { Effect } from './effects.js';
import { anytimeP } from './repeated-looks.js';
import { PATTERN_RULES } from './rules.js';

/**
 * `candidate`: not established yet. `holds`: established. `contradicted`: later tests, or all of them, say the opposite.
 * `retired`: it held once, and the evidence no longer carries it.
 */
export const PATTERN_STATES = ['candidate', 'holds', 'contradicted', 'retired'] as const;
export type PatternState = (typeof PATTERN_STATES)[number];

export type Sign = 1 | -1;

/** Whether a statement claims the opposite of a pattern. Null: no direction was claimed. */
export function opposes(stated: Sign | null, sign: Sign | null): boolean {
  return stated !== null && sign !== null && stated !== sign;
}

/** What tests after a pattern was first stated say about it. */
export const LATER_RESULTS = ['replicated', 'contradicted', 'open'] as const;
export type LaterResult = (typeof LATER_RESULTS)[number];

/** Why a pattern is in its state: `patterns/sentences.ts` says it in words. */
export type StateReason =
  | { code: 'too_few_tests'; tests: number; least: number }
  | { code: 'not_established'; tests: number; q: number; limit: number }
  | { code: 'established'; tests: number; q: number; limit: number }
  | { code: 'fading'; q: number; limit: number; testsSincePass: number; retireAfter: number }
  | { code: 'no_longer_established'; q: number; limit: number; testsSincePass: number; retireAfter: number }
  | { code: 'reversed_later'; tests: number; effect: number; p: number; limit: number }
  | { code: 'reversed'; tests: number; effect: number; q: number; limit: number };

/** What is known of a pattern when its state is worked out. */
export interface PatternEvidence {
  /** Whether it has passed before. */
  held: boolean;
  /** The sign with which it was first stated; null if it never was. */
  stated: Sign | null;
  /** Own tests that vary it. */
  tests: number;
  /** Over all own tests, with q for repeated looks; null if too few vary it to report an effect. */
  all: { effect: number; q: number } | null;
  /** Over own tests that began after it was first stated; null if too few vary it. */
  later: Pick<Effect, 'effect' | 'p' | 'tests'> | null;
  /** Own tests that vary it and finished since it last passed; of no meaning if it never did. */
  testsSincePass: number;
}

type Later = PatternEvidence['later'];

/** Whether later tests replicate or contradict a pattern that was stated with this sign. It may be asked after every test. */
export function laterResult(stated: Sign, later: Later): LaterResult {
  return resultBy(stated, later, anytimeP);
}

/** The same for tests that are looked at once. */
export function resultOfOneLook(stated: Sign, later: Later): LaterResult {
  return resultBy(stated, later, ({ p }) => p);
}

function resultBy(stated: Sign, later: Later, pOf: (later: NonNullable<Later>) => number): LaterResult {
  const { laterP, laterTests } = PATTERN_RULES;
  if (!later || later.tests < laterTests || !(pOf(later) < laterP)) return 'open';
  return Math.sign(later.effect) === stated ? 'replicated' : 'contradicted';
}

/** A pattern's state and the reason for it. Foreign evidence has no say. */
export function stateOf(evidence: PatternEvidence): { state: PatternState; reason: StateReason } {
  const { held, stated, tests, all, later, testsSincePass } = evidence;
  const { q: limit, tests: least, laterP, retireAfter } = PATTERN_RULES;
  if (stated !== null && later && laterResult(stated, later) === 'contradicted') {
    const { effect } = later;
    const p = anytimeP(later);
    return {
      state: 'contradicted',
      reason: { code: 'reversed_later', tests: later.tests, effect, p, limit: laterP },
    };
  }
  const q = all?.q ?? 1;
  const effect = all?.effect ?? 0;
  if (tests >= least && q <= limit) {
    if (stated === null || Math.sign(effect) === stated) {
      return { state: 'holds', reason: { code: 'established', tests, q, limit } };
    }
    return { state: 'contradicted', reason: { code: 'reversed', tests, effect, q, limit } };
  }
  if (held && testsSincePass < retireAfter) {
    return { state: 'holds', reason: { code: 'fading', q, limit, testsSincePass, retireAfter } };
  }
  if (held) {
    const code = 'no_longer_established';
    return { state: 'retired', reason: { code, q, limit, testsSincePass, retireAfter } };
  }
  if (tests < least) return { state: 'candidate', reason: { code: 'too_few_tests', tests, least } };
  return { state: 'candidate', reason: { code: 'not_established', tests, q, limit } };
}
