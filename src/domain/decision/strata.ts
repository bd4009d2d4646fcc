/** Which rows decide a pair of variants: buckets, or days by segment of the audience. */
import type { PairRow, RuleSettings } from '../evidence/types.js';
import { type Bucket, bucketsOf, type Policy, strataOf } from '../experiment.js';
import type { Metric } from '../metric.js';
import { type SegmentObserved, type WeighedCells, weighedCells } from '../segments.js';

/** What sentences call a row. */
export type Stratum = Bucket | 'cell';

export function stratumOf(policy: Pick<Policy, 'strata' | 'buckets'>): Stratum {
  return strataOf(policy) === 'segment' ? 'cell' : bucketsOf(policy);
}

export const CELL_SENTENCE = 'A cell is a whole day of one segment of the audience.';

/** `buckets` makes the rows of hours or days. `segments` is null if these count, or if there is no cell yet. */
export function objectiveRows(
  policy: Pick<Policy, 'strata'>,
  metric: Metric,
  segments: readonly SegmentObserved[],
  pair: readonly [string, string],
  window: { startedAt: number; until: number },
  buckets: () => PairRow[],
): { rows: PairRow[]; segments: Omit<WeighedCells, 'rows'> | null } {
  if (strataOf(policy) === 'hour') return { rows: buckets(), segments: null };
  const cells = weighedCells(metric, segments, pair, window);
  if (cells === null) return { rows: [], segments: null };
  const { rows, ...weighed } = cells;
  return { rows, segments: weighed };
}

/** The settings of a look at these rows. */
export function withOtherChange(
  settings: RuleSettings,
  segments: Omit<WeighedCells, 'rows'> | null,
): RuleSettings {
  return segments === null ? settings : { ...settings, otherVariance: segments.otherChange ** 2 };
}
