/** Whether a promotion would hurt another metric than the one that the test is decided by. */

import { normalUpperQuantile } from '../evidence/distributions.js';
import { delivered, rateRatio } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import type { Bucket, Guardrail } from '../experiment.js';
import { type GuardrailMetric, METRICS, type Metric, shownLift } from '../metric.js';
import { percent } from '../percent.js';
import { beforeCut, type Cut } from './counted.js';
import type { HealthFinding } from './delivery-health.js';

/** One-sided error of one guardrail; all must pass, so none is corrected for the others. */
const ERROR = 0.05;
const Z = normalUpperQuantile(ERROR);

/** A guardrail over one of the winner's rivals: `rows` have the rival as A and the winner as B. */
export interface GuardrailInput {
  guardrail: Guardrail;
  winner: string;
  rival: string;
  rows: readonly PairRow[];
  /** Conversions of each in the buckets that are weighed. */
  conversions: { winner: number; rival: number };
  minimumConversions: number;
  buckets: Bucket;
  /** Up to when events are weighed; unset: all of them. */
  cut?: Cut;
}

/**
 * `no_harm` blocks where θ + z₀.₉₅·SE < 0; `non_inferiority` unless exp(θ − z₀.₉₅·SE) > 1 − margin, θ being the log
 * rate ratio of the winner over its rival. Where conversions are scarce the ratio's error can't be trusted: then
 * `no_harm` asks the binomial distribution whether so few could be luck, and `non_inferiority` blocks.
 */
export function guardrailFinding(input: GuardrailInput): HealthFinding {
  const { guardrail, winner, rival, conversions, minimumConversions } = input;
  const metric = METRICS[guardrail.metric];
  const subject = `${metric.label} of ${winner} over ${rival}`;
  const code = `guardrail_${guardrail.metric}` as const;
  const ratio = rateRatio(input.rows, { information: metric.information });
  const before = input.cut && METRICS[guardrail.metric].attributed ? beforeCut(input.cut) : '';
  const fewest = Math.min(conversions.winner, conversions.rival);
  if (fewest < minimumConversions || !(ratio.se > 0)) {
    const few =
      fewest < minimumConversions
        ? `${conversions.winner <= conversions.rival ? winner : rival} has ${count(fewest)} conversions < ${minimumConversions}${before}`
        : `no variation between ${input.buckets}s`;
    if (guardrail.mode === 'non_inferiority') {
      const message = `${subject}: too little data to show that it is not worse (${few})`;
      return { code, level: 'block', message };
    }
    const luck = chanceOfSoFew(guardrail.metric, input.rows);
    if (luck < ERROR) {
      const message = `${subject}: ${count(conversions.winner)} conversions against ${count(conversions.rival)}${before}, a chance of ${luck.toFixed(4)} < ${ERROR.toFixed(2)} if it were no worse`;
      return { code, level: 'block', message };
    }
    return { code, level: 'note', message: `${subject}: too little data to see harm (${few})` };
  }

  const lift = shown(metric, ratio.theta);
  const worst = shown(metric, ratio.theta - Z * ratio.se);
  const best = shown(metric, ratio.theta + Z * ratio.se);
  const [atMost, below, above] = metric.inverse ? ['at least', '>', '<'] : ['at most', '<', '>'];
  if (guardrail.mode === 'no_harm') {
    if (ratio.theta + Z * ratio.se < 0) {
      const message = `${subject}: ${percent(lift)}, ${atMost} ${percent(best)} ${below} 0 % with 95 % confidence`;
      return { code, level: 'block', message };
    }
    return { code, level: 'note', message: `${subject}: ${percent(lift)}, no evidence of harm` };
  }
  const limit = shownLift(metric, -guardrail.margin);
  const passes = Math.exp(ratio.theta - Z * ratio.se) > 1 - guardrail.margin;
  const bound = `${metric.inverse ? 'at most' : 'at least'} ${percent(worst)} ${passes ? above : metric.inverse ? '≥' : '≤'} ${percent(limit)} with 95 % confidence`;
  return { code, level: passes ? 'note' : 'block', message: `${subject}: ${percent(lift)}, ${bound}` };
}

function shown(metric: Metric, theta: number): number {
  return shownLift(metric, Math.expm1(theta));
}

function count(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * How likely the winner has so few of all events, or fewer, if its rate is its rival's: binomial, each event falling
 * to it with its share of the exposure. 1 where events are no counts or there are none.
 */
function chanceOfSoFew(name: GuardrailMetric, rows: readonly PairRow[]): number {
  if (METRICS[name].information !== 'events') return 1;
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
  // Few events of the rival alone speak for the winner.
  if (events === 0 || few >= events * share) return 1;
  let logTerm = events * Math.log1p(-share);
  let chance = Math.exp(logTerm);
  for (let k = 0; k < few; k++) {
    logTerm += Math.log((events - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
    chance += Math.exp(logTerm);
  }
  return Math.min(1, chance);
}
