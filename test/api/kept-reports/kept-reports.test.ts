import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSummaryActivities } from '../../../src/activities/summaries.js';
import { createApp } from '../../../src/api/app.js';
import { reportToCsv } from '../../../src/api/kept-reports/to-json.js';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { seedExperiment, seedPromoted } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'fresh');
  await seedPromoted(api, 'won', { state: 'completed', declaredBy: 'Ana' });
  const { store, clock, dependencies } = api;
  const summaries = createSummaryActivities({ store, clock, meta: dependencies.meta, announce: () => {} });
  api.clock.at = START + 72 * HOUR;
  await summaries.summarise(24);
  await summaries.summarise(7 * 24);
});
afterAll(() => api?.stop());

describe('the kept reports', () => {
  it('are listed, newest first', async () => {
    const { status, body } = await api.get('/api/ab/reports?limit=1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 2, limit: 1, offset: 0, unreadable: [] });
    const daily = (await api.get('/api/ab/reports?kind=daily')).body;
    expect(daily).toMatchObject({ total: 1, reports: [{ id: 'daily-2026-11-26', kind: 'daily' }] });
    expect((await api.get('/api/ab/reports?kind=hourly')).status).toBe(400);
  });

  it('are shown with the figures that the text names', async () => {
    const { status, body } = await api.get('/api/ab/reports/weekly-2026-11-26');
    expect(status).toBe(200);
    const { promotions, running, compound, text } = body as unknown as {
      promotions: Record<string, unknown>[];
      running: number;
      compound: Record<string, unknown>;
      text: string;
    };
    expect(running).toBe(1);
    expect(text).toContain('1 test running');
    const declaration =
      'Counts delivery since 2026-11-23 09:00 UTC, before the handover: Ana declared that the test was planned so.';
    expect(promotions).toMatchObject([
      { experiment_id: 'won', status: 'rolled out', forced: false, declaration },
    ]);
    expect(reportToCsv(body as never)).toContain(declaration);
    const { history } = (await api.get('/api/ab/auto-promote/history')).body;
    expect(history).toMatchObject([{ experiment_id: 'won', declaration }]);
    expect(text).toContain('1 promotion (');
    const { compound_improvement_pct, shrunk_compound_improvement_pct, ...report } = (
      await api.get('/api/ab/auto-promote/compound-report')
    ).body;
    expect(compound).toMatchObject({ message: report.message, promotions: 1 });
  });

  it('are 404 if there is none', async () => {
    for (const path of ['daily-2020-01-01', 'x%2Fy', 'daily-2020-01-01/csv'])
      expect((await api.get(`/api/ab/reports/${path}`)).status).toBe(404);
  });

  it('are given as CSV', async () => {
    const app = createApp(api.dependencies, api.gateway);
    const response = await app.request('/api/ab/reports/weekly-2026-11-26/csv');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toContain('weekly-2026-11-26.csv');
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toMatch(/^part,experiment_id,name,/);
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      ...['part', 'report', 'compound', 'promotion', 'started', 'started', ''],
    ]);
  });

  it('in CSV are no formulas, and keep their columns', async () => {
    const { body } = await api.get('/api/ab/reports/weekly-2026-11-26');
    const waiting = [
      { experiment_id: 'x', name: '=1+1', state: 'held' as const, reason: 'one, "two"\nthree' },
    ];
    const csv = reportToCsv({ ...(body as unknown as Parameters<typeof reportToCsv>[0]), waiting });
    expect(csv).toContain(`waiting,x,'=1+1,,held,,,,,,"one, ""two""\nthree"`);
  });
});
