import { afterEach, describe, expect, it } from 'vitest';
import { createObservationActivities } from '../../src/activities/observations.js';
import type { InsightRow, MetaClient } from '../../src/clients/meta/types.js';
import type { Observation } from '../../src/contract/records.js';
import { bucketsOf } from '../../src/domain/experiment.js';
import { failureOf, HOUR, START, type Stage, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const ingest = (stage: Stage, until: number) => stage.observations.ingest({ experimentId: 'exp', until });

function known(stage: Stage, seenUntil = stage.clock.instant): Promise<Observation[]> {
  return stage.store.observationsAsKnown({
    experimentId: 'exp',
    granularity: bucketsOf(stage.experiment.policy),
    since: 0,
    endedBy: START + 1000 * HOUR,
    seenUntil,
  });
}

/** A client that returns these rows and remembers its queries. */
function scripted(stage: Stage, rows: () => Partial<InsightRow>[]) {
  const asked: Parameters<MetaClient['getInsights']>[0][] = [];
  const meta: MetaClient = {
    ...stage.meta,
    async getInsights(query) {
      asked.push(query);
      return rows()
        .map((row) => ({ ...aRow(stage), ...row }))
        .map((row) => ({ ...row, bucketEnd: row.bucketStart + HOUR }))
        .filter((row) => row.bucketStart >= query.since && row.bucketStart < query.until);
    },
  };
  const { ingest: run } = createObservationActivities({ ...stage.deps, meta });
  return { asked, ingest: (until: number) => run({ experimentId: 'exp', until }) };
}

function aRow(stage: Stage): InsightRow {
  return {
    adId: stage.made.adIds[0]!,
    adSetId: stage.loser,
    bucketStart: START,
    bucketEnd: START + HOUR,
    granularity: 'hour',
    impressions: 1000,
    clicks: 30,
    linkClicks: 20,
    spend: 500,
    conversions: 1,
    revenue: 900,
  };
}

describe('ingest', () => {
  it("takes the closed hours of both ads from the market, under the variants' ids", async () => {
    const stage = await stages.open();
    stage.clock.pass(5.5 * HOUR);
    const { appended } = await ingest(stage, stage.clock.instant);
    const rows = await known(stage);
    expect(appended).toBe(rows.length);
    expect([...new Set(rows.map((row) => row.bucketStart))]).toEqual(
      [0, 1, 2, 3, 4].map((hour) => START + hour * HOUR),
    );
    expect([...new Set(rows.map((row) => row.variantId))].sort()).toEqual(['challenger-1', 'control']);
    expect(rows.every((row) => row.impressions > 0 && row.linkClicks <= row.clicks)).toBe(true);
  });

  it('appends nothing the second time', async () => {
    const stage = await stages.open();
    stage.clock.pass(6 * HOUR);
    expect((await ingest(stage, stage.clock.instant)).appended).toBe(12);
    stage.clock.pass(1);
    expect((await ingest(stage, stage.clock.instant)).appended).toBe(0);
  });

  it('leaves out an hour that is still open', async () => {
    const stage = await stages.open();
    stage.clock.pass(59 * 60_000);
    expect((await ingest(stage, stage.clock.instant)).appended).toBe(0);
    stage.clock.pass(60_000);
    expect((await ingest(stage, stage.clock.instant)).appended).toBe(2);
  });

  it('takes only hours that closed by then, although the market is further on', async () => {
    const stage = await stages.open();
    stage.clock.pass(10 * HOUR);
    await ingest(stage, START + 4 * HOUR);
    expect((await known(stage)).at(-1)?.bucketStart).toBe(START + 3 * HOUR);
  });

  it('leaves out the open hour of a time zone whose hours begin at half past', async () => {
    const stage = await stages.open({ account: { timezone: 'Asia/Kolkata' } });
    stage.clock.pass(4 * HOUR);
    await ingest(stage, stage.clock.instant);
    const starts = (await known(stage)).map((row) => (row.bucketStart - START) / HOUR);
    expect([...new Set(starts)]).toEqual([0.5, 1.5, 2.5]);
    stage.clock.pass(0.5 * HOUR);
    await ingest(stage, stage.clock.instant);
    expect(((await known(stage)).at(-1)!.bucketStart - START) / HOUR).toBe(3.5);
  });

  it('begins at the start of the test, and leaves out an hour that began before', async () => {
    const stage = await stages.open();
    const client = scripted(stage, () => []);
    stage.clock.pass(6 * HOUR);
    await client.ingest(stage.clock.instant);
    expect(client.asked[0]?.since).toBe(stage.experiment.startedAt);
    expect(client.asked[0]?.adIds).toEqual(stage.made.adIds);
  });

  it('goes back 72 h before the latest known hour, but not before the start', async () => {
    const stage = await stages.open();
    let latest = 10;
    const client = scripted(stage, () => [{ bucketStart: START + latest * HOUR }]);
    await client.ingest(START + 11 * HOUR);
    await client.ingest(START + 12 * HOUR);
    latest = 100;
    await client.ingest(START + 101 * HOUR);
    await client.ingest(START + 102 * HOUR);
    expect(client.asked.map((query) => (query.since - START) / HOUR)).toEqual([0, 0, 0, 28]);
  });

  it('goes back as far as conversions are booked, if the objective weighs them', async () => {
    const stage = await stages.open({
      policy: { objective: 'conversion_rate', attributionWindowHours: 168 },
    });
    const client = scripted(stage, () => [{ bucketStart: START + 200 * HOUR }]);
    await client.ingest(START + 201 * HOUR);
    await client.ingest(START + 202 * HOUR);
    expect(client.asked.map((query) => (query.since - START) / HOUR)).toEqual([0, 32]);
  });

  it('appends a version if Meta restated an hour, and keeps the old one', async () => {
    const stage = await stages.open();
    let linkClicks = 20;
    const client = scripted(stage, () => [{ linkClicks }, { bucketStart: START + HOUR }]);
    stage.clock.pass(2 * HOUR);
    expect(await client.ingest(stage.clock.instant)).toEqual({ appended: 2 });
    const before = stage.clock.instant;
    stage.clock.pass(HOUR);
    linkClicks = 22;
    expect(await client.ingest(stage.clock.instant)).toEqual({ appended: 1 });
    expect((await known(stage, before)).map((row) => row.linkClicks)).toEqual([20, 20]);
    expect((await known(stage)).map((row) => row.linkClicks)).toEqual([22, 20]);
  });

  it("does not take rows of an ad that isn't in the test", async () => {
    const stage = await stages.open();
    const client = scripted(stage, () => [{ adId: '999' }]);
    expect(await client.ingest(START + 3 * HOUR)).toEqual({ appended: 0 });
  });

  it("passes Meta's error to the workflow", async () => {
    const stage = await stages.open();
    stage.clock.pass(6 * HOUR);
    await stage.market.order({ kind: 'rate_limit', delayMs: 600_000 });
    expect(await failureOf(ingest(stage, stage.clock.instant))).toMatchObject({
      type: 'Meta.rate',
      nonRetryable: true,
      details: [{ kind: 'rate', retryAfterMs: 600_000 }],
    });
    stage.clock.pass(600_000);
    await stage.market.order({ kind: 'html' });
    expect(await failureOf(ingest(stage, stage.clock.instant))).toMatchObject({
      type: 'Meta.transient',
      nonRetryable: false,
    });
    expect((await ingest(stage, stage.clock.instant)).appended).toBe(12);
  });

  it('fails permanently for an unknown experiment', async () => {
    const stage = await stages.open();
    const call = stage.observations.ingest({ experimentId: 'other', until: START });
    expect(await failureOf(call)).toMatchObject({ type: 'UnknownExperiment', nonRetryable: true });
  });
});
