/** The data that a look weighs: rows, pairs and totals of the variants that take part. */

import type { PairRow } from '../evidence/types.js';
import { attributionWindowHoursOf, type Experiment, participants, strataOf } from '../experiment.js';
import type { Metric, VariantMetrics } from '../metric.js';
import { type Observed, pairRows, totalsOf } from '../pair-rows.js';
import { type SegmentObserved, type WeighedCells, weighedCells } from '../segments.js';
import { HOUR_MS } from '../time.js';
import type { Cut } from './counted.js';
import type { SegmentsOfPair } from './strata.js';
import type { LookFacts } from './verdict.js';

/** What a look, or the standing between two looks, is computed from. */
export interface LookData {
  experiment: Pick<
    Experiment,
    'variants' | 'policy' | 'startedAt' | 'dropped' | 'acceptedDifferences' | 'earlierDelivery'
  >;
  /** The cut-off, epoch ms. */
  dueAt: number;
  /** From the closed buckets between the start and the cut-off, ordered by bucket and variant. */
  observations: readonly Observed[];
  /** Of the account's whole days between the start and the cut-off; default: none. */
  segments?: readonly SegmentObserved[];
}

/** The instant up to which all events are known at the cut-off. */
export function cutOf({ experiment: { policy, startedAt }, dueAt }: LookData): Cut {
  const windowHours = attributionWindowHoursOf(policy);
  return { until: dueAt - windowHours * HOUR_MS, windowHours, startedAt };
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

/** The cells of each pair, or null before the first whole day. They are costly, so each pair's are computed once. */
export type CellsOf = (pair: Pair) => WeighedCells | null;

export function cellsOf(input: LookData, metric: Metric): CellsOf {
  const { experiment, segments = [] } = input;
  const window = { startedAt: experiment.startedAt, until: cutOf(input).until };
  const known = new Map<string, WeighedCells | null>();
  return (pair) => {
    const key = pair.join('|');
    const before = known.get(key);
    if (before !== undefined) return before;
    const cells = weighedCells(metric, segments, pair, window);
    known.set(key, cells);
    return cells;
  };
}

/** The rows that decide a pair. `segments` is null if buckets count, or if there is no cell yet. */
export function weighedRowsOf(
  input: LookData,
  metric: Metric,
  pair: Pair,
  cells: CellsOf,
): { rows: PairRow[]; segments: SegmentsOfPair | null } {
  if (strataOf(input.experiment.policy) === 'hour') {
    return { rows: rowsOf(input, metric, ...pair), segments: null };
  }
  const weighed = cells(pair);
  if (weighed === null) return { rows: [], segments: null };
  const { rows, breakdown, otherChange } = weighed;
  return { rows, segments: { breakdown, otherChange } };
}

/** The input as if the variants dropped by its cut-off had never taken part. */
export function withoutDropped<Input extends LookData>(input: Input): Input {
  const variants = participants(input.experiment, input.dueAt);
  return { ...input, experiment: { ...input.experiment, variants } };
}

/** Two variants: A, B. */
export type Pair = [string, string];

/** Each pair once, in the order of the variants: the control is always A. */
export function pairsOf(experiment: LookData['experiment']): Pair[] {
  const ids = experiment.variants.map((variant) => variant.id);
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b): Pair => [a, b]));
}

export function metricsOf(
  { variants }: LookData['experiment'],
  observations: readonly Observed[],
): Record<string, VariantMetrics> {
  const ids = variants.map(({ id }) => id);
  return totalsOf(ids, observations);
}
