/** One line of output of `npm run analyze`: the looks at a test and what they decide. */

import { RULES } from '../domain/evidence/rules.js';
import { type Evidence, UNADJUSTED } from '../domain/evidence/types.js';
import type { Analysis } from './request.js';

/** A look that counts. */
export interface AnsweredLook {
  hours: number;
  theta: number;
  se: number;
  df: number;
  t: number;
  information: number;
  bound: number | null;
  t_critical: number | null;
  p: number;
  confidence: number;
  /** Of the relative lift of B over A. */
  interval: [number, number] | null;
}

export interface Answer {
  /** The first look that calls a winner. */
  decision: { hours: number; winner: 'A' | 'B' } | null;
  /** To the end of the rows; absent where only the decision was asked for. */
  looks?: AnsweredLook[];
  /** Stands where the figures ignore how often one has looked. */
  note?: typeof UNADJUSTED;
}

/** Hours of the looks: every `checkEveryHours` and the horizon itself, as far as there are rows. */
export function* lookHours(analysis: Analysis): Generator<number> {
  const { checkEveryHours, rows } = analysis;
  const { horizonHours } = analysis.settings;
  let before = 0;
  for (let k = 1; ; k++) {
    const hours = k * checkEveryHours;
    if (before < horizonHours && horizonHours < hours && horizonHours <= rows.length) yield horizonHours;
    if (hours > rows.length) return;
    yield hours;
    before = hours;
  }
}

/**
 * Goes through a test look by look. The looks go on after the decision to the end of the rows, unless only the
 * decision is asked for. RangeError for settings that the rule can't keep its promise with.
 */
export function answer(analysis: Analysis, decisionOnly: boolean): Answer {
  const { rows, settings } = analysis;
  let run = RULES[analysis.rule].start(settings);
  let decision: Answer['decision'] = null;
  let adjusted = true;
  const looks: AnsweredLook[] = [];
  for (const hours of lookHours(analysis)) {
    // A bucket enters once it has closed.
    const { evidence, after } = run.look(rows.slice(0, Math.floor(hours)), hours);
    run = after;
    adjusted = evidence.adjusted;
    if (!evidence.counts) continue;
    if (evidence.winner !== null) decision ??= { hours, winner: evidence.winner };
    if (!decisionOnly) looks.push(lookOf(evidence));
    else if (decision !== null) break;
  }
  return {
    decision,
    ...(decisionOnly ? {} : { looks }),
    ...(adjusted ? {} : { note: UNADJUSTED }),
  };
}

function lookOf(evidence: Evidence): AnsweredLook {
  const { hours, theta, se, df, t, information, bound, p, confidence, interval } = evidence;
  return {
    hours,
    theta,
    se,
    df,
    t,
    information,
    bound,
    t_critical: evidence.tCritical,
    p,
    confidence,
    interval,
  };
}
