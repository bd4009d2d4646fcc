/** Own and foreign evidence for a pattern. A pattern belongs to whom it was learned from. */

import { normalUpperQuantile, studentUpperQuantile } from '../evidence/distributions.js';
import type { Effect } from './effects.js';
import { PATTERN_RULES } from './rules.js';

/** An effect that was learned elsewhere, as a log rate ratio per step. */
export interface ForeignEffect {
  effect: number;
  se: number;
  /** What it was learned from, in words, e.g. "headlines of a publisher, not ads". */
  learnedFrom: string;
}

/** `own`: enough own tests. `own_and_foreign`: few own tests move a foreign effect. `foreign`: learned elsewhere alone. */
export const BASES = ['own', 'own_and_foreign', 'foreign', 'none'] as const;
export type Basis = (typeof BASES)[number];

/** What to expect of a pattern here, as a log rate ratio per step. */
export interface CombinedEvidence {
  basis: Basis;
  /** Null if nothing is known. */
  expected: { effect: number; se: number; interval: [low: number, high: number] } | null;
  /** Shown beside the figure, so that nobody takes one for the other. */
  own: Effect | null;
  foreign: ForeignEffect | null;
}

/**
 * What is left of a foreign effect on average: measured from one publisher's headlines to another's, 0.38 ± 0.15. From
 * headlines to ads nobody has measured it.
 */
export const FOREIGN_SLOPE = 0.4;

/**
 * Standard deviation of what an effect is here around what is left of the foreign one. As large as the effects
 * themselves: at another publisher, 13 of 25 patterns kept their sign.
 */
const FOREIGN_SPREAD = 0.1;

const TAIL = 0.025;
const Z = normalUpperQuantile(TAIL);

/**
 * Own evidence alone, if at least as many own tests vary the pattern as one needs to hold. With fewer, they move the
 * foreign effect, shrunk by {@link FOREIGN_SLOPE}, as the data move a normal prior.
 */
export function combineEvidence(own: Effect | null, foreign: ForeignEffect | null): CombinedEvidence {
  if (own && (own.tests >= PATTERN_RULES.tests || !foreign)) {
    const { effect, se, interval } = own;
    return { basis: 'own', expected: { effect, se, interval }, own, foreign };
  }
  if (!foreign) return { basis: 'none', expected: null, own, foreign };
  const prior = {
    effect: FOREIGN_SLOPE * foreign.effect,
    se: Math.hypot(FOREIGN_SLOPE * foreign.se, FOREIGN_SPREAD),
  };
  if (!own) return { basis: 'foreign', expected: withInterval(prior.effect, prior.se), own, foreign };
  // Few tests know their own error badly: the normal error that has the same 95 % interval.
  const error = (own.se * studentUpperQuantile(TAIL, own.df)) / Z;
  const precision = prior.se ** -2 + error ** -2;
  const effect = (prior.effect * prior.se ** -2 + own.effect * error ** -2) / precision;
  return { basis: 'own_and_foreign', expected: withInterval(effect, precision ** -0.5), own, foreign };
}

function withInterval(effect: number, se: number): CombinedEvidence['expected'] {
  return { effect, se, interval: [effect - Z * se, effect + Z * se] };
}
