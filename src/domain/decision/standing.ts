/** How the ads stand between two looks. */

import type { DriftHistory } from '../evidence/drift.js';
import { METRICS, type VariantMetrics } from '../metric.js';
import { HOUR_MS } from '../time.js';
import { guardrailWait } from './guardrail-wait.js';
import { guardrailsOf } from './look-health.js';
import { cellsOf, type LookData, metricsOf, pairsOf, weighedRowsOf, withoutDropped } from './look-rows.js';
import { ruleFor, ruleSettings } from './rule-settings.js';
import { withOtherChange } from './strata.js';

/** The standing between two looks: point estimates only, so no error is spent and nothing is stored. */
export function standingOf(
  given: LookData & { ruleVersion?: string | undefined; history?: DriftHistory | undefined },
): {
  leaderVariantId: string | null;
  theta: number;
  se: number;
  metrics: Record<string, VariantMetrics>;
  /** The harm that the guardrails expect from promoting the leader, in sentences. */
  harm: string[];
} {
  const input = withoutDropped(given);
  const { experiment, observations } = input;
  const ids = experiment.variants.map((variant) => variant.id);
  const { policy, startedAt } = experiment;
  const hours = (input.dueAt - startedAt) / HOUR_MS;
  const metric = METRICS[policy.objective];
  const rule = ruleFor(policy, input.ruleVersion);
  const settings = ruleSettings(policy);
  const cells = cellsOf(input, metric);
  const estimates = pairsOf(experiment).map(([a, b]) => {
    const { rows, segments } = weighedRowsOf(input, metric, [a, b], cells);
    const { theta, se } = rule.estimate(withOtherChange(settings, segments), rows, input.history);
    return { a, b, theta, se };
  });
  /** The log rate ratios of one variant over each other one. */
  const over = (id: string) =>
    estimates.flatMap(({ a, b, theta, se }) =>
      id === a ? [{ theta: -theta, se }] : id === b ? [{ theta, se }] : [],
    );
  const leader = ids.find((id) => over(id).every(({ theta }) => theta > 0)) ?? null;
  const [closest] = leader === null ? [] : over(leader).sort((one, other) => one.theta - other.theta);
  return {
    leaderVariantId: leader,
    theta: closest?.theta ?? 0,
    se: closest?.se ?? 0,
    metrics: metricsOf(experiment, observations),
    harm: (leader === null
      ? []
      : guardrailsOf(input, leader, guardrailWait(policy, { winner: leader, hours }))
    )
      .filter((finding) => finding.level === 'block')
      .map((finding) => `${finding.message}.`),
  };
}
