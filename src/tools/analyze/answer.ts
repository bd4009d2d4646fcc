/** One line of output of `npm run analyze`: the looks at a test and what they decide. */

import { RULES } from '../../domain/evidence/rules.js';
import { type Evidence, UNADJUSTED } from '../../domain/evidence/types.js';
import { type Decision, decisionOf } from './decision.js';
import { lookHours } from './look-hours.js';
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
  decision: Decision | null;
  /** To the end of the rows; absent where only the decision was asked for. */
  looks?: AnsweredLook[];
  /** Stands where the figures ignore how often one has looked. */
  note?: typeof UNADJUSTED;
}

/**
 * Goes through a test look by look; the looks go on after the decision, to the end of the rows. RangeError for
 * settings that the rule can't keep its promise with.
 */
export function answer(analysis: Analysis): Answer {
  const { rows, settings } = analysis;
  let run = RULES[analysis.rule].start(settings);
  let decision: Decision | null = null;
  const looks: AnsweredLook[] = [];
  for (const hours of lookHours(analysis)) {
    // A bucket enters once it has closed.
    const { evidence, after } = run.look(rows.slice(0, Math.floor(hours)), hours);
    run = after;
    if (!evidence.counts) continue;
    if (evidence.winner !== null) decision ??= { hours, winner: evidence.winner };
    looks.push(lookOf(evidence));
  }
  return noted(analysis, { decision, looks });
}

/** The same without the looks, which it doesn't go through to their end. */
export function decisionAnswer(analysis: Analysis): Answer {
  return noted(analysis, { decision: decisionOf(analysis) });
}

function noted({ rule }: Analysis, figures: Answer): Answer {
  return RULES[rule].adjusted ? figures : { ...figures, note: UNADJUSTED };
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
