/** Whether a promoted winner is shown to harm a guardrail; valid at any number of looks. */
import { differences } from '../evidence/anytime.js';
import { NO_HISTORY } from '../evidence/drift.js';
import type { PairRow } from '../evidence/types.js';
import type { Guardrail } from '../experiment.js';
import { eventsNoun, METRICS, shownLift } from '../metric.js';
import { percent } from '../percent.js';
import { harmWords } from '../verification/verification.js';
import { harmOf } from './harm.js';

/**
 * The sentence that reports harm, without a full stop, or null. Harm is E ≥ 20 against equal ads and an estimated loss beyond
 * the guardrail's margin. By Ville's inequality equal ads reach E ≥ 20 in at most 1/20 of tests. The margin keeps a loss
 * that the policy allows from being reverted, however certain it is.
 *
 * `rows`: the rival (A) and the winner (B), without buckets whose events aren't booked yet. `period`: as in "since the start
 * of the test".
 */
export function guardrailHarmSentence(
  rows: readonly PairRow[],
  {
    guardrail: { metric: name, mode, margin },
    winner,
    rival,
    period,
  }: { guardrail: Guardrail; winner: string; rival: string; period: string },
): string | null {
  const { a, b } = differences(rows);
  const allowed = mode === 'non_inferiority' ? margin : 0;
  if (a >= b * (1 - allowed)) return null;
  // What the account's tests say about drift is about their objective, not about this metric.
  const { weight, logE, shown } = harmOf(rows, NO_HISTORY);
  if (!shown) return null;
  const metric = METRICS[name];
  const loss =
    weight.winnerEvents > 0 && weight.rivalEvents > 0
      ? percent(shownLift(metric, Math.expm1(weight.theta)))
      : `${weight.winnerEvents} ${eventsNoun(metric)} against ${weight.rivalEvents}`;
  const limit = allowed > 0 ? `, beyond the margin of ${percent(shownLift(metric, -allowed))}` : '';
  return `${metric.label} of ${winner} over ${rival} ${period}: ${loss}${limit}, ${harmWords(logE)}`;
}
