import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSummaryActivities } from '../../../src/activities/summaries.js';
import { createApp } from '../../../src/api/app.js';
import { HOUR, START } from '../../api/support/harness.js';
import { seedPromoted } from '../../api/support/seed.js';
import { Browser } from '../browser.js';
import { startWeb, type WebApi } from '../support.js';

const OPERATOR = 'a-token-of-an-operator';
const VIEWER = 'a-token-of-a-viewer-1';

describe('what a client sees', () => {
  let api: WebApi;
  let app: ReturnType<typeof createApp>;
  beforeAll(async () => {
    api = await startWeb({
      tokens: [
        { name: 'ana', role: 'operator', token: OPERATOR },
        { name: 'vic', role: 'viewer', token: VIEWER },
        { name: 'adam', role: 'admin', token: 'a-token-of-an-admin-1' },
      ],
    });
    app = createApp(api.dependencies, api.gateway);
    await seedPromoted(api, 'won', { state: 'completed' });
    api.clock.at = START + 72 * HOUR;
    const { store, clock, dependencies } = api;
    await createSummaryActivities({ store, clock, meta: dependencies.meta, announce: () => {} }).summarise(
      24,
    );
  });
  afterAll(() => api.stop());

  /** The path of a new link. */
  async function made(page: string, fields: Record<string, string>): Promise<string> {
    const browser = new Browser(app);
    await browser.signIn(OPERATOR);
    const answer = await browser.post('/client-links', {
      csrf: await browser.csrf(page),
      days: '7',
      ...fields,
    });
    expect(answer.status).toBe(200);
    const html = await answer.text();
    expect(html).toContain('It shows one page for 7 days');
    expect(html).toMatch(/It ends on [^<]*, and earlier if/);
    expect(html).not.toContain('by the real clock');
    return /http:\/\/[^/]+(\/shared\/[\w.-]+)/.exec(html)![1]!;
  }

  it('is the report, without a sign-in and without a way to anything else', async () => {
    const link = await made('/reports/daily-2026-11-26', { kind: 'report', id: 'daily-2026-11-26' });
    const answer = await new Browser(app).get(link);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    const html = await answer.text();
    expect(html).toContain('Daily report of 25 Nov 2026, made on 26 Nov 2026');
    expect([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual([
      '/assets/style.css',
      '/assets/icon.svg',
      '#main',
    ]);
    expect(html).not.toContain('<form');
    for (const path of ['/reports/daily-2026-11-26', '/', '/api/ab/reports'])
      expect((await new Browser(app).get(path)).status, path).not.toBe(200);
  });

  it('is the printed scorecard of a test, if the link was made there', async () => {
    const link = await made('/experiments/won/scorecard', { kind: 'scorecard', id: 'won' });
    const html = await (await new Browser(app).get(link)).text();
    expect(html).toContain('What the figures don&#39;t say');
    for (const hidden of ['<form', 'href="/api', 'href="/experiments', 'Who asked for what'])
      expect(html).not.toContain(hidden);
  });

  it('is the page of a test, without controls, record and pictures', async () => {
    const link = await made('/experiments/won', { kind: 'experiment', id: 'won' });
    const html = await (await new Browser(app).get(link)).text();
    expect(html).toMatch(
      /The ad account [^<]+ shares this page with you: an A\/B test of Meta ads\. .*You can only read it, until [^<]+\./s,
    );
    expect(html).toContain('popovertarget="word-lift"');
    expect(html).toContain('id="word-lift"');
    expect(html).not.toContain('href="/help"');
    expect(html).toContain('The budget stays with challenger-1.');
    expect(html).toContain('id="rollout-title"');
    for (const hidden of ['id="controls"', '<form', 'Ledger (', '<img']) expect(html).not.toContain(hidden);
  });

  it('is made by an operator, for 1 to 90 days', async () => {
    const viewer = new Browser(app);
    await viewer.signIn(VIEWER);
    const fields = { kind: 'report', id: 'daily-2026-11-26', days: '7' };
    const page = '/experiments/won';
    expect((await viewer.post('/client-links', { csrf: await viewer.csrf(page), ...fields })).status).toBe(
      403,
    );
    const operator = new Browser(app);
    await operator.signIn(OPERATOR);
    const csrf = await operator.csrf(page);
    for (const days of ['0', '91', '1.5', 'x', '']) {
      const answer = await operator.post('/client-links', { csrf, ...fields, days });
      expect(answer.status, days).toBe(400);
      expect(await answer.text()).toContain('must be a whole number from 1 to 90 days');
    }
  });

  it('says by which clock it ends if the clock of the page is another one', async () => {
    const timeBase = { ...api.dependencies.timeBase, scale: 1_800 };
    const browser = new Browser(createApp({ ...api.dependencies, timeBase }, api.gateway));
    await browser.signIn(OPERATOR);
    const csrf = await browser.csrf('/experiments/won');
    const answer = await browser.post('/client-links', { csrf, kind: 'experiment', id: 'won', days: '1' });
    expect(await answer.text()).toMatch(/for 1 day<.*It ends on [^<]* by the real clock/s);
  });

  it('is a page that says so if the link is wrong', async () => {
    const answer = await new Browser(app).get('/shared/wrong');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('This link has expired or is not complete.');
  });
});
