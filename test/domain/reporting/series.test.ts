import { describe, expect, it } from 'vitest';
import { OBJECTIVES } from '../../../src/domain/metric.js';
import { MEASURES, measureOf, type SeriesRow, seriesOf } from '../../../src/domain/reporting/series.js';

const HOUR = 3_600_000;
const row = (variantId: string, start: number, more: Partial<SeriesRow> = {}): SeriesRow => ({
  variantId,
  bucketStart: start,
  bucketEnd: start + HOUR,
  impressions: 100,
  clicks: 6,
  linkClicks: 4,
  spend: 250,
  conversions: 1,
  revenue: 900,
  ...more,
});

describe('a series', () => {
  const at = Date.UTC(2026, 2, 28, 21);

  it('keeps hours as they are, and has null if an ad has no row', () => {
    const rows = [row('b', at + HOUR), row('a', at), row('a', at + 2 * HOUR)];
    const { buckets, byVariant } = seriesOf({
      rows,
      variantIds: ['a', 'b'],
      bucket: 'hour',
      timezone: 'UTC',
    });
    expect(buckets.map(({ start }) => start)).toEqual([at, at + HOUR, at + 2 * HOUR]);
    expect(byVariant.a!.map((each) => each?.linkClicks ?? null)).toEqual([4, null, 4]);
    expect(byVariant.b!.map((each) => each?.linkClicks ?? null)).toEqual([null, 4, null]);
  });

  it('sums the hours of a local day, also of one with 23 hours, and says how many are known', () => {
    // In Berlin the clock skips an hour on 29 March 2026.
    const rows = Array.from({ length: 30 }, (_, hour) => row('a', at + hour * HOUR));
    const query = { rows, variantIds: ['a', 'b'], bucket: 'day' as const, timezone: 'Europe/Berlin' };
    const { buckets, byVariant } = seriesOf(query);
    expect(buckets).toEqual([
      { start: Date.UTC(2026, 2, 27, 23), end: Date.UTC(2026, 2, 28, 23), hours: 2 },
      { start: Date.UTC(2026, 2, 28, 23), end: Date.UTC(2026, 2, 29, 22), hours: 23 },
      { start: Date.UTC(2026, 2, 29, 22), end: Date.UTC(2026, 2, 30, 22), hours: 5 },
    ]);
    expect(byVariant.a!.map((each) => each?.impressions)).toEqual([200, 2300, 500]);
    expect(byVariant.b).toEqual([null, null, null]);
  });

  it('keeps the rows of a test that counts days', () => {
    const day = { bucketEnd: at + 24 * HOUR };
    const { buckets } = seriesOf({
      rows: [row('a', Date.UTC(2026, 2, 28), { ...day, bucketEnd: Date.UTC(2026, 2, 29) })],
      variantIds: ['a'],
      bucket: 'day',
      timezone: 'UTC',
    });
    expect(buckets).toEqual([{ start: Date.UTC(2026, 2, 28), end: Date.UTC(2026, 2, 29), hours: 24 }]);
  });
});

describe('the measures', () => {
  it('are ratios as users read them, and null without what they are divided by', () => {
    const one = row('a', 0);
    expect(MEASURES.ctr.of(one)).toBeCloseTo(0.04);
    expect(MEASURES.conversion_rate.of(one)).toBeCloseTo(0.25);
    expect(MEASURES.cost_per_conversion.of(one)).toBe(250);
    expect(MEASURES.roas.of(one)).toBeCloseTo(3.6);
    const none = row('a', 0, { impressions: 0, linkClicks: 0, conversions: 0, spend: 0 });
    for (const name of ['ctr', 'conversion_rate', 'cost_per_conversion', 'roas'] as const)
      expect(MEASURES[name].of(none), name).toBeNull();
  });

  it('have one for what decides each test', () => {
    expect(OBJECTIVES.map(measureOf)).toEqual(['ctr', 'conversion_rate', 'cost_per_conversion', 'roas']);
  });
});
