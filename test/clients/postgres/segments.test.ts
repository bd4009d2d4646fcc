import { describe, expect, it } from 'vitest';
import type { SegmentObservation } from '../../../src/contract/records.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { DATABASES, START, useDatabase } from './fixtures.js';

const DAY = 24 * HOUR_MS;
const LATE = START + 1_000 * DAY;
const everything = { experimentId: 'exp_1', since: 0, endedBy: LATE, seenUntil: LATE };

function aCell(more: Partial<SegmentObservation> = {}): SegmentObservation {
  const bucketStart = more.bucketStart ?? START;
  return {
    ...{ variantId: 'control', adId: '601', breakdown: 'age_gender', segment: '25-34 female' },
    ...{ bucketStart, bucketEnd: bucketStart + DAY, impressions: 900, clicks: 40, linkClicks: 20 },
    ...{ spend: 500, conversions: 2, revenue: 8_000 },
    ...more,
  };
}

describe.each(DATABASES)('segments on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('are read with every field, by day, breakdown, segment and variant', async () => {
    const { store } = await db.seeded();
    const cells = [
      aCell(),
      aCell({ segment: '65+ male' }),
      aCell({ segment: '65+ male', variantId: 'challenger-1', adId: '602' }),
      aCell({ breakdown: 'placement', segment: 'facebook feed' }),
      aCell({ bucketStart: START + DAY }),
    ];
    expect(await store.appendSegments('exp_1', [...cells].reverse(), START)).toBe(5);
    expect(await store.segmentsAsKnown(everything)).toEqual([
      ...[cells[0], cells[2], cells[1], cells[3], cells[4]],
    ]);
    expect(await store.latestSegmentDay('exp_1', 'age_gender')).toBe(START + DAY);
    expect(await store.latestSegmentDay('exp_1', 'placement')).toBe(START);
    expect(await store.latestSegmentDay('exp_2', 'placement')).toBeNull();
  });

  it('are kept in versions: a look sees what was known at its time', async () => {
    const { store } = await db.seeded();
    const [first, other] = [aCell(), aCell({ segment: '65+ male' })];
    expect(await store.appendSegments('exp_1', [first, other], START + 1)).toBe(2);
    const restated = { ...first, linkClicks: 21 };
    expect(await store.appendSegments('exp_1', [restated, other], START + 2)).toBe(1);
    expect(await store.appendSegments('exp_1', [restated, other], START + 3)).toBe(0);
    expect(await store.segmentsAsKnown({ ...everything, seenUntil: START + 1 })).toEqual([first, other]);
    expect(await store.segmentsAsKnown(everything)).toEqual([restated, other]);
    expect(await store.segmentsAsKnown({ ...everything, endedBy: START + DAY - 1 })).toEqual([]);
    expect(await store.segmentsAsKnown({ ...everything, since: START + 1 })).toEqual([]);
  });

  it('never change', async () => {
    const { store } = await db.seeded();
    await store.appendSegments('exp_1', [aCell()], START);
    await expect(db.pool.query('update auto_promotion.segment_metrics set clicks = 2')).rejects.toThrow(
      'immutable',
    );
    await expect(db.pool.query('delete from auto_promotion.segment_metrics')).rejects.toThrow('immutable');
  });
});
