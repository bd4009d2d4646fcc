/** What all finished tests of an account say about each pattern. */

import {
  type AttributeEffect,
  type Contrast,
  contrastsOf,
  type Effect,
  effectOf,
  effectsOf,
  testsThatVary,
} from './effects.js';
import { type Basis, combineEvidence, type ForeignEffect } from './evidence.js';
import type { FinishedTest } from './finished-test.js';
import { adjustedP } from './many.js';
import { anytimeP } from './repeated-looks.js';
import { PATTERN_RULES } from './rules.js';
import {
  type LaterResult,
  laterResult,
  type PatternState,
  type Sign,
  type StateReason,
  stateOf,
} from './state.js';

/** What a fit says about a pattern. Instants are epoch ms, effects log rate ratios per step. */
export interface PatternFigures {
  /** Own tests that vary it. */
  tests: number;
  own: Effect | null;
  /**
   * False discovery rate at which it would pass, valid at every fit: a fit follows each test. Null if fewer tests vary it than a
   * pattern needs.
   */
  q: number | null;
  /** Null together with q. */
  shrunk: { mean: number; sd: number } | null;
  foreign: ForeignEffect | null;
  basis: Basis;
  state: PatternState;
  reason: StateReason;
  /** When it was first stated: a measured one by the fit that first established it. Null if it never was. */
  statedAt: number | null;
  /** The sign it was stated with; null if none was. */
  statedSign: Sign | null;
  /** The end of the latest test of the fit at which it last passed; null if it never did. */
  lastPassedAt: number | null;
  /** What tests that began after it was first stated say. */
  later: { result: LaterResult; effect: Effect | null };
}

/** What is known of an attribute's pattern from before the fit. */
export type Before = Pick<PatternFigures, 'statedAt' | 'statedSign' | 'lastPassedAt'>;

export interface AttributeFit extends PatternFigures {
  id: string;
  /** What each test that varies it says by itself. */
  contrasts: Contrast[];
}

export type ForeignAttributeEffect = { id: string } & ForeignEffect;

const UNKNOWN: Before = { statedAt: null, statedSign: null, lastPassedAt: null };

/** When the latest test finished; null without tests. */
export function latestOf(tests: readonly FinishedTest[]): number | null {
  return tests.reduce<number | null>(
    (latest, { finishedAt }) => Math.max(latest ?? finishedAt, finishedAt),
    null,
  );
}

/**
 * Fits every attribute that a test varies, that something is known of from elsewhere, or that has a pattern already.
 * `before`: the patterns, by attribute. `ids`: of the registry; others keep what they have.
 */
export function fitAttributes(
  tests: readonly FinishedTest[],
  ids: readonly string[],
  foreign: readonly ForeignAttributeEffect[],
  before: ReadonlyMap<string, Before>,
): AttributeFit[] {
  const reported = new Map(atEveryLook(effectsOf(tests, ids)).map((effect) => [effect.id, effect]));
  const elsewhere = new Map(foreign.map((effect) => [effect.id, effect]));
  const asOf = latestOf(tests);
  return ids.flatMap((id) => {
    const among = reported.get(id) ?? null;
    const contrasts = among?.contrasts ?? contrastsOf(tests, id);
    const other = elsewhere.get(id) ?? null;
    if (contrasts.length === 0 && !other && !before.has(id)) return [];
    return [fitOne(id, tests, { among, contrasts, asOf, foreign: other, before: before.get(id) ?? UNKNOWN })];
  });
}

/** The same effects with q for repeated looks: Benjamini and Hochberg's, over p-values that are valid at all of them. */
export function atEveryLook(effects: readonly AttributeEffect[]): AttributeEffect[] {
  const q = adjustedP(effects.map(anytimeP));
  return effects.map((effect, i) => ({ ...effect, q: q[i]! }));
}

interface Known {
  among: AttributeEffect | null;
  contrasts: Contrast[];
  asOf: number | null;
  foreign: ForeignAttributeEffect | null;
  before: Before;
}

function fitOne(id: string, tests: readonly FinishedTest[], known: Known): AttributeFit {
  const { among, contrasts, asOf, before } = known;
  const own = among ? plain(among) : effectOf(tests, id, 2);
  const { statedAt, statedSign, lastPassedAt } = before;
  const later =
    statedAt === null
      ? null
      : effectOf(
          tests.filter(({ startedAt }) => startedAt > statedAt),
          id,
          PATTERN_RULES.laterTests,
        );
  const { state, reason } = stateOf({
    held: lastPassedAt !== null,
    stated: statedSign,
    tests: contrasts.length,
    all: among && { effect: among.effect, q: among.q },
    later,
    testsSincePass:
      lastPassedAt === null
        ? 0
        : testsThatVary(
            tests.filter(({ finishedAt }) => finishedAt > lastPassedAt),
            id,
          ).length,
  });
  const passes = reason.code === 'established';
  const isNew = passes && statedSign === null && among !== null;
  const foreign = known.foreign && {
    effect: known.foreign.effect,
    se: known.foreign.se,
    learnedFrom: known.foreign.learnedFrom,
  };
  return {
    id,
    tests: contrasts.length,
    own,
    q: among?.q ?? null,
    shrunk: among?.shrunk ?? null,
    foreign,
    basis: combineEvidence(own, foreign).basis,
    state,
    reason,
    // Its sign comes from these tests, so only tests after them can replicate it.
    statedAt: isNew ? asOf : statedAt,
    statedSign: isNew ? (among.effect < 0 ? -1 : 1) : statedSign,
    lastPassedAt: passes ? asOf : lastPassedAt,
    later:
      isNew || statedSign === null
        ? { result: 'open', effect: null }
        : { result: laterResult(statedSign, later), effect: later },
    contrasts,
  };
}

function plain({ effect, se, df, interval, p, tests }: AttributeEffect): Effect {
  return { effect, se, df, interval, p, tests };
}
