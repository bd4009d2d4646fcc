import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { seedExperiment } from '../../api/support/seed.js';
import { seedInsights } from '../../api/support/seed-insights.js';
import { Browser } from '../browser.js';
import { startWeb, type WebApi } from '../support.js';
import { aClaim, seedEnded } from './seed-ended.js';

describe('the insights on the page of a test', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
  });
  afterAll(() => api.stop());

  /** The card alone; empty if the page has none. */
  const cardOf = async (id: string) => {
    const { html } = await api.page(`/experiments/${id}`);
    const [, rest = ''] = html.split('<section class="card" aria-labelledby="insights">');
    const card = rest.split('<section class="card"')[0]!;
    return { card, text: card.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ') };
  };

  it('are claims with their quotes marked in the ad, the pattern, what was dropped and why, and the cost', async () => {
    await seedEnded(api, 'won');
    const lost = aClaim({ side: 'loser', field: 'text', text: 'It talks of itself', attributeId: null });
    await seedInsights(api, 'won', {
      claims: [
        { ...aClaim(), patternId: 'question_mark', evidence: 'Not established yet.' },
        {
          ...aClaim({ field: 'text', quote: 'socks, knitted', text: 'It tells how', attributeId: null }),
          ...{ patternId: null, evidence: null },
        },
        { ...lost, quote: 'Our socks', patternId: null, evidence: null },
        {
          ...aClaim({ field: 'picture', quote: null, visible: 'a cat', text: 'It shows a cat' }),
          ...{ attributeId: null, patternId: null, evidence: null },
        },
      ],
    });
    const { card, text } = await cardOf('won');
    expect(card).toContain('<mark>Cold feet?</mark> Never again.');
    expect(card).toContain('Wool <mark>socks,\nknitted</mark> by hand. &lt;b&gt;Warm&lt;/b&gt;');
    expect(card).toContain('<mark>Our socks</mark> are warm.');
    expect(card.match(/<mark>/g)).toHaveLength(3);
    expect(card).toContain('href="/learn/patterns/question_mark"');
    expect(text).toContain('About: The headline contains a question mark.');
    expect(text).toContain('Not established yet.');
    expect(text).toContain('It shows a cat (picture: a cat)');
    expect(text).toContain('what Claude saw in the pictureTwo socks');
    expect(text).toContain('Claims that were dropped (1)');
    expect(text).toContain(
      'With winner and loser exchanged, Claude says the same of the other ad: “Short headlines”.',
    );
    expect(text).toContain('The text of the winner has 20000 characters: Claude was given the first 4000.');
    expect(text).toContain('Answered byclaude-test (questions: insights-1)');
    expect(text).toContain('USD 0.0090 for 2 questions to Claude');
    expect(text).toContain('Claude compared the two ads: 1 claim was kept and 1 dropped.');
    expect(text).not.toContain('offline');
    const { body } = await api.get('/api/ab/experiments/won/insights');
    const page = await api.page('/experiments/won');
    expect(page.figures('cost_usd')).toEqual([String(body.cost_usd)]);
    expect(page.figures('spent_this_month_usd')).toEqual([String(body.spent_this_month_usd)]);
  });

  it('say if they were made without Claude, and what they cost then', async () => {
    await seedEnded(api, 'offline');
    await seedInsights(api, 'offline', {
      ...{ status: 'offline', reason: { code: 'no_key' }, model: null, promptVersion: null, dropped: [] },
      ...{ claims: [{ ...aClaim(), patternId: null, evidence: null }], visualNotes: {}, notes: [] },
    });
    const { text } = await cardOf('offline');
    expect(text).toContain('offline: made without Claude');
    expect(text).toContain('ANTHROPIC_API_KEY is not set.');
    expect(text).toContain('none: Claude was not asked');
    expect(text).not.toContain('dropped');
  });

  it('are asked for again by an operator, once per form', async () => {
    const html = (await api.page('/experiments/offline')).html;
    expect(html).toContain('Extract again</button>');
    const key = /action="\/experiments\/offline\/insights".*?name="key" value="([^"]+)"/s.exec(html)![1]!;
    const send = (fields: Record<string, string>) =>
      api.form('/experiments/offline', '/experiments/offline/insights', { key, by: 'ana', ...fields });
    for (let times = 0; times < 2; times += 1) {
      const { status, headers } = await send({});
      expect([status, headers.get('location')]).toEqual([303, '/experiments/offline#insights']);
    }
    expect(await api.store.listExtractions('offline')).toHaveLength(2);
    expect((await api.store.latestExtraction('offline'))!.requestedBy).toBe('ana');
    const { text } = await cardOf('offline');
    expect(text).toContain('The extraction has not begun yet.');
    expect(text).toContain('Try now');
    const nameless = await send({ by: ' ' });
    expect([nameless.status, nameless.text.includes('by must be text of 1 to 100 characters.')]).toEqual([
      400,
      true,
    ]);
    const opened = await api.page('/experiments/offline/insights');
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/experiments/offline#insights']);
  });

  it('are not there while a test runs, and a form for them is refused then', async () => {
    await seedExperiment(api, 'runs');
    expect((await cardOf('runs')).card).toBe('');
    const sent = await api.form('/experiments/runs', '/experiments/runs/insights', { key: 'k', by: 'ana' });
    expect(sent.status).toBe(409);
    expect(sent.text).toContain('The test is running: insights are extracted when it has ended.');
  });

  it('lead from a claim to its pattern, which says that Claude stated it and in which test', async () => {
    const { pattern } = await api.store.statePattern({
      ...{ title: 'Hands', statement: 'The picture shows <hands>.', attributeId: null, tags: [], sign: 1 },
      ...{ category: 'visual_design', by: 'Claude, test won', at: await api.clock.now() },
    });
    for (const path of ['/learn', '/learn?kind=stated']) {
      const { html, text } = await api.page(path);
      expect(text).toContain('stated by Claude, test won');
      expect(html).toContain('<a href="/experiments/won">test won</a>');
    }
    const { html, text } = await api.page(`/learn/patterns/${pattern.id}`);
    expect(text).toContain('by Claude, test won, as a higher rate');
    expect(html).toContain('<a href="/experiments/won">test won</a>');
    expect(text).toContain('not used yet');
  });

  it('are read by a viewer, who gets no form for them', async () => {
    const token = 'token-of-the-viewer-0123';
    const app = createApp(
      { ...api.dependencies, tokens: [{ name: 'vic', role: 'viewer', token }] },
      api.gateway,
    );
    const viewer = new Browser(app);
    await viewer.signIn(token);
    const html = await (await viewer.get('/experiments/won')).text();
    expect(html).toContain('<mark>Cold feet?</mark>');
    expect(html).not.toContain('/experiments/won/insights');
    const csrf = await viewer.csrf('/experiments/won');
    expect((await viewer.post('/experiments/won/insights', { csrf, key: 'k' })).status).toBe(403);
  });
});
