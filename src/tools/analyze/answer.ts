/** One line of output of `npm run analyze`: the looks of a test and what they decide. */

import { type DriftHistory, NO_HISTORY } from '../../domain/evidence/drift.js';
import { RULES } from '../../domain/evidence/rules.js';
import { type Evidence, UNADJUSTED } from '../../domain/evidence/types.js';
import { type Decision, decisionOf } from './decision.js';
import { lookHours } from './look-hours.js';
import { type Analysis, ruleFor } from './request.js';

const HOURS_PER_DAY = 24;

/** A look that met the rule's minimums. */
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
  /** Relative lift of B over A. */
  interval: [number, number] | null;
  /** The p of this look alone; absent if the rule's version doesn't give it. */
  p_now?: number;
  /** What the rule allows for the ads' drift; absent if its version doesn't. */
  drift?: {
    /** Standard deviation of the drift, log rate ratio, and its memory in hours: by the account's tests and this one. */
    sd: number;
    memory_hours: number;
    /** Number of earlier tests. */
    tests: number;
    /** The hours' own part of `se`. */
    bucket_se: number;
  };
  /** Hours whose clicks were replaced, by their index in `rows`; absent if there are none. */
  bursts?: { hour: number; ad: 'A' | 'B'; clicks: number; expected: number }[];
}

export interface Answer {
  /** The first look that calls a winner. */
  decision: Decision | null;
  /** All looks up to the end of the rows; absent if only the decision was asked for. */
  looks?: AnsweredLook[];
  /** Present if the rule doesn't adjust for repeated looks. */
  note?: typeof UNADJUSTED;
}

/**
 * Goes through a test look by look, past the decision to the end of the rows. Throws RangeError for settings at
 * which the rule can't keep its error rate.
 */
export function answer(analysis: Analysis, history: DriftHistory = NO_HISTORY): Answer {
  const { rows, settings } = analysis;
  let run = ruleFor(analysis).start(settings);
  let decision: Decision | null = null;
  const looks: AnsweredLook[] = [];
  for (const hours of lookHours(analysis)) {
    // Only closed buckets count.
    const { evidence, after } = run.look(rows.slice(0, Math.floor(hours)), hours, history);
    run = after;
    if (!evidence.counts) continue;
    if (evidence.winner !== null) decision ??= { hours, winner: evidence.winner };
    looks.push(lookOf(evidence));
  }
  return noted(analysis, { decision, looks });
}

/** The decision alone: it stops at the first winner, which is much faster. */
export function decisionAnswer(analysis: Analysis, history: DriftHistory = NO_HISTORY): Answer {
  return noted(analysis, { decision: decisionOf(analysis, history) });
}

function noted({ rule }: Analysis, figures: Answer): Answer {
  return RULES[rule].adjusted ? figures : { ...figures, note: UNADJUSTED };
}

function lookOf(evidence: Evidence): AnsweredLook {
  const { hours, theta, se, df, t, information, bound, p, confidence, interval, pNow, drift, bursts } =
    evidence;
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
    ...(pNow !== undefined && { p_now: pNow }),
    ...(drift && {
      drift: {
        sd: drift.sd,
        memory_hours: drift.memoryHours,
        tests: drift.tests,
        bucket_se: drift.bucketSe,
      },
    }),
    ...(bursts &&
      bursts.length > 0 && {
        bursts: bursts.map(({ ad, day, events, expected }) => ({
          hour: Math.round(day * HOURS_PER_DAY),
          ad,
          clicks: events,
          expected,
        })),
      }),
  };
}
