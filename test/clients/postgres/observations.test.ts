import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/contract/records.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { anObservation, DATABASES, START, useDatabase } from './fixtures.js';

const LATE = START + 10_000 * HOUR_MS;
const everything = {
  experimentId: 'exp_1',
  granularity: 'hour' as const,
  since: 0,
  endedBy: LATE,
  seenUntil: LATE,
};
const days = { ...everything, granularity: 'day' as const };

describe.each(DATABASES)('observations on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('are read with every field that was stored', async () => {
    const { store } = await db.seeded();
    const row = anObservation({ granularity: 'day', spend: Number.MAX_SAFE_INTEGER, revenue: 0 });
    expect(await store.appendObservations('exp_1', [row], START)).toBe(1);
    expect(await store.observationsAsKnown(days)).toEqual([row]);
  });

  it('are ordered by bucket, then by the code points of the variant', async () => {
    const { store } = await db.seeded();
    const rows = [2, 0, 1].flatMap((hour) =>
      ['control', 'challenger-1'].map((variantId) =>
        anObservation({ variantId, bucketStart: START + hour * HOUR_MS }),
      ),
    );
    await store.appendObservations('exp_1', rows, START);
    const known = await store.observationsAsKnown(everything);
    expect(known.map((row) => [(row.bucketStart - START) / HOUR_MS, row.variantId])).toEqual(
      [0, 1, 2].flatMap((hour) => [
        [hour, 'challenger-1'],
        [hour, 'control'],
      ]),
    );
  });

  it('are appended only if they differ from the last version', async () => {
    const { store } = await db.seeded();
    const first = anObservation();
    const second = anObservation({ bucketStart: START + HOUR_MS });
    expect(await store.appendObservations('exp_1', [first, second], START + 1)).toBe(2);
    expect(await store.appendObservations('exp_1', [first, second], START + 2)).toBe(0);
    const restated = { ...first, revenue: first.revenue + 1 };
    expect(await store.appendObservations('exp_1', [restated, second], START + 3)).toBe(1);
    // Restated to the first value: a new version, since the last one differs.
    expect(await store.appendObservations('exp_1', [first, second], START + 4)).toBe(1);
    expect(await store.appendObservations('exp_1', [], START + 5)).toBe(0);
  });

  it.each(['impressions', 'clicks', 'linkClicks', 'spend', 'conversions', 'revenue'] as const)(
    'have a new version if %s differs',
    async (field) => {
      const { store } = await db.seeded();
      await store.appendObservations('exp_1', [anObservation()], START + 1);
      const restated = anObservation({ [field]: anObservation()[field] - 1 });
      expect(await store.appendObservations('exp_1', [restated], START + 2)).toBe(1);
      expect(await store.observationsAsKnown(everything)).toEqual([restated]);
    },
  );

  it('can be read as they were known at a cut-off', async () => {
    const { store } = await db.seeded();
    const versions: [number, Observation][] = [10, 20, 30].map((seen, index) => [
      START + seen,
      anObservation({ clicks: 30 + index }),
    ]);
    for (const [seenAt, row] of versions) await store.appendObservations('exp_1', [row], seenAt);
    const clicksAt = async (seenUntil: number) =>
      (await store.observationsAsKnown({ ...everything, seenUntil })).map((row) => row.clicks);
    expect(await clicksAt(START + 9)).toEqual([]);
    expect(await clicksAt(START + 10)).toEqual([30]);
    expect(await clicksAt(START + 29)).toEqual([31]);
    expect(await clicksAt(START + 30)).toEqual([32]);
  });

  it('are read if their bucket starts at `since` or later and has ended by `endedBy`, however long it is', async () => {
    const { store } = await db.seeded();
    const rows = [0, 1, 2, 3].map((hour) => anObservation({ bucketStart: START + hour * HOUR_MS }));
    await store.appendObservations('exp_1', rows, START);
    const known = await store.observationsAsKnown({
      ...everything,
      since: START + HOUR_MS,
      endedBy: START + 3 * HOUR_MS,
    });
    expect(known).toEqual([rows[1], rows[2]]);

    const short = anObservation({ granularity: 'day', bucketEnd: START + 23 * HOUR_MS });
    const next = anObservation({ granularity: 'day', bucketStart: START + 23 * HOUR_MS });
    await store.appendObservations('exp_1', [short, next], START);
    const endedBy = (hours: number) =>
      store.observationsAsKnown({ ...days, endedBy: START + hours * HOUR_MS });
    expect(await endedBy(22.9)).toEqual([]);
    expect(await endedBy(23)).toEqual([short]);
    expect(await endedBy(46.9)).toEqual([short]);
    expect(await endedBy(47)).toEqual([short, next]);
  });

  it('stay if their row is missing from a later answer', async () => {
    const { store } = await db.seeded();
    const gone = anObservation({ variantId: 'challenger-1', adId: '602' });
    await store.appendObservations('exp_1', [anObservation(), gone], START + 1);
    await store.appendObservations('exp_1', [anObservation({ clicks: 31 })], START + 2);
    expect(await store.observationsAsKnown(everything)).toContainEqual(gone);
  });

  it('keep what was seen at an instant, and take other values at the next instant', async () => {
    const { store } = await db.seeded();
    const other = anObservation({ clicks: 31 });
    await store.appendObservations('exp_1', [anObservation()], START + 1);
    expect(await store.appendObservations('exp_1', [other], START + 1)).toBe(0);
    expect(await store.observationsAsKnown(everything)).toEqual([anObservation()]);
    expect(await store.appendObservations('exp_1', [other], START + 2)).toBe(1);
    expect(await store.observationsAsKnown(everything)).toEqual([other]);
  });

  it('of an hour and of a day with the same start are kept apart', async () => {
    const { store } = await db.seeded();
    const day = anObservation({ granularity: 'day', clicks: 700, impressions: 24_000 });
    expect(await store.appendObservations('exp_1', [anObservation(), day], START)).toBe(2);
    expect(await store.observationsAsKnown(everything)).toEqual([anObservation()]);
    expect(await store.observationsAsKnown(days)).toEqual([day]);
    const later = anObservation({ bucketStart: START + 5 * HOUR_MS });
    await store.appendObservations('exp_1', [later], START);
    expect(await store.latestBucket(days)).toBe(START);
    expect(await store.latestBucket(everything)).toBe(START + 5 * HOUR_MS);
  });

  it('of six variants over 28 days are stored in one statement', async () => {
    const variants = Array.from({ length: 6 }, (_, index) => ({
      id: `v${index}`,
      role: index === 0 ? ('control' as const) : ('challenger' as const),
      adId: `6${index}`,
      adSetId: `5${index}`,
      creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
    }));
    const { store } = await db.seeded({ variants });
    const rows = variants.flatMap(({ id, adId }) =>
      Array.from({ length: 672 }, (_, hour) =>
        anObservation({ variantId: id, adId, bucketStart: START + hour * HOUR_MS }),
      ),
    );
    expect(await store.appendObservations('exp_1', rows, START)).toBe(4032);
    expect(await store.appendObservations('exp_1', rows, START + 1)).toBe(0);
    expect((await store.observationsAsKnown(everything)).length).toBe(4032);
    expect(await store.latestBucket(everything)).toBe(START + 671 * HOUR_MS);
  });

  it('have no latest bucket before the first row', async () => {
    const { store } = await db.seeded();
    expect(await store.latestBucket(everything)).toBeNull();
  });

  it('are refused if amounts are not whole minor units, counts are negative or the variant does not exist', async () => {
    const { store } = await db.seeded();
    const append = (changes: Partial<Observation>) =>
      store.appendObservations('exp_1', [anObservation(), anObservation(changes)], START);
    await expect(append({ bucketStart: START + HOUR_MS, spend: 12.5 })).rejects.toMatchObject({
      code: '22P02',
    });
    await expect(append({ bucketStart: START + HOUR_MS, clicks: -1 })).rejects.toMatchObject({
      code: '23514',
    });
    await expect(append({ bucketStart: START + HOUR_MS, bucketEnd: START })).rejects.toMatchObject({
      code: '23514',
    });
    await expect(append({ variantId: 'nobody' })).rejects.toMatchObject({ code: '23503' });
    expect(await store.observationsAsKnown(everything)).toEqual([]);
  });

  it('never lose or change a version', async () => {
    const { store } = await db.seeded();
    await store.appendObservations('exp_1', [anObservation()], START);
    for (const statement of ['update %s set clicks = 0', 'delete from %s', 'truncate %s'])
      await expect(
        db.pool.query(statement.replace('%s', 'auto_promotion.performance_metrics')),
      ).rejects.toMatchObject({ code: '23001' });
    expect(await store.observationsAsKnown(everything)).toEqual([anObservation()]);
  });
});
