/** What the data say about one guardrail: it passes, it shows harm, or it isn't known yet. For policies whose guardrails wait. */
import { normalUpperQuantile } from '../evidence/distributions.js';
import { shownLift } from '../metric.js';
import { percent } from '../percent.js';
import { guardrailHarmSentence } from './guardrail-harm.js';
import { isBeyond, isWithin, mayBeBeyond } from './guardrail-words.js';
import { type GuardrailInput, shown, tooFewEvents, weighGuardrail, Z } from './guardrails.js';

export interface GuardrailState {
  state: 'passed' | 'harm' | 'open';
  /** With the figures and the limit, without a full stop. */
  message: string;
}

/** A limit that a loss must be shown to stay within. */
interface Limit {
  /** Of the guardrail's margin. */
  share: number;
  /** The chance, over all looks together, that a loss of just this size passes. */
  error: number;
}

/**
 * Both must hold. The first is the margin itself. The second keeps out losses well within the margin: with the margin alone
 * an ad with a cost per conversion of +20 % would always pass once there are enough conversions (the default margin is a
 * cost of +33 %).
 */
const LIMITS: readonly Limit[] = [
  { share: 2 / 3, error: 0.2 },
  { share: 1, error: 0.05 },
];

/** With fewer standard errors below 0, e^(z²/2) < 20: no mixture reaches E ≥ 20, and its figures needn't be computed. */
const LEAST_ERRORS = 2;

/**
 * θ is the log rate ratio of the winner over its rival. `no_harm` shows harm if θ + z₀.₉₅·SE < 0, and passes otherwise.
 * `non_inferiority` shows harm if exp(θ + z₀.₉₅·SE) < 1 − margin, and passes if exp(θ − z·SE) > 1 − share·margin for each
 * of {@link LIMITS}, with z = z₁₋error⁄₂/√t. `fraction` is t: how much of the data that the wait can bring is known.
 *
 * The estimate is a Brownian motion with drift over √t, whose chance to cross a level by t = 1 is twice that at t = 1
 * (reflection principle), so any number of looks keeps the error (O'Brien and Fleming 1979). Either mode also shows harm by
 * the evidence on which a rollout is reverted, and if luck can't explain how few events the winner has.
 */
export function guardrailState(input: GuardrailInput & { fraction: number }): GuardrailState {
  const { guardrail, winner, rival, rows, fraction } = input;
  const { metric, subject, ratio, few } = weighGuardrail(input);
  const isBehind = few !== null || ratio.theta + LEAST_ERRORS * ratio.se < 0;
  const period = 'in this test';
  const reverted = isBehind ? guardrailHarmSentence(rows, { guardrail, winner, rival, period }) : null;
  if (reverted !== null) return { state: 'harm', message: reverted };
  if (few !== null) {
    const message = tooFewEvents(input);
    return message === null
      ? { state: 'open', message: `${subject}: too little data (${few})` }
      : { state: 'harm', message };
  }
  const { theta, se } = ratio;
  const lift = percent(shown(metric, theta));
  const margin = guardrail.mode === 'non_inferiority' ? guardrail.margin : 0;
  if (Math.exp(theta + Z * se) < 1 - margin) {
    const limit = margin === 0 ? 0 : shownLift(metric, -margin);
    const best = { change: shown(metric, theta + Z * se), limit, confidence: 95 };
    return { state: 'harm', message: `${subject}: ${lift}, ${isBeyond(metric, best)}` };
  }
  if (guardrail.mode === 'no_harm')
    return { state: 'passed', message: `${subject}: ${lift}, no evidence of harm` };
  const bounds = LIMITS.map(({ share, error }) => {
    const z = normalUpperQuantile(error / 2) / Math.sqrt(Math.max(fraction, Number.MIN_VALUE));
    const worst = theta - z * se;
    return {
      holds: Math.exp(worst) > 1 - share * margin,
      change: shown(metric, worst),
      limit: shownLift(metric, -share * margin),
      confidence: Math.round(100 * (1 - error)),
    };
  });
  const failing = bounds.find(({ holds }) => !holds);
  return failing
    ? { state: 'open', message: `${subject}: ${lift} so far; ${mayBeBeyond(metric, failing)}` }
    : {
        state: 'passed',
        message: `${subject}: ${lift}, ${bounds.map((bound) => isWithin(metric, bound)).join(', and ')}`,
      };
}
