/** Warns if the segments of the audience that the ads reached explain part of their difference. */
import { rateRatio } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import type { Bucket, Strata } from '../experiment.js';
import { type Metric, QUANTITIES, shownLift } from '../metric.js';
import { type Observed, pairRows } from '../pair-rows.js';
import { percent } from '../percent.js';
import { BREAKDOWN_NAMES, type SegmentObserved, type WeighedCells } from '../segments.js';
import type { HealthFinding } from './delivery-health.js';

/** Standard errors between the estimates by buckets and by cells. */
const WARN = 1;
/** How many segments are named. */
const NAMED = 2;

/** The data of one look, and how the pair is weighed. */
export interface MixFacts {
  metric: Metric;
  pair: readonly [string, string];
  observations: readonly Observed[];
  segments: readonly SegmentObserved[];
  buckets: Bucket;
  strata: Strata;
  startedAt: number;
  /** See {@link pairRows}. */
  until: number;
}

/**
 * Compares buckets and cells of the same days. If the estimates are more than one standard error of the buckets apart, the
 * warning names the segments that explain most of it, with their shares. Empty if there is only one segment.
 */
export function segmentMix(cells: WeighedCells | null, facts: MixFacts): HealthFinding[] {
  const { metric, pair, observations, segments, buckets, strata, startedAt, until } = facts;
  if (cells === null || new Set(cells.rows.map(({ segment }) => segment)).size < 2) return [];
  const from = Math.min(...segments.map(({ bucketStart }) => bucketStart));
  const to = Math.max(...segments.map(({ bucketEnd }) => bucketEnd));
  const same = observations.filter(({ bucketStart, bucketEnd }) => bucketStart >= from && bucketEnd <= to);
  const whole = rateRatio(pairRows(metric, same, pair, { startedAt, until }));
  const split = cells.ratio;
  if (!(whole.se > 0 && split.se > 0)) return [];
  const errors = Math.abs(whole.theta - split.theta) / whole.se;
  if (errors <= WARN) return [];
  const lift = (theta: number) => percent(shownLift(metric, Math.expm1(theta)));
  const [a, b] = pair;
  const named = mostMoved(cells.rows)
    .slice(0, NAMED)
    .map((moved) => movedText(moved, metric, pair));
  const counts =
    strata === 'segment'
      ? 'the segments count'
      : `the ${buckets}s count (policy.strata "segment" weighs segments instead)`;
  const message = `${b} over ${a} is ${lift(whole.theta)} by ${buckets}s and ${lift(split.theta)} by segments of ${BREAKDOWN_NAMES[cells.breakdown]}, ${errors.toFixed(1)} standard errors > ${WARN} apart: the ads reach different people; ${counts}; ${named.join('; ')}`;
  return [{ code: 'segment_mix', level: 'warn', message }];
}

/** How one segment moves the ratio of the totals. */
interface Moved {
  segment: string;
  /** Shares of each ad's exposure. */
  shareA: number;
  shareB: number;
  /** The segment's rate over the rate of all, both ads together. */
  rate: number;
}

/** The segments by how much their different shares move the ratio of the totals, the largest first. */
export function mostMoved(rows: readonly PairRow[]): Moved[] {
  const sum = (of: readonly PairRow[], pick: (row: PairRow) => number) =>
    of.reduce((total, row) => total + pick(row), 0);
  const exposure = (of: readonly PairRow[]) => sum(of, (row) => row.exposureA + row.exposureB);
  const events = (of: readonly PairRow[]) => sum(of, (row) => row.eventsA + row.eventsB);
  const [allA, allB] = [sum(rows, (row) => row.exposureA), sum(rows, (row) => row.exposureB)];
  const overall = events(rows) / exposure(rows);
  const segments = [...new Set(rows.map(({ segment = '' }) => segment))];
  const moved = segments.map((segment): Moved => {
    const own = rows.filter((row) => row.segment === segment);
    const shareA = sum(own, (row) => row.exposureA) / allA;
    const shareB = sum(own, (row) => row.exposureB) / allB;
    return { segment, shareA, shareB, rate: events(own) / exposure(own) / overall };
  });
  const weight = ({ shareA, shareB, rate }: Moved) => Math.abs((shareB - shareA) * (rate - 1));
  return moved.filter(({ rate }) => Number.isFinite(rate)).sort((one, other) => weight(other) - weight(one));
}

function movedText(
  { segment, shareA, shareB, rate }: Moved,
  metric: Metric,
  [a, b]: MixFacts['pair'],
): string {
  const share = (fraction: number) => `${(fraction * 100).toFixed(1)} %`;
  return `${segment}: ${share(shareA)} of the ${QUANTITIES[metric.exposure].noun} of ${a} and ${share(shareB)} of ${b}, with ${rate.toFixed(1)} times the average rate`;
}
