/**
 * Segments of the audience, as Meta's breakdowns report them by day. Two ads that reach different segments differ in their
 * rates even if they are equal, and hourly totals can't show that. Rows of one day and one segment, called cells, can.
 */
import { type RateRatio, rateRatio } from './evidence/rate-ratio.js';
import type { PairRow } from './evidence/types.js';
import type { Metric, VariantMetrics } from './metric.js';
import { pairRows } from './pair-rows.js';

/** Meta doesn't cross age and gender with placements, so a cell belongs to one of the two. */
export const BREAKDOWNS = ['age_gender', 'placement'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

/** As in "by age and gender". */
export const BREAKDOWN_NAMES: Record<Breakdown, string> = {
  age_gender: 'age and gender',
  placement: 'placement',
};

/** A variant's figures in one segment on one whole local day of the account. Spend and revenue in minor units. */
export interface SegmentObserved extends VariantMetrics {
  variantId: string;
  breakdown: Breakdown;
  /** As users read it, e.g. `25-34 female` or `instagram stories`. Unique within the breakdown. */
  segment: string;
  /** Epoch ms. */
  bucketStart: number;
  /** Exclusive; days have 23 to 25 hours. */
  bucketEnd: number;
}

/** The rows of the cells of two variants, in the order of days and segments. For `until` see {@link pairRows}. */
export function cellRows(
  metric: Metric,
  observed: readonly SegmentObserved[],
  breakdown: Breakdown,
  pair: readonly [string, string],
  window: { startedAt: number; until: number },
): PairRow[] {
  const bySegment = new Map<string, SegmentObserved[]>();
  for (const one of observed) {
    if (one.breakdown !== breakdown) continue;
    const own = bySegment.get(one.segment);
    if (own) own.push(one);
    else bySegment.set(one.segment, [one]);
  }
  const rows: PairRow[] = [];
  for (const [segment, cells] of bySegment) {
    for (const row of pairRows(metric, cells, pair, window)) {
      row.segment = segment;
      rows.push(row);
    }
  }
  return rows.sort((one, other) => one.day! - other.day! || (one.segment! < other.segment! ? -1 : 1));
}

/** The cells of one breakdown that a pair is weighed by. */
export interface WeighedCells {
  breakdown: Breakdown;
  rows: PairRow[];
  /** The estimate from the rows. */
  ratio: RateRatio;
  /** By how much the other breakdown changes the estimate compared with whole days, log rate ratio, at least 0. */
  otherChange: number;
}

/**
 * The cells of the breakdown that changes the estimate most compared with whole days: if the ads reach different segments,
 * that is the one that shows it. Null without any cell.
 *
 * What the other breakdown changes may be the same difference between the audiences, or one of its own. Meta doesn't cross
 * the two, so this can't be known, and the change counts as a further error of the estimate. Simulated: if one breakdown
 * matters, it is chosen, and the other adds nothing. If both matter, equal ads have a false winner in 1 % of tests
 * instead of 14 % without that error (`npm run bench:segments`).
 */
export function weighedCells(
  metric: Metric,
  observed: readonly SegmentObserved[],
  pair: readonly [string, string],
  window: { startedAt: number; until: number },
): WeighedCells | null {
  const known = BREAKDOWNS.map((breakdown) => ({
    breakdown,
    rows: cellRows(metric, observed, breakdown, pair, window),
  })).filter(({ rows }) => rows.length > 0);
  return mostChanging(known);
}

/** The set of cells whose estimate differs most from that of its whole days; the first of equals. Null without any. */
export function mostChanging<Cells extends { rows: readonly PairRow[] }>(
  sets: readonly Cells[],
): (Cells & { ratio: RateRatio; otherChange: number }) | null {
  const [most, other] = sets
    .map((cells) => {
      const ratio = rateRatio(cells.rows);
      return { cells, ratio, change: Math.abs(ratio.theta - rateRatio(wholeDays(cells.rows)).theta) };
    })
    .sort((one, another) => another.change - one.change);
  return most ? { ...most.cells, ratio: most.ratio, otherChange: other?.change ?? 0 } : null;
}

/** The sums of the cells of each day. */
function wholeDays(cells: readonly PairRow[]): PairRow[] {
  const days = new Map<number, PairRow>();
  for (const cell of cells) {
    const day = days.get(cell.day!);
    if (!day) {
      const { exposureA, eventsA, exposureB, eventsB } = cell;
      days.set(cell.day!, { exposureA, eventsA, exposureB, eventsB });
      continue;
    }
    day.exposureA += cell.exposureA;
    day.eventsA += cell.eventsA;
    day.exposureB += cell.exposureB;
    day.eventsB += cell.eventsB;
  }
  return [...days.values()];
}
