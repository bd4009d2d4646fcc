/** The findings of a look on the guardrails of its winner. */
import type { PairRow } from '../evidence/types.js';
import { bucketsOf, type Policy, watchedGuardrails } from '../experiment.js';
import { METRICS, type Metric, type VariantMetrics } from '../metric.js';
import type { Cut } from './counted.js';
import type { HealthFinding } from './delivery-health.js';
import { type GuardrailWait, unwatched, waitingFinding } from './guardrail-wait.js';
import { guardrailFinding } from './guardrails.js';

/** Each guardrail against each rival of the winner: money moves away from all of them. `wait` null: by this look alone. */
export function guardrailFindings(
  policy: Policy,
  wait: GuardrailWait | null,
  {
    winner,
    rivals,
    metrics,
    cut,
    rowsOf,
    minimumOf,
    nameOf,
  }: {
    winner: string;
    rivals: readonly string[];
    metrics: Record<string, VariantMetrics>;
    cut: Cut;
    /** With the rival as A and the winner as B. */
    rowsOf: (metric: Metric, rival: string) => PairRow[];
    /** Events per variant. */
    minimumOf: (metric: Metric) => number;
    /** What users call an ad. */
    nameOf: (id: string) => string;
  },
): HealthFinding[] {
  return watchedGuardrails(policy).flatMap((guardrail) => {
    const none = wait && unwatched(guardrail.metric, metrics, wait);
    if (none) return [none];
    const metric = METRICS[guardrail.metric];
    return rivals.map((rival) => {
      const rows = rowsOf(metric, rival);
      const buckets = bucketsOf(policy);
      const names = { winner: nameOf(winner), rival: nameOf(rival) };
      const facts = { guardrail, ...names, rows, minimum: minimumOf(metric), buckets, cut };
      return wait ? waitingFinding(facts, wait) : guardrailFinding(facts);
    });
  });
}
