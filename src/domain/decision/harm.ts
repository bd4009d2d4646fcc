/** Whether data after the decision shows that a promoted winner is worse; valid at any number of looks. */

import type { DriftHistory } from '../evidence/drift.js';
import { delivered } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import { eventsNoun, METRICS, type Metric, type Objective, shownLift } from '../metric.js';
import { percent } from '../percent.js';
import { HARM_E, harmWords, MINIMUM_EVENTS, type Weight, weigh } from '../verification/verification.js';

/** Standard deviation of the log rate ratio of the losses for which the early evidence is built. */
const EARLY_TAU = 1;
/**
 * Variance of the log rate ratio of two equal ads from hour to hour, in addition to that of their counts: twice the
 * trigamma function at 1/0.6², for gamma distributed rates with a coefficient of variation (CV) of 60 %. Simulated (1,000
 * runs per world, shares of 0.5 to 0.8, looks for 72 h): equal ads show harm in at most 0.5 % of runs at a CV of 40 %, in
 * 8 % at a CV of 80 % with counts in the thousands, and in 21 % at a CV of 80 % with a share of 0.8.
 */
const HOUR_VARIANCE = 0.863;

/** An hour with less information than this has few events. */
const FEW = 10;

/**
 * ln E against an equal or better winner (B), from its first hours on; null if it is ahead. Of the N events in an hour an
 * equal winner gets N·w, with w its share of the exposure. The difference d = xB − N·w has the variance I = N·w·(1−w)
 * from counts and κ²·I² from the hour, κ² = {@link HOUR_VARIANCE}. With S = Σd/(1+κ²I) and V = ΣI/(1+κ²I) the normal
 * mixture E = (1+τ²V)^(−½)·exp(τ²S²/(2(1+τ²V))) is an e-process (Howard, Ramdas, McAuliffe and Sekhon 2021, eq. 14).
 *
 * The verification's e-process assumes nothing about the variance. It therefore needs at least seven hours, however bad
 * the winner is, which is longer than the default rollout. Amounts only have that evidence: their variance isn't known.
 */
function logEarlyHarm(rows: readonly PairRow[]): number | null {
  let s = 0;
  let v = 0;
  for (const row of rows) {
    if (row.countA !== undefined) return null;
    if (!delivered(row)) continue;
    const events = row.eventsA + row.eventsB;
    const share = row.exposureB / (row.exposureA + row.exposureB);
    const information = events * share * (1 - share);
    if (information === 0) continue;
    const precision = 1 / (1 / information + HOUR_VARIANCE);
    s += precision * logRatio(row, share, information);
    v += precision;
  }
  if (s >= 0) return null;
  const scale = 1 + EARLY_TAU ** 2 * v;
  return (EARLY_TAU ** 2 * s ** 2) / (2 * scale) - 0.5 * Math.log(scale);
}

/** The log ratio with many events; the score with few, because the shares would then bias the logarithm. */
function logRatio({ eventsA, eventsB }: PairRow, share: number, information: number): number {
  if (information < FEW) return (eventsB - (eventsA + eventsB) * share) / information;
  return Math.log((eventsB + share) / share) - Math.log((eventsA + 1 - share) / (1 - share));
}

/** Evidence that the winner is worse, and whether it is enough to act on. */
export interface Harm {
  weight: Weight;
  /** ln of the mean of the two e-values, which is an e-value too; null if the winner is ahead. */
  logE: number | null;
  shown: boolean;
}

/**
 * `rows`: one rival (A) and the winner (B). Harm isn't shown if both ads have fewer than 25 events, or if the winner is
 * ahead over all rows, however bad its last hours were. `history`: the drift in the account's tests.
 */
export function harmOf(rows: readonly PairRow[], history: DriftHistory): Harm {
  const weight = weigh(rows, { strict: false, history });
  const { logHarm } = weight;
  const early = logHarm === null ? null : logEarlyHarm(rows);
  const logE = logHarm === null ? null : logMeanOfTwo(early === null ? [logHarm] : [logHarm, early]);
  const events = Math.max(weight.winnerEvents, weight.rivalEvents);
  return { weight, logE, shown: events >= MINIMUM_EVENTS && (logE ?? 0) >= Math.log(HARM_E) };
}

/** ln((e^x + e^y)/2). If only one is given, the other e-value is 0. */
function logMeanOfTwo(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / 2);
}

/** The sentence that reports harm, without a full stop, or null. Too little data is no evidence of harm. */
export function harmSentence(
  rows: readonly PairRow[],
  {
    objective,
    winner,
    rival,
    history,
  }: { objective: Objective; winner: string; rival: string; history: DriftHistory },
): string | null {
  const { weight, logE, shown } = harmOf(rows, history);
  if (!shown) return null;
  const metric = METRICS[objective];
  return `${metric.label} of ${winner} over ${rival} since the decision: ${lossOf(metric, weight)}, ${harmWords(logE)}`;
}

/** The lift, or the numbers of events if the lift can't be estimated. */
function lossOf(metric: Metric, { theta, winnerEvents, rivalEvents }: Weight): string {
  return theta < 0
    ? percent(shownLift(metric, Math.expm1(theta)))
    : `${Math.round(winnerEvents)} ${eventsNoun(metric)} against ${Math.round(rivalEvents)}`;
}
