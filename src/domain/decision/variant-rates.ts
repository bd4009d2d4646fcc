/** What a test measured of each of its ads, for whoever learns from it. */
import { eventsOf, exposureOf, METRICS, type Objective } from '../metric.js';
import type { Decision } from './decision.js';
import { effectOf, pairOf } from './pairs.js';

/** An ad's rate on the scale of the rules. Only differences within a test mean something. */
export interface VariantRate {
  variantId: string;
  /** Natural log of the objective's rate. */
  logRate: number;
  /** The variance of its error. */
  variance: number;
}

/**
 * The rates at a look: that of the first variant from its totals, the others by the rule's effect over it, so that their
 * differences are those on which the test was decided. The variances are those of counts, times the factor by which the
 * rule's errors exceed them on average over the pairs, so that bursts and drift count. A variant that was not compared with
 * the first is left out; fewer than two variants give none.
 */
export function variantRates(
  objective: Objective,
  { pairs, metrics }: Pick<Decision, 'pairs' | 'metrics'>,
  variantIds: readonly string[],
): VariantRate[] {
  const metric = METRICS[objective];
  const [first, ...others] = variantIds;
  const totals = first === undefined ? undefined : metrics[first];
  if (first === undefined || totals === undefined || exposureOf(metric, totals) <= 0) return [];
  const compared = others.filter((id) =>
    pairs.some(
      ({ variantA, variantB, evidence }) =>
        [variantA, variantB].includes(id) && [variantA, variantB].includes(first) && evidence.se > 0,
    ),
  );
  if (compared.length === 0) return [];
  const counted = (id: string) => 1 / (eventsOf(metric, metrics[id]!) + 0.5);
  const factors = compared.map(
    (id) => pairOf(pairs, id, first).evidence.se ** 2 / (counted(id) + counted(first)),
  );
  const factor = Math.max(1, factors.reduce((sum, each) => sum + each, 0) / factors.length);
  const level = Math.log((eventsOf(metric, totals) + 0.5) / (exposureOf(metric, totals) + 0.5));
  return [
    { variantId: first, logRate: level, variance: factor * counted(first) },
    ...compared.map((id) => ({
      variantId: id,
      logRate: level + effectOf(pairs, id, first),
      variance: factor * counted(id),
    })),
  ];
}
