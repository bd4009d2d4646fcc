import { afterEach, describe, expect, it } from 'vitest';
import { createObservationActivities } from '../../src/activities/observations.js';
import { replayDecision } from '../../src/activities/recompute-decision.js';
import type { InsightRow, MetaClient } from '../../src/clients/meta/types.js';
import type { Observation } from '../../src/contract/records.js';
import type { Decision } from '../../src/domain/decision/decision.js';
import { DAY, HOUR, type Stage, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

/** Ten in the morning of 30 October. Clocks go back in the night to 1 November, which has 25 hours. */
const NEW_YORK = { timezone: 'America/New_York', startsAt: Date.parse('2026-10-30T14:00Z') };
/** Half past three in the afternoon of 26 March. Clocks go forward in the night to 28 March, which has 23 hours. */
const BERLIN = { timezone: 'Europe/Berlin', startsAt: Date.parse('2027-03-26T14:30Z') };

function open({ timezone, startsAt }: typeof NEW_YORK, options: StageOptions = {}): Promise<Stage> {
  return stages.open({
    startsAt,
    socketTimeoutMs: 5_000,
    account: { timezone },
    ...options,
    policy: { buckets: 'day', ...options.policy },
  });
}

async function ingestAt(stage: Stage, at: string): Promise<number> {
  stage.clock.instant = Date.parse(at);
  return (await stage.observations.ingest({ experimentId: 'exp', until: stage.clock.instant })).appended;
}

function known(stage: Stage, granularity: 'hour' | 'day' = 'day'): Promise<Observation[]> {
  const seenUntil = stage.clock.instant;
  return stage.store.observationsAsKnown({
    experimentId: 'exp',
    granularity,
    since: 0,
    endedBy: seenUntil,
    seenUntil,
  });
}

/** The control's days on record, `start/end`. */
async function buckets(stage: Stage): Promise<string[]> {
  const iso = (at: number) => new Date(at).toISOString().slice(0, 16);
  const rows = (await known(stage)).filter((row) => row.variantId === 'control');
  return rows.map(({ bucketStart, bucketEnd }) => `${iso(bucketStart)}/${iso(bucketEnd)}`);
}

describe('ingest of days', () => {
  it('takes whole days of the account: not the day of the start, and the long day when it is over', async () => {
    const stage = await open(NEW_YORK);
    expect(await ingestAt(stage, '2026-10-31T04:00Z')).toBe(0);
    expect(await ingestAt(stage, '2026-11-01T03:59Z')).toBe(0);
    expect(await ingestAt(stage, '2026-11-01T04:00Z')).toBe(2);
    // 24 hours later it is eleven at night in New York.
    expect(await ingestAt(stage, '2026-11-02T04:00Z')).toBe(0);
    expect(await ingestAt(stage, '2026-11-02T04:59:59.999Z')).toBe(0);
    expect(await ingestAt(stage, '2026-11-02T05:00Z')).toBe(2);
    expect(await ingestAt(stage, '2026-11-03T05:00Z')).toBe(2);
    expect(await buckets(stage)).toEqual([
      '2026-10-31T04:00/2026-11-01T04:00',
      '2026-11-01T04:00/2026-11-02T05:00',
      '2026-11-02T05:00/2026-11-03T05:00',
    ]);
    expect(await known(stage, 'hour')).toEqual([]);
  });

  it('takes a short day an hour early', async () => {
    const stage = await open(BERLIN);
    expect(await ingestAt(stage, '2027-03-27T23:00Z')).toBe(2);
    expect(await ingestAt(stage, '2027-03-28T21:59Z')).toBe(0);
    expect(await ingestAt(stage, '2027-03-28T22:00Z')).toBe(2);
    expect(await buckets(stage)).toEqual([
      '2027-03-26T23:00/2027-03-27T23:00',
      '2027-03-27T23:00/2027-03-28T22:00',
    ]);
  });

  it('takes the first day if the test begins at its midnight', async () => {
    const stage = await open({ ...BERLIN, startsAt: Date.parse('2027-03-26T23:00Z') });
    expect(await ingestAt(stage, '2027-03-27T23:00Z')).toBe(2);
    expect(await buckets(stage)).toEqual(['2027-03-26T23:00/2027-03-27T23:00']);
  });

  it('has the sums of the hours of these days', async () => {
    const stage = await open(NEW_YORK);
    await ingestAt(stage, '2026-11-04T12:00Z');
    const days = await known(stage);
    const hours = await stage.meta.getInsights({
      adIds: stage.made.adIds,
      since: Date.parse('2026-10-31T04:00Z'),
      until: Date.parse('2026-11-04T05:00Z'),
      granularity: 'hour',
      timezone: NEW_YORK.timezone,
    });
    expect(days).toHaveLength(8);
    for (const field of ['impressions', 'clicks', 'linkClicks', 'spend', 'conversions', 'revenue'] as const) {
      const total = (rows: readonly (Observation | InsightRow)[]) =>
        rows.reduce((sum, row) => sum + row[field], 0);
      expect(total(days)).toBeGreaterThan(0);
      expect(total(days)).toBe(total(hours));
    }
  });

  it('appends a version if Meta restated a day, three days back', async () => {
    const stage = await open(NEW_YORK);
    await ingestAt(stage, '2026-11-06T12:00Z');
    const before = await known(stage);
    const asked: number[] = [];
    const meta: MetaClient = {
      ...stage.meta,
      async getInsights(query) {
        asked.push(query.since);
        const rows = await stage.meta.getInsights(query);
        return rows.map((row) => ({ ...row, linkClicks: row.linkClicks + 1 }));
      },
    };
    stage.clock.pass(HOUR);
    const { ingest } = createObservationActivities({ ...stage.deps, meta });
    const until = stage.clock.instant;
    expect(await ingest({ experimentId: 'exp', until })).toEqual({ appended: 8 });
    // The latest whole day is the 5th.
    expect(asked).toEqual([Date.parse('2026-11-02T05:00Z')]);
    const restated = Date.parse('2026-11-02T05:00Z');
    expect(await known(stage)).toEqual(
      before.map((row) => (row.bucketStart < restated ? row : { ...row, linkClicks: row.linkClicks + 1 })),
    );
  });
});

describe('a look at days', () => {
  const options: StageOptions = { dailyBudgets: [100_000, 100_000], clickRates: [0.02, 0.034] };
  const lookAt = async (stage: Stage, lookNumber: number, at: string): Promise<Decision> => {
    const dueAt = Date.parse(at);
    return stage.looks.look({ experimentId: 'exp', lookNumber, dueAt, askedBy: 'schedule' });
  };

  it('uses those that had ended by its due instant, although later ones are known', async () => {
    const stage = await open(NEW_YORK, options);
    await ingestAt(stage, '2026-11-05T12:00Z');
    const impressions = async (until: string) =>
      (await known(stage))
        .filter((row) => row.variantId === 'control' && row.bucketEnd <= Date.parse(until))
        .reduce((sum, row) => sum + row.impressions, 0);
    const early = await lookAt(stage, 1, '2026-11-02T04:30Z');
    expect(early.reasons).toContain(
      '“ad 0” (control) and “ad 1” (challenger-1) delivered together on 1 day < 3.',
    );
    expect(early.metrics.control!.impressions).toBe(await impressions('2026-11-01T04:00Z'));
    const later = await lookAt(stage, 2, '2026-11-02T05:00Z');
    expect(later.metrics.control!.impressions).toBe(await impressions('2026-11-02T05:00Z'));
    expect(later.health).toEqual([]);
  });

  it('promotes, and is the same if recomputed after Meta has restated its days', async () => {
    const stage = await open(NEW_YORK, options);
    let decision!: Decision;
    for (let look = 1; look <= 30; look++) {
      stage.clock.pass(6 * HOUR);
      const dueAt = stage.clock.instant;
      await stage.observations.ingest({ experimentId: 'exp', until: dueAt });
      decision = await stage.looks.look({
        experimentId: 'exp',
        lookNumber: look,
        dueAt,
        askedBy: 'schedule',
      });
      if (decision.verdict === 'promote') break;
    }
    expect(decision).toMatchObject({ verdict: 'promote', winnerVariantId: 'challenger-1' });
    // Half a day until the first midnight, then three days, one of them long: 3 November, 0:00 in New York.
    expect(decision.dueAt).toBeGreaterThanOrEqual(Date.parse('2026-11-03T05:00Z'));
    const restated = (await known(stage)).map((row) => ({ ...row, linkClicks: row.linkClicks + 9 }));
    await stage.store.appendObservations('exp', restated, stage.clock.instant + 1);
    for (let look = 1; look <= decision.lookNumber; look++)
      expect(await replayDecision(stage.store, 'exp', look)).toMatchObject({ same: true, differences: [] });
  });

  it('blocks a promotion after a whole day without delivery of an ad, at six in the morning as at midnight', async () => {
    const stage = await open(NEW_YORK, options);
    // It is paused from 3 November, seven in the evening, on.
    stage.clock.instant = Date.parse('2026-11-04T00:00Z');
    await stage.market.edit(stage.experiment.variants[0]!.adId, { status: 'PAUSED' });
    const silent = async (lookNumber: number, at: string) => {
      await ingestAt(stage, at);
      const { health } = await lookAt(stage, lookNumber, at);
      return health.filter(({ code }) => code === 'no_delivery').map(({ message }) => message);
    };
    expect(await silent(1, '2026-11-04T05:00Z')).toEqual([]);
    expect(await silent(2, '2026-11-04T11:00Z')).toEqual([]);
    expect(await silent(3, '2026-11-05T04:00Z')).toEqual([]);
    const oneDay = ['“ad 0” (control) has delivered nothing for 1 whole day ≥ 1 whole day'];
    expect(await silent(4, '2026-11-05T05:00Z')).toEqual(oneDay);
    expect(await silent(5, '2026-11-05T11:00Z')).toEqual(oneDay);
  });

  it('also names the leader by whole days', async () => {
    const stage = await open(NEW_YORK, options);
    await ingestAt(stage, '2026-11-01T03:00Z');
    const standing = (dueAt = stage.clock.instant) => stage.looks.standing({ experimentId: 'exp', dueAt });
    expect(await standing()).toMatchObject({ leaderVariantId: null, theta: 0 });
    await ingestAt(stage, '2026-11-04T12:00Z');
    expect(await standing()).toMatchObject({ leaderVariantId: 'challenger-1', harm: [] });
    expect((await standing()).metrics.control!.impressions).toBeGreaterThan(
      (await standing(stage.clock.instant - DAY)).metrics.control!.impressions,
    );
  });
});
