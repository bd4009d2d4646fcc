/** The data that a look weighs: rows, pairs and totals of the variants that take part. */

import { attributionWindowHoursOf, type Experiment, participants } from '../experiment.js';
import type { Metric, VariantMetrics } from '../metric.js';
import { type Observed, pairRows } from '../pair-rows.js';
import type { SegmentObserved } from '../segments.js';
import { HOUR_MS } from '../time.js';
import type { Cut } from './counted.js';
import { objectiveRows } from './strata.js';
import type { LookFacts } from './verdict.js';

/** What a look, or the standing between two looks, is computed from. */
export interface LookData {
  experiment: Pick<Experiment, 'variants' | 'policy' | 'startedAt' | 'dropped' | 'acceptedDifferences'>;
  /** The cut-off, epoch ms. */
  dueAt: number;
  /** From the closed buckets between the start and the cut-off, ordered by bucket and variant. */
  observations: readonly Observed[];
  /** Of the account's whole days between the start and the cut-off; default: none. */
  segments?: readonly SegmentObserved[];
}

/** The instant up to which all events are known at the cut-off. */
export function cutOf({ experiment: { policy }, dueAt }: LookData): Cut {
  const windowHours = attributionWindowHoursOf(policy);
  return { until: dueAt - windowHours * HOUR_MS, windowHours };
}

/** If the objective's events are booked late: the cut, and the totals up to there. */
export function weighedOf(input: LookData): NonNullable<LookFacts['weighed']> {
  const cut = cutOf(input);
  const known = input.observations.filter(({ bucketEnd }) => bucketEnd <= cut.until);
  return { cut, metrics: metricsOf(input.experiment, known) };
}

/** The rows of two variants for one metric, from the buckets whose events are known at the cut-off. */
export function rowsOf(input: LookData, metric: Metric, a: string, b: string) {
  const { experiment, observations } = input;
  const { startedAt } = experiment;
  const { until } = cutOf(input);
  return pairRows(metric, observations, [a, b], { startedAt, until });
}

/** The rows that decide a pair. */
export function weighedRowsOf(input: LookData, metric: Metric, pair: [string, string]) {
  const { experiment, segments = [] } = input;
  const window = { startedAt: experiment.startedAt, until: cutOf(input).until };
  const buckets = () => rowsOf(input, metric, ...pair);
  return objectiveRows(experiment.policy, metric, segments, pair, window, buckets);
}

/** The input as if the variants dropped by its cut-off had never taken part. */
export function withoutDropped<Input extends LookData>(input: Input): Input {
  const variants = participants(input.experiment, input.dueAt);
  return { ...input, experiment: { ...input.experiment, variants } };
}

/** Each pair once, in the order of the variants: the control is always A. */
export function pairsOf(experiment: LookData['experiment']): [string, string][] {
  const ids = experiment.variants.map((variant) => variant.id);
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b): [string, string] => [a, b]));
}

export function metricsOf(
  experiment: LookData['experiment'],
  observations: readonly Observed[],
): Record<string, VariantMetrics> {
  const sum = (id: string, pick: (row: Observed) => number) =>
    observations.reduce((total, row) => (row.variantId === id ? total + pick(row) : total), 0);
  return Object.fromEntries(
    experiment.variants.map(({ id }) => [
      id,
      {
        impressions: sum(id, (row) => row.impressions),
        clicks: sum(id, (row) => row.clicks),
        linkClicks: sum(id, (row) => row.linkClicks),
        spend: sum(id, (row) => row.spend),
        conversions: sum(id, (row) => row.conversions),
        revenue: sum(id, (row) => row.revenue),
      },
    ]),
  );
}
