import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import type { ScorecardJson } from '../../../src/api/scorecard/read.js';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { moveTo, seedExperiment, seedPromoted, seedVerification } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedPromoted(api, 'won', { state: 'verifying' });
  await seedVerification(api, 'won', 'verified');
  await moveTo(api, 'won', 'completed', { at: START + 260 * HOUR });
  await api.store.recordControl({
    ...{ experimentId: 'won', controlId: 'c1', kind: 'check', by: 'ana', reason: '=1+1, "quoted"' },
    ...{ at: START + 5 * HOUR, outcome: 'accepted', message: 'Looked.' },
  });
});
afterAll(() => api.stop());

const read = async (id: string) =>
  (await api.get(`/api/ab/experiments/${id}/scorecard`)).body as unknown as ScorecardJson;

describe('the scorecard of an experiment', () => {
  it('has figures, money, decision, verification, and what the figures do not say', async () => {
    const card = await read('won');
    expect(card).toMatchObject({
      verdict: 'The budget stays with challenger-1.',
      horizon_at: '2026-12-21T09:00:00Z',
      look: { look_number: 1, due_at: '2026-11-24T15:00:00Z' },
      decided: { how: 'rule', by: 'rule', shadow: false },
      verification: { outcome: 'verified' },
      controls: [{ kind: 'check', by: 'ana' }],
      unreadable: [],
    });
    expect(card.ads).toMatchObject([
      { variant_id: 'control', won: false, metrics: { clicks: 400, spend: 401 }, cost_per_conversion: 20.05 },
      { variant_id: 'challenger-1', won: true, metrics: { clicks: 518 }, cost_per_conversion: 13.31 },
    ]);
    expect(card.ads.map((ad) => [ad.budget_before_cents, ad.budget_after_cents])).toEqual([
      [5_000, 2_000],
      [5_000, 8_000],
    ]);
    expect(card.pairs).toMatchObject([{ lift: Math.expm1(0.3), interval: [0.05, 0.6], confidence: 0.97 }]);
    expect(card.moves).toHaveLength(6);
    expect(card.caveats.map(({ code }) => code)).toEqual(['not_random', 'own_audience']);
  });

  it('is there before the first look', async () => {
    await seedExperiment(api, 'fresh');
    const fresh = await read('fresh');
    expect(fresh).toMatchObject({ look: null, decided: null, pairs: [], moves: [] });
    expect(fresh.ads.map(({ metrics }) => metrics)).toEqual([null, null]);
    expect(fresh.caveats.map(({ code }) => code)).toEqual(['no_look']);
    expect((await api.get('/api/ab/experiments/nobody/scorecard')).status).toBe(404);
  });

  it('says whose declaration makes delivery before the handover count', async () => {
    const declared = { by: 'zoe', reason: 'planned', at: START };
    await seedExperiment(api, 'declared', {
      earlierDelivery: { handedOverAt: START + 9 * HOUR, since: START, read: null, declared },
    });
    expect((await read('declared')).declaration).toContain('zoe declared that the test was planned so.');
    expect((await read('won')).declaration).toBeNull();
  });

  it('is CSV that a spreadsheet reads and never runs', async () => {
    const app = createApp(api.dependencies, api.gateway);
    const answer = await app.request('/api/ab/experiments/won/scorecard/csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="scorecard-won.csv"');
    const lines = (await answer.text()).split('\r\n');
    expect(lines.pop()).toBe('');
    const header = lines[0]!.split(',');
    const parts = lines.slice(1).map((line) => line.split(',')[0]);
    expect(parts).toEqual([
      ...['test', 'ad', 'ad that won', 'lift', 'decision'],
      ...Array.from({ length: 6 }, () => 'budget write'),
      ...['verification', 'control', 'caveat', 'caveat'],
    ]);
    const winner = Object.fromEntries(lines[3]!.split(',').map((value, index) => [header[index], value]));
    expect(winner).toMatchObject({
      experiment_id: 'won',
      variant_id: 'challenger-1',
      click_rate_percent: '3.45',
      currency: 'USD',
      spend: '412.5',
      cost_per_conversion: '13.31',
      budget_per_day_before: '50',
      budget_per_day_after: '80',
    });
    expect(lines.find((line) => line.startsWith('control,'))).toMatch(/,"'=1\+1, ""quoted"""$/);
  });
});
