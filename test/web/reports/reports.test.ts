import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSummaryActivities } from '../../../src/activities/summaries.js';
import type { KeptReportJson } from '../../../src/api/kept-reports/to-json.js';
import { HOUR, START } from '../../api/support/harness.js';
import { moveTo, seedExperiment, seedPromoted } from '../../api/support/seed.js';
import { startWeb, type WebApi } from '../support.js';

describe('the pages of reports', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
  });
  afterAll(() => api.stop());

  it('say when the first report comes', async () => {
    expect((await api.page('/reports')).html).toContain('No report yet.');
  });

  it('list the reports, and show each with its figures', async () => {
    await seedPromoted(api, 'won', { state: 'completed' });
    await seedExperiment(api, 'stuck');
    await moveTo(api, 'stuck', 'needs_attention', { reason: 'The budgets differ.' });
    api.clock.at = START + 72 * HOUR;
    const { store, clock, dependencies } = api;
    await createSummaryActivities({ store, clock, meta: dependencies.meta, announce: () => {} }).summarise(
      7 * 24,
    );
    const list = await api.page('/reports');
    expect(list.html).toContain('href="/reports/weekly-2026-11-26"');

    const report = (await api.get('/api/ab/reports/weekly-2026-11-26')).body as unknown as KeptReportJson;
    const { html, figures } = await api.page('/reports/weekly-2026-11-26');
    expect(html).toContain('The budgets differ.');
    expect(figures('running')).toEqual([String(report.running)]);
    const [promotion] = report.promotions;
    for (const field of ['believed_lift', 'measured_lift', 'budget_before', 'budget_after'] as const)
      expect(figures(field), field).toEqual([String(promotion![field])]);
    expect(figures('shrunk_lift')).toEqual([String(report.compound!.shrunk.lift)]);
    expect(html).toContain('href="/api/ab/reports/weekly-2026-11-26/csv"');
    expect((await api.page('/reports/daily-2000-01-01')).status).toBe(404);
  });
});
