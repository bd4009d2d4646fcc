/** Whether data since an instant speaks against a promoted winner, however often one looks. */
import type { PairRow } from './evidence/types.js';
import { METRICS, type Objective, shownLift } from './metric.js';
import { percent } from './percent.js';
import { HARM_E, showsHarm, weigh } from './verification.js';

/**
 * The sentence that says harm, or null; no full stop. `rows`: of one rival (A) and the winner (B), of whole buckets
 * since the last write. Too little data gives no evidence, and so no harm.
 */
export function harmSentence(
  rows: readonly PairRow[],
  { objective, winner, rival }: { objective: Objective; winner: string; rival: string },
): string | null {
  const weight = weigh(rows, { strict: false });
  if (!showsHarm(weight)) return null;
  const metric = METRICS[objective];
  const lift = percent(shownLift(metric, Math.expm1(weight.theta)));
  const evidence = Math.exp(Math.min(weight.logHarm ?? 0, 20)).toPrecision(3);
  return `${metric.label} of ${winner} over ${rival} since the last write: ${lift}, evidence that the winner is worse E = ${evidence} ≥ ${HARM_E}`;
}
