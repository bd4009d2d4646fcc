/**
 * Whether a promoted winner's lift holds on new data: from `settleHours` after the last budget write, for `windowHours`,
 * while the loser remains as a live control. The decision's data isn't used, so the lift measured here is free of the
 * winner's curse.
 */
import { adName } from '../ad-name.js';
import { rivalOf } from '../decision/rival.js';
import { differences, logEquality } from '../evidence/anytime.js';
import { studentUpperQuantile } from '../evidence/distributions.js';
import type { DriftHistory } from '../evidence/drift.js';
import { robustRatio } from '../evidence/estimate.js';
import { delivered } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import { bucketsOf, type Experiment, type Policy, variantOf } from '../experiment.js';
import { earlyHours, eventsNoun, METRICS, type Metric, shownLift, type VariantMetrics } from '../metric.js';
import { type Observed, pairRows } from '../pair-rows.js';
import { percent } from '../percent.js';
import { HOUR_MS } from '../time.js';
import { verificationWindow } from './window.js';

export const VERIFICATION_OUTCOMES = ['verified', 'not_verified', 'reverted'] as const;
export type VerificationOutcome = (typeof VERIFICATION_OUTCOMES)[number];

/** Tail on each side of the 90 % interval. */
const TAIL = 0.05;
/** The winner counts as worse if E reaches this: by Ville's inequality equal ads do in at most 1/20 of windows. */
export const HARM_E = 20;
/** Hours in which both ads delivered; days if the policy is strict. */
const MINIMUM_ROWS = 3;
/** Events per variant. */
export const MINIMUM_EVENTS = 25;
const DAY_HOURS = 24;

/** The parts of a promotion that the judgement needs. */
export interface PromotedWinner {
  winnerVariantId: string;
  /** `shadow`: nothing was written. */
  status?: string;
  /** At the decision, by variant id. */
  metrics: Record<string, VariantMetrics>;
  phasesDone: Record<string, number>;
}

/** The parts of an experiment that the judgement needs. */
export type Judged = Pick<Experiment, 'variants' | 'policy' | 'dropped'>;

/** The window's evidence on the winner over its rival. Effects are log rate ratios: above 0 is better. */
export interface Weight {
  /** 0 if it can't be estimated; `se` is then 0 too. */
  theta: number;
  se: number;
  df: number;
  /** 90 % interval of the relative lift, by Student's t; null if there is none. */
  interval: [number, number] | null;
  rows: number;
  /** Blocks of 24 h from the window's start in which both delivered. */
  days: number;
  /** Numbers of events, even if the metric weighs their value. */
  winnerEvents: number;
  rivalEvents: number;
  /** ln E against equal ads; null unless the winner is behind, because E is evidence of harm only then. */
  logHarm: number | null;
}

/**
 * Weighs rows that have the rival as A, the winner as B and a day, with the ads' drift as the account's tests show it. The
 * e-process has no form for drift: its variance grows as that of θ̂ does. Never NaN.
 */
export function weigh(
  rows: readonly PairRow[],
  { strict, history }: { strict: boolean; history: DriftHistory },
): Weight {
  const ratio = robustRatio(rows, { clusterByDay: strict }, history);
  const sums = differences(ratio.plausible);
  const { theta, se, df, bucketSe } = ratio;
  const inflation = bucketSe > 0 ? (se / bucketSe) ** 2 : 1;
  return {
    theta,
    se,
    df,
    interval: intervalOf(theta, se, df),
    rows: ratio.clusters,
    days: new Set(rows.filter(delivered).map(({ day = 0 }) => Math.floor(day))).size,
    winnerEvents: ratio.countB,
    rivalEvents: ratio.countA,
    logHarm: sums.a < sums.b ? logEquality(sums, inflation) : null,
  };
}

function intervalOf(theta: number, se: number, df: number): [number, number] | null {
  if (!(se > 0 && df > 0)) return null;
  const margin = studentUpperQuantile(TAIL, df) * se;
  const interval: [number, number] = [Math.expm1(theta - margin), Math.expm1(theta + margin)];
  return interval.every(Number.isFinite) ? interval : null;
}

/**
 * Whether there is evidence, valid at any time, that the winner is worse: it is behind and E ≥ 20. The minimum of events
 * applies to the ad with more of them, so that a winner without any event is caught.
 */
export function showsHarm(weight: Weight): boolean {
  return (
    weight.rows >= MINIMUM_ROWS &&
    Math.max(weight.winnerEvents, weight.rivalEvents) >= MINIMUM_EVENTS &&
    (weight.logHarm ?? 0) >= Math.log(HARM_E)
  );
}

/** The outcome when the whole window is known. */
export function outcomeOf(weight: Weight): VerificationOutcome {
  if (showsHarm(weight)) return 'reverted';
  return isEnough(weight) && weight.interval![0] > 0 ? 'verified' : 'not_verified';
}

/** Whether it has the minimums of events and of rows that an outcome needs, and an interval. */
export function isEnough({ rows, winnerEvents, rivalEvents, interval }: Weight): boolean {
  return rows >= MINIMUM_ROWS && Math.min(winnerEvents, rivalEvents) >= MINIMUM_EVENTS && interval !== null;
}

/** E as users read it; evidence beyond e²⁰ is shown as that. */
function shownEvidence(logE: number | null): string {
  return Math.exp(Math.min(logE ?? 0, 20)).toPrecision(3);
}

/** As in `evidence that the winner is worse E = 31.2 ≥ 20`; `logE` is at least ln {@link HARM_E}. */
export function harmWords(logE: number | null): string {
  return `evidence that the winner is worse E = ${shownEvidence(logE)} ≥ ${HARM_E}`;
}

export interface VerificationVerdict extends Weight {
  winner: string;
  rival: string;
  /** Null: not decided yet. */
  outcome: VerificationOutcome | null;
  /** The result so far, as a sentence. */
  message: string;
}

/**
 * Weighs the winner against the rival of its verification, by the observations within a window of instants (epoch ms);
 * it ignores all others. Events of the objective that Meta books late count if their buckets end by `bookedUntil`.
 *
 * The rival is the control, or the best challenger if the control won. The decision's data chooses it, not the window's,
 * so the interval needs no correction for the choice.
 */
export function weighWindow(input: {
  experiment: Judged;
  promotion: PromotedWinner;
  observations: readonly Observed[];
  /** The drift in the account's tests, this one's decision included. */
  history: DriftHistory;
  window: { since: number; until: number };
  bookedUntil: number;
}): { winner: string; rival: string; weight: Weight } {
  const { experiment, promotion, history, window, bookedUntil } = input;
  const { policy } = experiment;
  const winner = promotion.winnerVariantId;
  const rival = rivalOf(experiment, variantOf(experiment, winner), promotion.metrics).id;
  const within = input.observations.filter(
    ({ bucketStart, bucketEnd }) => bucketStart >= window.since && bucketEnd <= window.until,
  );
  const rows = pairRows(METRICS[policy.objective], within, [rival, winner], {
    startedAt: window.since,
    until: bookedUntil,
  });
  // Rows that are days are their own clusters.
  const strict = (policy.strict ?? false) && bucketsOf(policy) === 'hour';
  return { winner, rival, weight: weigh(rows, { strict, history }) };
}

/**
 * Judges a promotion by the observations in its window up to a cut-off: for harm at any time, and for the outcome from
 * the window's `judgedAt` on. It ignores observations outside the window.
 */
export function judge(input: {
  experiment: Judged;
  promotion: PromotedWinner;
  observations: readonly Observed[];
  dueAt: number;
  /** The drift in the account's tests, this one's decision included. */
  history: DriftHistory;
  /**
   * The change of the split that a daily gate found after the last phase, in words; null if it found none. After a change
   * the data doesn't show the promoted split.
   */
  splitChanged?: string | null;
}): VerificationVerdict {
  const { experiment, promotion, dueAt, history, splitChanged = null } = input;
  const { policy } = experiment;
  const metric = METRICS[policy.objective];
  const window = verificationWindow(policy, promotion.phasesDone);
  const ended = Math.min(window.until, dueAt);
  const isDue = dueAt >= window.judgedAt;
  const { winner, rival, weight } = weighWindow({
    experiment,
    promotion,
    observations: input.observations,
    history,
    window: { since: window.since, until: ended },
    bookedUntil: isDue ? ended : dueAt - earlyHours(metric) * HOUR_MS,
  });
  const found = isDue ? outcomeOf(weight) : showsHarm(weight) ? 'reverted' : null;
  const spoiltBy = found === 'verified' ? splitChanged : null;
  const outcome = spoiltBy === null ? found : 'not_verified';
  const wording = wordingOf(promotion);
  const named = {
    winner: adName(experiment.variants, winner),
    rival: adName(experiment.variants, rival),
  };
  const why = sentence({ metric, policy, ...named, weight, outcome, spoiltBy, wording });
  const message = outcome === null || spoiltBy !== null ? why : `${why}${splitSentence(splitChanged)}`;
  return { ...weight, winner, rival, outcome, message };
}

/** The sentences' words for the rollout and its budgets: in shadow no budget was written. */
const WORDING = {
  written: { rollout: 'the rollout', kept: 'the budgets stay', back: 'The budgets are being restored' },
  shadow: { rollout: 'the rollout in shadow', kept: 'no budget was moved', back: 'No budget was moved' },
};
type Wording = (typeof WORDING)['written'];

function wordingOf({ status }: Pick<PromotedWinner, 'status'>): Wording {
  return status === 'shadow' ? WORDING.shadow : WORDING.written;
}

/** The sentence for a verification whose window's data could not be read. */
export function unreadSentence(
  policy: Pick<Policy, 'verification'>,
  promotion: Pick<PromotedWinner, 'status'>,
  trouble: string,
  splitChanged: string | null,
): string {
  const { rollout, kept } = wordingOf(promotion);
  return `Not verified: the ${lengthOf(policy)} after ${rollout} could not be read (${trouble}); ${kept}.${splitSentence(splitChanged)}`;
}

/** Added to an outcome that doesn't depend on the split. */
function splitSentence(splitChanged: string | null): string {
  return splitChanged === null ? '' : ` A budget was changed after the last phase: ${splitChanged}.`;
}

function sentence(facts: {
  metric: Metric;
  policy: Pick<Policy, 'verification' | 'strict' | 'buckets'>;
  winner: string;
  rival: string;
  weight: Weight;
  outcome: VerificationOutcome | null;
  /** The change of the split, if it is the only reason that the lift isn't verified. */
  spoiltBy: string | null;
  wording: Wording;
}): string {
  const { metric, policy, winner, rival, weight, outcome } = facts;
  const { rollout, kept, back } = facts.wording;
  const { theta, interval, logHarm, days } = weight;
  const subject = `${metric.label} of ${winner} over ${rival}`;
  const length = lengthOf(policy);
  const evidence = shownEvidence(logHarm);
  if (outcome === 'reverted') {
    const events = `${count(weight.winnerEvents)} ${eventsNoun(metric)} against ${count(weight.rivalEvents)}`;
    const lift = weight.se > 0 ? percent(shownLift(metric, Math.expm1(theta))) : events;
    return `Reverted: ${subject} ${lift} on ${days} of ${length} after ${rollout}; ${harmWords(logHarm)}. ${back}.`;
  }
  const few = shortfall(metric, facts);
  if (outcome === null) {
    const soFar = `day ${days} of ${length} after ${rollout}`;
    if (few !== null) return `Being verified: too little data by ${soFar} (${few}).`;
    return `Being verified: ${subject} ${estimate(metric, theta, interval!)} by ${soFar}; evidence of harm: ${logHarm === null ? 'none' : `E = ${evidence} < ${HARM_E}`}.`;
  }
  if (few !== null) {
    return `Not verified: too little data in the ${length} after ${rollout} (${few}); ${kept}.`;
  }
  const judged = estimate(metric, theta, interval!);
  if (facts.spoiltBy !== null) {
    return `Not verified: a budget was changed after the last phase (${facts.spoiltBy}), so the split was not the one written; ${subject} ${judged} in the ${length} after ${rollout}; ${kept}.`;
  }
  return outcome === 'verified'
    ? `Verified: ${subject} ${judged} in the ${length} after ${rollout}.`
    : `Not verified: ${subject} ${judged} in the ${length} after ${rollout}; ${kept}.`;
}

/** `+12.3 % (90 % interval +4.1 % to +21.0 % > 0 %)`. */
export function estimate(metric: Metric, theta: number, interval: [number, number]): string {
  const shown = (lift: number) => percent(shownLift(metric, lift));
  const [low, high] = metric.inverse ? [interval[1], interval[0]] : interval;
  const isBetter = interval[0] > 0;
  const isWorse = interval[1] < 0;
  const side = isBetter || isWorse ? `${isBetter === metric.inverse ? '<' : '>'} 0 %` : 'reaches 0 %';
  return `${shown(Math.expm1(theta))} (90 % interval ${shown(low)} to ${shown(high)} ${side})`;
}

/** The minimum that was not reached, in words, or null. */
export function shortfall(
  metric: Metric,
  {
    policy,
    winner,
    rival,
    weight,
  }: { policy: Pick<Policy, 'strict' | 'buckets'>; winner: string; rival: string; weight: Weight },
): string | null {
  const { rows, winnerEvents, rivalEvents } = weight;
  const [id, fewest] = winnerEvents < rivalEvents ? [winner, winnerEvents] : [rival, rivalEvents];
  const noun = policy.strict || bucketsOf(policy) === 'day' ? 'days' : 'hours';
  if (rows < MINIMUM_ROWS) return `${noun} in which both delivered: ${rows} < ${MINIMUM_ROWS}`;
  if (fewest < MINIMUM_EVENTS) return `${id} has ${count(fewest)} ${eventsNoun(metric)} < ${MINIMUM_EVENTS}`;
  return weight.interval === null ? `no variation between ${noun}` : null;
}

/** The length of the window: `7 days`, or `36 h`. */
export function lengthOf({ verification: { windowHours } }: Pick<Policy, 'verification'>): string {
  return windowHours % DAY_HOURS === 0 && windowHours > DAY_HOURS
    ? `${windowHours / DAY_HOURS} days`
    : `${windowHours} h`;
}

function count(value: number): string {
  return String(Math.round(value * 10) / 10);
}
