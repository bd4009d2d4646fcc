import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import type { ApiDependencies } from '../../../src/api/dependencies.js';
import type { DraftSetJson } from '../../../src/api/drafts/responses.js';
import { HOUR } from '../../api/support/harness.js';
import { aFit, aFittedPattern } from '../../clients/postgres/pattern-fixtures.js';
import { FakeClaude } from '../../support/fake-claude.js';
import { Browser } from '../browser.js';
import { startWeb, type WebApi } from '../support.js';
import { copy, seedOpen, seedWon } from './seed-tests.js';

const BRIEF = { product: 'trail shoes', offer: 'free returns', by: 'ana', count: '6', places: '2' };
const EMOJI = {
  ...{ effect: 0.3, se: 0.03, df: 20, interval: [0.24, 0.36] as [number, number], p: 1e-6, tests: 12 },
};

let api: WebApi;
let claude: FakeClaude | null = null;
async function start(changes: Partial<ApiDependencies> = {}): Promise<void> {
  api = await startWeb(changes);
}

/** Sends the form with the key that the page gave it. */
async function send(fields: Record<string, string>) {
  const { html } = await api.page('/drafts');
  const key = /name="key" value="([^"]+)"/.exec(html)![1]!;
  return api.form('/drafts', '/drafts', { ...BRIEF, key, ...fields });
}

/** The set that a sent form led to, as its page and as the API has it. */
async function setOf(sent: { status: number; headers: Headers }) {
  const address = sent.headers.get('location')!;
  expect([sent.status, address]).toEqual([303, expect.stringMatching(/^\/drafts\/drafts_[0-9a-f]{16}$/)]);
  const { body } = await api.get(`/api/ab${address}`);
  return { address, page: await api.page(address), set: body as unknown as DraftSetJson };
}

describe('the page of drafts', () => {
  beforeAll(() => start());
  afterAll(() => api.stop());

  it('says that there are none yet, and that without a winner they come from the brief alone', async () => {
    const { status, html, text } = await api.page('/drafts');
    expect(status).toBe(200);
    expect(text).toContain('No drafts have been asked for yet.');
    expect(text).toContain('the brief alone: no winner has texts yet');
    expect(html).toContain('aria-current="page">Drafts</a>');
    const { page, set } = await setOf(await send({ must_say: 'vegan', must_not_say: 'cheap\r\n\r\nbest' }));
    expect(set.brief).toMatchObject({ must_say: ['vegan'], must_not_say: ['cheap', 'best'], count: 6 });
    expect(page.text).not.toContain('The ad that they start from');
    expect(page.text).toContain('The chance is to be the best of these drafts.');
  });

  it('starts with the latest brief, and offers winners and controls to start from', async () => {
    await seedWon(api, 'older', [copy('Shoes'), copy('Shoes, once more')]);
    await seedOpen(api, 'open', [copy('Open "shoes"'), copy('Other')]);
    const { html } = await api.page('/drafts');
    expect(html).toContain('name="product" value="trail shoes"');
    expect(html).toContain('>cheap\nbest</textarea>');
    expect(html).toContain('the latest winner: “Shoes, once more” of the test Test older');
    expect(html).toContain('<optgroup label="The winner of"><option value="older">');
    expect(html).toContain(
      '<optgroup label="The control of"><option value="open">“Open &quot;shoes&quot;” of the test Test open',
    );
    expect((await api.page('/drafts?from=open')).html).toContain('<option value="open" selected="');
    const { set } = await setOf(await send({ experiment_id: 'open' }));
    expect(set.starts_from).toMatchObject({ experiment_id: 'open', variant_id: 'control' });
  });

  it.each([
    [{ product: ' ' }, 'Product must be text of 1 to 120 characters.', 'product'],
    [{ offer: 'x'.repeat(301) }, 'Offer must be text of 1 to 300 characters.', 'offer'],
    [
      { must_say: `fine\n${'y'.repeat(81)}` },
      'Must say: line 2 must be text of 1 to 80 characters.',
      'must_say',
    ],
    [{ must_not_say: 'z\n'.repeat(11) }, 'Must not say must be a list of at most 10 lines.', 'must_not_say'],
    [{ count: 'many' }, 'Number of drafts must be a whole number from 2 to 12 drafts.', 'count'],
    [{ by: '' }, 'Your name must be text of 1 to 100 characters.', 'by'],
    [{ experiment_id: 'nobody' }, 'nobody', 'experiment_id'],
  ])('keeps what was typed if it refuses %j, and names the field', async (changes, fault, field) => {
    const before = await api.store.listDraftSets(100);
    const { status, html, text } = await send({ tone: 'calm & "warm"', ...changes });
    expect(status).toBe(400);
    expect(text).toContain(fault);
    expect(html).toContain('value="calm &amp; &quot;warm&quot;"');
    for (const [name, value] of Object.entries(changes))
      if (value.trim() !== '' && name !== 'count') expect(html).toContain(value.trim().slice(0, 60));
    expect(html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"`));
    expect(html.match(/aria-invalid/g)).toHaveLength(1);
    expect(await api.store.listDraftSets(100)).toEqual(before);
  });

  it('knows no other set', async () => {
    expect((await api.page('/drafts/nobody')).status).toBe(404);
  });
});

describe('a set of drafts', () => {
  afterEach(async () => {
    await api.stop();
    await claude?.stop();
    claude = null;
  });

  it('shows each draft with its change, patterns, figures and warnings, as the API has them', async () => {
    await start();
    for (const [i, thing] of ['Road shoes', 'Socks', 'Hats', 'Gloves'].entries())
      await seedWon(api, `older-${i}`, [copy(thing), copy(`${thing} \u2728`)]);
    await seedWon(api, 'newer', [copy('Trail shoes'), copy('Trail shoes that grip <b>rock</b>')]);
    await api.store.savePatternFit(
      aFit([aFittedPattern({ id: 'emoji', own: EMOJI, basis: 'own', state: 'holds' })]),
    );
    const { page, set } = await setOf(await send({ experiment_id: 'newer', count: '12' }));
    const { html, figures } = page;
    const text = page.text.replaceAll('&#39;', "'").replaceAll('&quot;', '"');
    expect(html).not.toContain('<b>rock');
    expect(text).toContain(set.advice);
    expect(text).toContain(set.message);
    const known = set.drafts.filter(({ expected_pct }) => expected_pct !== null);
    expect(known.length).toBeGreaterThan(0);
    expect(figures('expected_pct')).toEqual(known.map(({ expected_pct }) => String(expected_pct)));
    expect([...html.matchAll(/data-draft="([^"]*)"/g)].map(([, id]) => id)).toEqual(
      set.drafts.map(({ draft_id }) => draft_id),
    );
    for (const { change, also_changes: also } of set.drafts) {
      expect(text).toContain(change!.message);
      for (const one of also) expect(text).toContain(one);
    }
    const used = set.drafts.find(({ patterns }) => patterns.length > 0)!;
    expect(html).toContain('href="/learn/patterns/emoji"');
    expect(text).toContain(used.patterns[0]!.evidence);
    expect(html).toContain('<mark>\u2728</mark>');
    expect(html.match(/class="badge worth-testing"/g)).toHaveLength(set.worth_testing.length);
    expect(text).toContain(set.evidence_message!);
    for (const note of set.notes) expect(text).toContain(note);
    expect(html).toContain('href="/experiments/newer"');
    expect(html).toContain(`data-copy="${set.drafts[0]!.draft_id}-headline"`);
    expect(html).toContain(
      `<input type="checkbox" name="draft" value="${set.worth_testing[0]}" checked=""/>`,
    );
    const rest = set.drafts.find(({ worth_testing }) => !worth_testing)!;
    expect(html).toContain(`<input type="checkbox" name="draft" value="${rest.draft_id}"/>`);
  });

  it('says what was left out and why, who wrote the drafts, and what Meta may refuse', async () => {
    claude = await FakeClaude.start();
    claude.react = () => ({
      answer: {
        drafts: ['Miracle shoes', 'Shoes at $5', 'Trail shoes that grip. No fuss.'].map((headline) => ({
          ...{ headline, text: 'They dry in an hour.', attribute_id: 'negation', direction: 'add' },
        })),
      },
    });
    await start({ claude: { client: claude.client(), monthlyLimit: 10_000_000 } });
    await seedWon(api, 'won', [copy('Trail shoes'), copy('Trail shoes that grip')]);
    const { page, set } = await setOf(await send({ must_not_say: '$5' }));
    expect(set.source).toBe('claude');
    expect(page.text).toContain('Claude wrote these drafts.');
    expect(page.text).toContain('What was left out (1)');
    expect(page.text).toContain('It says “$5”, which the brief forbids.');
    expect(page.text).toContain('Meta may refuse it: “Miracle” promises a result that can hardly be shown.');
    expect((await api.page('/drafts')).figures('drafts')).toEqual([String(set.drafts.length)]);
  });

  it('is asked for once per form, also if it is sent twice at once; a changed brief is another set', async () => {
    claude = await FakeClaude.start();
    await start({ claude: { client: claude.client(), monthlyLimit: 10_000_000 } });
    const { html } = await api.page('/drafts');
    const key = /name="key" value="([^"]+)"/.exec(html)![1]!;
    const sent = await Promise.all([send({ key }), send({ key })]);
    const [one, two] = sent.map(({ headers }) => headers.get('location'));
    expect(one).toMatch(/^\/drafts\//);
    expect(two).toBe(one);
    expect(claude.asked).toHaveLength(1);
    api.clock.at += HOUR;
    const other = await send({ key, product: 'road shoes' });
    expect(other.headers.get('location')).not.toBe(one);
    const earlier = (await api.page('/drafts')).text.split('Earlier drafts')[1]!;
    expect(earlier.indexOf('road shoes')).toBeLessThan(earlier.indexOf('trail shoes'));
  });

  it('is read by a viewer, who gets no form', async () => {
    const token = 'token-of-the-viewer-0123';
    await start();
    const { address } = await setOf(await send({}));
    const app = createApp(
      { ...api.dependencies, tokens: [{ name: 'vic', role: 'viewer', token }] },
      api.gateway,
    );
    const viewer = new Browser(app);
    await viewer.signIn(token);
    for (const path of ['/drafts', address]) {
      const answer = await viewer.get(path);
      const html = await answer.text();
      expect(answer.status).toBe(200);
      const forms = [...html.matchAll(/<form[^>]*>/g)].map(([tag]) => tag);
      expect(forms).toEqual([expect.stringContaining('action="/sign-out"')]);
    }
    const csrf = await viewer.csrf('/drafts');
    expect((await viewer.post('/drafts', { ...BRIEF, csrf })).status).toBe(403);
  });
});

it('keeps the path of its account in every link and form', async () => {
  await start({ base: '/accounts/act_1' });
  const { html } = await api.page('/drafts');
  expect(html).toContain('action="/accounts/act_1/drafts"');
  const { headers } = await send({});
  expect(headers.get('location')).toMatch(/^\/accounts\/act_1\/drafts\//);
  await api.stop();
});
