/** What a look finds about delivery and guardrails. */

import { shortAdName } from '../ad-name.js';
import {
  attributionWindowHoursOf,
  bookedAfterHours,
  bucketsOf,
  type Policy,
  strataOf,
  watchedGuardrails,
} from '../experiment.js';
import { METRICS } from '../metric.js';
import { conversionGoals } from './conversion-goal.js';
import {
  differingAdSets,
  type HealthFinding,
  type LookSetting,
  missingEvents,
  mixShift,
  sharedBudgets,
  silentVariants,
  spendOffPlan,
  starvedVariants,
} from './delivery-health.js';
import { guardrailFindings } from './guardrail-findings.js';
import type { GuardrailWait } from './guardrail-wait.js';
import { type CellsOf, cutOf, type LookData, metricsOf, pairsOf, rowsOf } from './look-rows.js';
import { minimumOf } from './rule-settings.js';
import { segmentMix } from './segment-mix.js';

/** Findings on the delivery of every variant and in the pairs of the leader. */
export function healthOf(
  input: LookData,
  { leader, setting, cells }: { leader: string | null; setting: LookSetting | null; cells: CellsOf },
): HealthFinding[] {
  const { experiment, observations, dueAt, segments = [] } = input;
  const { policy, startedAt } = experiment;
  const strata = strataOf(policy);
  const until = cutOf(input).until;
  const metric = METRICS[policy.objective];
  const variantIds = experiment.variants.map((variant) => variant.id);
  const buckets = bucketsOf(policy);
  const delivery = { variantIds, ads: experiment.variants, observations, startedAt, dueAt, buckets };
  const minimum = minimumOf(metric.events, policy);
  return [
    ...silentVariants(delivery).map(({ code, message }) => ({ code, level: 'block' as const, message })),
    ...(setting ? spendOffPlan(delivery, setting.dailyBudgets) : []),
    ...(setting ? differingAdSets(setting, experiment.acceptedDifferences ?? null) : []),
    ...sharedBudgets(setting?.sharingCampaigns ?? []),
    ...conversionGoals(policy.objective, setting?.optimizationGoals ?? {}),
    ...starvedVariants(metric, delivery, minimum, bookedAfterHours(policy)),
    ...(measuresConversions(policy) ? missingEvents(policy, delivery, attributionWindowHoursOf(policy)) : []),
    ...pairsOf(experiment)
      .filter((pair) => leader !== null && pair.includes(leader))
      .flatMap((pair) => [
        ...mixShift(metric, pair, rowsOf(input, metric, ...pair), buckets),
        ...(segments.length === 0
          ? []
          : segmentMix(cells(pair), {
              metric,
              pair,
              observations,
              segments,
              buckets,
              strata,
              startedAt,
              until,
            })),
      ]),
  ];
}

/** Whether the objective or a guardrail weighs conversions. */
function measuresConversions(policy: Policy): boolean {
  const watched = watchedGuardrails(policy).map(({ metric }) => METRICS[metric]);
  return [METRICS[policy.objective], ...watched].some(({ events }) => events === 'conversions');
}

/** Each guardrail against each rival of the winner: money moves away from all of them. */
export function guardrailsOf(input: LookData, winner: string, wait: GuardrailWait | null): HealthFinding[] {
  const { policy, variants } = input.experiment;
  return guardrailFindings(policy, wait, {
    winner,
    rivals: variants.map(({ id }) => id).filter((id) => id !== winner),
    metrics: metricsOf(input.experiment, input.observations),
    cut: cutOf(input),
    rowsOf: (metric, rival) => rowsOf(input, metric, rival, winner),
    minimumOf: (metric) => minimumOf(metric.events, policy),
    nameOf: (id) => shortAdName(variants, id),
  });
}
