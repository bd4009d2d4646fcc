/** Whether data since an instant speaks against a promoted winner, however often one looks. */
import { differences, logEquality } from './evidence/anytime.js';
import { rateRatio } from './evidence/rate-ratio.js';
import type { PairRow } from './evidence/types.js';
import { METRICS, type Objective, shownLift } from './metric.js';
import { percent } from './percent.js';

/** E-value against equal ads from which harm is believed: a chance of 1 in 20 at most, at all looks together (Ville). */
export const HARM_E_VALUE = 20;

/**
 * The sentence that says harm, or null. `rows`: of one rival (A) and the winner (B), of whole buckets since the
 * instant; too little data gives no evidence and so no harm.
 */
export function harmSentence(
  rows: readonly PairRow[],
  { objective, winner, rival }: { objective: Objective; winner: string; rival: string },
): string | null {
  const metric = METRICS[objective];
  const logE = logEquality(differences(rows));
  const { theta } = rateRatio(rows, { information: metric.information });
  if (!(theta < 0 && logE >= Math.log(HARM_E_VALUE))) return null;
  const lift = shownLift(metric, Math.expm1(theta));
  return `${metric.label} of ${winner} over ${rival} since the last write: ${percent(lift)}, e-value ${Math.exp(logE).toFixed(1)} ≥ ${HARM_E_VALUE}`;
}
