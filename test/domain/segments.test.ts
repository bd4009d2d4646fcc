import { describe, expect, it } from 'vitest';
import { NO_HISTORY } from '../../src/domain/evidence/drift.js';
import { robustRatio } from '../../src/domain/evidence/estimate.js';
import { rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import { METRICS } from '../../src/domain/metric.js';
import { type Breakdown, cellRows, type SegmentObserved, weighedCells } from '../../src/domain/segments.js';
import { HOUR_MS } from '../../src/domain/time.js';

const START = Date.UTC(2026, 2, 2, 10);
const MIDNIGHT = START + 14 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
const PAIR = ['control', 'c1'] as const;
const WINDOW = { startedAt: START, until: START + 30 * DAY_MS };
const CTR = METRICS.click_through_rate;

function cell(
  variantId: string,
  day: number,
  [breakdown, segment]: [Breakdown, string],
  impressions: number,
  linkClicks: number,
): SegmentObserved {
  const bucketStart = MIDNIGHT + day * DAY_MS;
  const money = { clicks: linkClicks, spend: 0, conversions: 0, revenue: 0 };
  return {
    ...{ variantId, breakdown, segment, bucketStart, bucketEnd: bucketStart + DAY_MS },
    ...{ impressions, linkClicks, ...money },
  };
}

/** Two equal ads: 8 % of the young click, 2 % of the old, and the challenger reaches more of the young. */
function unequalMix(days: number): SegmentObserved[] {
  return Array.from({ length: days }, (_, day) => [
    ...[cell('control', day, ['age_gender', '18-24 female'], 1_000, 80 + (day % 3))],
    ...[cell('control', day, ['age_gender', '45-54 female'], 3_000, 60 - (day % 2))],
    ...[cell('c1', day, ['age_gender', '18-24 female'], 2_000, 160 - (day % 2))],
    ...[cell('c1', day, ['age_gender', '45-54 female'], 2_000, 40 + (day % 3))],
    ...[cell('control', day, ['placement', 'facebook feed'], 2_000, 70)],
    ...[cell('control', day, ['placement', 'instagram story'], 2_000, 70 + (day % 3))],
    ...[cell('c1', day, ['placement', 'facebook feed'], 2_000, 100)],
    ...[cell('c1', day, ['placement', 'instagram story'], 2_000, 100 + (day % 2))],
  ]).flat();
}

describe('cells', () => {
  it('are one row per day and segment of a breakdown, in the order of days', () => {
    const rows = cellRows(CTR, unequalMix(2), 'age_gender', PAIR, WINDOW);
    expect(rows.map(({ day, segment }) => [day, segment])).toEqual([
      [14 / 24, '18-24 female'],
      [14 / 24, '45-54 female'],
      [38 / 24, '18-24 female'],
      [38 / 24, '45-54 female'],
    ]);
    expect(rows[1]).toMatchObject({ exposureA: 3_000, eventsA: 60, exposureB: 2_000, eventsB: 40 });
  });

  it('leave out what Meta may still book, if the metric is attributed later', () => {
    const until = MIDNIGHT + DAY_MS;
    const rows = cellRows(METRICS.conversion_rate, unequalMix(3), 'age_gender', PAIR, { ...WINDOW, until });
    expect(rows).toHaveLength(2);
  });

  it('of the breakdown that changes the estimate most are weighed: the ads are equal there', () => {
    const weighed = weighedCells(CTR, unequalMix(7), PAIR, WINDOW)!;
    expect(weighed.breakdown).toBe('age_gender');
    // Placements have the same shares: the little that they change counts as an error.
    expect(weighed.otherChange).toBeLessThan(0.001);
    expect(Math.abs(rateRatio(weighed.rows).theta)).toBeLessThan(0.03);
    const placements = rateRatio(cellRows(CTR, unequalMix(7), 'placement', PAIR, WINDOW));
    expect(placements.theta).toBeGreaterThan(0.3);
  });

  it('add what the other breakdown changes to the error, in the strict form too', () => {
    const rows = cellRows(CTR, unequalMix(7), 'age_gender', PAIR, WINDOW);
    for (const clusterByDay of [false, true]) {
      const plain = robustRatio(rows, { clusterByDay }, NO_HISTORY);
      const wider = robustRatio(rows, { clusterByDay, otherVariance: 0.05 ** 2 }, NO_HISTORY);
      expect(wider.se).toBeCloseTo(Math.hypot(plain.se, 0.05), 12);
      expect(wider.t).toBe(wider.theta / wider.se);
      expect(wider.bucketSe).toBe(plain.bucketSe);
    }
    expect(robustRatio(rows, { clusterByDay: true }, NO_HISTORY).se).toBe(
      rateRatio(rows, { clusterByDay: true }).se,
    );
  });

  it('are none before the first whole day', () => {
    expect(weighedCells(CTR, [], PAIR, WINDOW)).toBeNull();
  });

  it('of one day share its drift: each pair of them counts in full, and each pair of days by its distance', () => {
    const rows = cellRows(CTR, unequalMix(5), 'age_gender', PAIR, WINDOW);
    const { drift, bursts, se, bucketSe } = robustRatio(rows, {}, NO_HISTORY);
    expect(bursts).toEqual([]);
    expect(se).toBeCloseTo(Math.hypot(bucketSe, Math.sqrt(drift!.variance)), 12);
    // The weights of the rows, as the model has them: the mean of both ads' weighted events.
    const { theta } = rateRatio(rows);
    const weights = rows.map(({ exposureA, eventsA, exposureB, eventsB }) => {
      const total = exposureA + exposureB;
      return ((eventsB * exposureA + Math.exp(theta) * eventsA * exposureB) / total) * 0.5;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const share = (memoryHours: number) =>
      rows.reduce(
        (sum, row, i) =>
          sum +
          rows.reduce((inner, other, j) => {
            const apart = Math.abs(row.day! - other.day!) * 24;
            return i === j ? inner : inner + weights[i]! * weights[j]! * Math.exp(-apart / memoryHours);
          }, 0),
        0,
      ) /
      total ** 2;
    const variance = drift!.sd ** 2;
    expect(drift!.variance).toBeGreaterThan(variance * share(6));
    expect(drift!.variance).toBeLessThan(variance * share(100));
  });
});
