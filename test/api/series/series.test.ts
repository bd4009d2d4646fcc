import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeriesJson } from '../../../src/api/series/read.js';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { seedExperiment, seedHours, seedPromoted } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedHours(api, await seedPromoted(api, 'promoted'), 40);
});
afterAll(() => api.stop());

const read = async (query = '') =>
  (await api.get(`/api/ab/experiments/promoted/series${query}`)).body as unknown as SeriesJson;

describe('the series of an experiment', () => {
  it('has each ad per hour, with its looks and writes', async () => {
    const series = await read('?bucket=hour');
    expect(series).toMatchObject({
      bucket: 'hour',
      currency: 'USD',
      note: null,
      read_until: '2026-11-25T01:00:00Z',
      looks: [{ look_number: 1, due_at: '2026-11-24T15:00:00Z', verdict: 'promote' }],
      unreadable: [],
    });
    expect(series.buckets).toHaveLength(40);
    const [control, challenger] = series.variants;
    expect(control).toMatchObject({ id: 'control', role: 'control', name: 'control' });
    expect(control!.clicks.slice(0, 3)).toEqual([10, 11, 12]);
    expect(challenger!.clicks.slice(0, 3)).toEqual([13, 14, 15]);
    expect([control!.spend[1], control!.spend_cents[1]]).toEqual([12.35, 1235]);
    expect([control!.ctr[0], control!.cost_per_conversion[0], control!.cost_per_conversion[1]]).toEqual([
      2,
      null,
      12.35,
    ]);
    const applied = (await api.store.listLedger('promoted')).filter(({ outcome }) => outcome === 'applied');
    expect(series.writes.map(({ sequence }) => sequence)).toEqual(applied.map(({ sequence }) => sequence));
    expect(series.writes[0]!.variant_id).toMatch(/^(control|challenger-1)$/);
  });

  it("has the account's days unless hours are asked for, from the newest reading", async () => {
    const before = await read();
    expect(before).toMatchObject({ bucket: 'day' });
    expect(before.buckets.reduce((sum, { hours }) => sum + hours, 0)).toBe(40);
    const row = {
      ...{ variantId: 'control', adId: 'ad_promoted_control', granularity: 'hour' as const },
      ...{ bucketStart: START, bucketEnd: START + HOUR },
      ...{ impressions: 600, clicks: 20, linkClicks: 20, spend: 1_234, conversions: 0, revenue: 0 },
    };
    await api.store.appendObservations('promoted', [row], START + 50 * HOUR);
    const after = await read('?bucket=day');
    expect(after.variants[0]!.impressions[0]! - before.variants[0]!.impressions[0]!).toBe(100);
  });

  it('names the field of a wrong bucket, and has no hours of a test that counts days', async () => {
    const odd = await api.get('/api/ab/experiments/promoted/series?bucket=week');
    expect([odd.status, odd.body.detail]).toEqual([400, 'bucket must be one of hour, day.']);
    await seedExperiment(api, 'daily', { policy: { ...DEFAULT_POLICY, buckets: 'day' } });
    const hours = await api.get('/api/ab/experiments/daily/series?bucket=hour');
    expect([hours.status, hours.body.detail]).toEqual([
      400,
      'bucket must be day: this test counts days, so no hours are on record.',
    ]);
    const empty = await api.get('/api/ab/experiments/daily/series');
    expect(empty.body).toMatchObject({ read_until: null, buckets: [] });
    expect((await api.get('/api/ab/experiments/nobody/series')).status).toBe(404);
  });
});
