/**
 * Whether a promotion would harm a metric other than the objective, by one look alone. Policies whose guardrails wait
 * judge by `guardrail-state.ts`.
 */

import { normalUpperQuantile } from '../evidence/distributions.js';
import { delivered, type RateRatio, rateRatio } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import type { Bucket, Guardrail } from '../experiment.js';
import { eventsNoun, informationOf, METRICS, type Metric, shownLift } from '../metric.js';
import { percent } from '../percent.js';
import { beforeCut, type Cut } from './counted.js';
import type { HealthFinding } from './delivery-health.js';
import { isBeyond, isWithin, mayBeBeyond } from './guardrail-words.js';

/** One-sided error of one guardrail. All guardrails must pass, so their number needs no correction. */
export const ERROR = 0.05;
export const Z = normalUpperQuantile(ERROR);

/** A guardrail against one of the winner's rivals: `rows` have the rival as A and the winner as B. */
export interface GuardrailInput {
  guardrail: Guardrail;
  /** What users call the ads. */
  winner: string;
  rival: string;
  rows: readonly PairRow[];
  /** Events per variant before the ratio is weighed. */
  minimum: number;
  buckets: Bucket;
  /** The instant up to which events are weighed; unset: all are. */
  cut?: Cut;
}

/**
 * θ is the log rate ratio of the winner over its rival. `no_harm` blocks if θ + z₀.₉₅·SE < 0; `non_inferiority` blocks
 * unless exp(θ − z₀.₉₅·SE) > 1 − margin. With few events SE can't be trusted: `no_harm` then blocks if luck can't explain
 * how few events the winner has (binomial distribution), and `non_inferiority` always blocks.
 */
export function guardrailFinding(input: GuardrailInput): HealthFinding {
  const { guardrail } = input;
  const code = `guardrail_${guardrail.metric}` as const;
  const { metric, subject, ratio, few } = weighGuardrail(input);
  if (few !== null) {
    if (guardrail.mode === 'non_inferiority') {
      const message = `${subject}: too little data to show that it is not worse (${few})`;
      return { code, level: 'block', message };
    }
    const message = tooFewEvents(input);
    if (message !== null) return { code, level: 'block', message };
    return { code, level: 'note', message: `${subject}: too little data to see harm (${few})` };
  }

  const lift = percent(shown(metric, ratio.theta));
  const at = (errors: number, limit: number) => ({
    change: shown(metric, ratio.theta + errors * ratio.se),
    limit,
    confidence: Math.round(100 * (1 - ERROR)),
  });
  if (guardrail.mode === 'no_harm') {
    return ratio.theta + Z * ratio.se < 0
      ? { code, level: 'block', message: `${subject}: ${lift}, ${isBeyond(metric, at(Z, 0))}` }
      : { code, level: 'note', message: `${subject}: ${lift}, no evidence of harm` };
  }
  const passes = Math.exp(ratio.theta - Z * ratio.se) > 1 - guardrail.margin;
  const worst = at(-Z, shownLift(metric, -guardrail.margin));
  return passes
    ? { code, level: 'note', message: `${subject}: ${lift}, ${isWithin(metric, worst)}` }
    : { code, level: 'block', message: `${subject}: ${lift} so far; ${mayBeBeyond(metric, worst)}` };
}

/** The ratio of the winner over its rival, and what is missing to weigh it, in words; null if nothing is. */
export function weighGuardrail(input: GuardrailInput): {
  metric: Metric;
  subject: string;
  ratio: RateRatio;
  few: string | null;
} {
  const { guardrail, winner, rival, rows, minimum } = input;
  const metric = METRICS[guardrail.metric];
  const subject = `${metric.label} of ${winner} over ${rival}`;
  const ratio = rateRatio(rows, { information: informationOf(metric) });
  const { ofWinner, ofRival } = eventsIn(rows);
  const fewest = Math.min(ofWinner, ofRival);
  const fewer = ofWinner <= ofRival ? winner : rival;
  const few =
    fewest < minimum
      ? `${fewer} has ${count(fewest)} ${eventsNoun(metric)} < ${minimum}${beforeCutOf(input)}`
      : ratio.se > 0
        ? null
        : `no variation between ${input.buckets}s`;
  return { metric, subject, ratio, few };
}

/** The sentence if luck can't explain how few events the winner has, or null. */
export function tooFewEvents(input: GuardrailInput): string | null {
  const { metric, subject } = weighGuardrail(input);
  const luck = chanceOfSoFew(metric, input.rows);
  if (luck >= ERROR) return null;
  const { ofWinner, ofRival } = eventsIn(input.rows);
  return `${subject}: ${count(ofWinner)} ${eventsNoun(metric)} against ${count(ofRival)}${beforeCutOf(input)}, a chance of ${luck.toFixed(4)} < ${ERROR.toFixed(2)} if it were no worse`;
}

function beforeCutOf({ guardrail, cut }: GuardrailInput): string {
  return cut && METRICS[guardrail.metric].attribution ? beforeCut(cut) : '';
}

function eventsIn(rows: readonly PairRow[]): { ofWinner: number; ofRival: number } {
  return {
    ofWinner: rows.reduce((sum, row) => sum + (row.countB ?? row.eventsB), 0),
    ofRival: rows.reduce((sum, row) => sum + (row.countA ?? row.eventsA), 0),
  };
}

/** The relative change that users read, from a log rate ratio. */
export function shown(metric: Metric, theta: number): number {
  return shownLift(metric, Math.expm1(theta));
}

function count(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * The probability that the winner has at most its number of events if both rates are equal: binomial, each event is the
 * winner's with the probability of its share of the exposure. 1 if the numerator is an amount or there are no events.
 */
function chanceOfSoFew(metric: Metric, rows: readonly PairRow[]): number {
  if (metric.worth !== null) return 1;
  const sums = { exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0 };
  for (const row of rows.filter(delivered)) {
    sums.exposureA += row.exposureA;
    sums.eventsA += row.eventsA;
    sums.exposureB += row.exposureB;
    sums.eventsB += row.eventsB;
  }
  const events = Math.round(sums.eventsA + sums.eventsB);
  const share = sums.exposureB / (sums.exposureA + sums.exposureB);
  const few = Math.round(sums.eventsB);
  // It is no harm if only the rival has few events.
  if (events === 0 || few >= events * share) return 1;
  let logTerm = events * Math.log1p(-share);
  let chance = Math.exp(logTerm);
  for (let k = 0; k < few; k++) {
    logTerm += Math.log((events - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
    chance += Math.exp(logTerm);
  }
  return Math.min(1, chance);
}
