import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSummaryActivities } from '../../../src/activities/summaries.js';
import type { KeptReportJson } from '../../../src/api/kept-reports/to-json.js';
import { reportMessage } from '../../../src/domain/messages/account-messages.js';
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
    // Its delivery before the handover counts, but someone started it in these days.
    const declared = { by: 'zoe', reason: 'planned', at: START };
    await seedExperiment(api, 'planned', {
      startedAt: START - 500 * HOUR,
      earlierDelivery: { handedOverAt: START + HOUR, since: START - 500 * HOUR, read: null, declared },
    });
    await moveTo(api, 'stuck', 'needs_attention', { reason: 'The budgets differ.' });
    await api.store.recordControl({
      ...{ experimentId: 'won', controlId: 'c1', kind: 'pause', by: 'ana', reason: 'a new landing page' },
      ...{ at: START + 2 * HOUR, outcome: 'refused', message: 'It does not fit.' },
    });
    await api.store.setKillSwitch({ engaged: true, by: 'ana', reason: 'wrong prices', at: START + HOUR });
    // The day of the report itself is not counted.
    await api.store.recordControl({
      ...{ experimentId: 'won', controlId: 'c2', kind: 'check', by: 'bo', reason: 'too late' },
      ...{ at: START + 72 * HOUR, outcome: 'accepted', message: 'Looked.' },
    });
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
    expect(report.started!.map(({ name }) => name).sort()).toEqual([
      'Test planned',
      'Test stuck',
      'Test won',
    ]);
    expect(report.started!.at(-1)).toMatchObject({
      name: 'Test planned',
      start_date: '2026-11-23T10:00:00Z',
    });
    expect(figures('started')).toEqual(['3']);
    expect(report.controls).toMatchObject([
      { name: 'Test won', kind: 'pause', by: 'ana', outcome: 'refused' },
    ]);
    expect(figures('controls')).toEqual(['1']);
    expect(html).toContain('by ana (a new landing page), refused');
    expect(html).not.toContain('too late');
    expect(report.text).toContain('3 tests started (');
    expect(report.text).toContain(
      '; 1 control used (pause of Test won, refused); kill switch engaged; as of ',
    );
    expect(report.kill_switch).toMatchObject([{ engaged: true, by: 'ana' }]);
    expect(html).toContain('<strong>engaged</strong> by ana (wrong prices)');
    expect(html).toContain('<h1>Weekly report of 19 Nov 2026 to 25 Nov 2026, made on 26 Nov 2026</h1>');
    expect(html).toContain('href="/api/ab/reports/weekly-2026-11-26/csv"');
    expect((await api.page('/reports/daily-2000-01-01')).status).toBe(404);
  });

  it('show a report from before started tests and controls were counted', async () => {
    const kept = (await api.store.getReport('weekly-2026-11-26'))!;
    const { started: _, controls: __, killSwitch: ___, ...content } = kept.content;
    const old = { ...kept, id: 'weekly-2026-11-19', content };
    await api.store.saveReport(old, { message: reportMessage({ ...old, at: old.madeAt }), hooks: [] });
    const report = await api.get('/api/ab/reports/weekly-2026-11-19');
    const { started, controls, kill_switch } = report.body;
    expect([report.status, started, controls, kill_switch]).toEqual([200, null, null, null]);
    const { status, html } = await api.page('/reports/weekly-2026-11-19');
    expect([status, html.includes('Tests started')]).toEqual([200, false]);
  });
});
