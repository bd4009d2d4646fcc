/** The patterns of finished tests, and what other tests say about them. */

import { ATTRIBUTES, attributeOf } from '../../domain/creative/registry.js';
import { type Effect, effectOf, effectsOf, type PatternTest } from '../../domain/patterns/effects.js';
import { resultOfOneLook } from '../../domain/patterns/state.js';

/** The document of `--json`. Effects are relative changes of the click rate: −0.108 is −10.8 %. */
export interface PatternsDocument {
  /** Those that at least 10 tests vary, most certain first. */
  patterns: PatternRow[];
}

export interface PatternRow {
  id: string;
  statement: string;
  effect: number;
  /** 95 %. */
  interval: [low: number, high: number];
  /** False discovery rate at which it would pass. */
  q: number;
  /** Tests that vary it. */
  tests: number;
  /** Null without other tests, or if fewer than 10 of them vary it. */
  check: CheckedPattern | null;
}

export interface CheckedPattern {
  effect: number;
  interval: [low: number, high: number];
  same_sign: boolean;
  /** Same sign, and p below 0.05. */
  replicated: boolean;
}

export function findPatterns(learned: readonly PatternTest[], check: readonly PatternTest[] | null) {
  const effects = effectsOf(
    learned,
    ATTRIBUTES.map(({ id }) => id),
  );
  const patterns = effects.map((found): PatternRow => {
    const again = check && effectOf(check, found.id);
    return {
      id: found.id,
      statement: attributeOf(found.id)?.statement ?? found.id,
      ...relative(found),
      q: rounded(found.q),
      tests: found.tests,
      check: again && checked(found, again),
    };
  });
  return { patterns } satisfies PatternsDocument;
}

function checked(found: Effect, again: Effect): CheckedPattern {
  const sign = found.effect < 0 ? -1 : 1;
  return {
    ...relative(again),
    same_sign: Math.sign(again.effect) === sign,
    replicated: resultOfOneLook(sign, again) === 'replicated',
  };
}

function relative({ effect, interval: [low, high] }: Effect): Pick<PatternRow, 'effect' | 'interval'> {
  const change = (logRatio: number) => rounded(Math.expm1(logRatio));
  return { effect: change(effect), interval: [change(low), change(high)] };
}

const DIGITS = 6;

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
