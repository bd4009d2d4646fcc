import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import type { NamedToken } from '../../../src/api/http/tokens.js';
import { prepareUntestedAds, UNTESTED } from '../../../src/sandbox/untested-ads.js';
import type { JsonObject } from '../../api/support/harness.js';
import { HOUR, START } from '../../api/support/harness.js';
import { Browser } from '../browser.js';
import { startWeb, type WebApi } from '../support.js';

let web: WebApi;

beforeEach(async () => {
  web = await startWeb();
});
afterEach(() => web.stop());

const DAY = 24 * HOUR;
const list = (value: unknown) => value as JsonObject[];

async function twoJackets(name = 'Winter') {
  return web.market.createTest({
    name,
    since: START - 10 * DAY,
    ads: [
      {
        name: 'Warm',
        dailyBudget: 20_000,
        trueClickRate: 0.02,
        creative: { title: 'Warm <b>all</b> winter', body: 'Down.', callToAction: 'SHOP_NOW' },
      },
      { name: 'Light', dailyBudget: 20_000, trueClickRate: 0.02 },
    ],
  });
}

/** The fields of the page's form, as a browser sends them. */
function formOf(html: string): URLSearchParams {
  const fields = new URLSearchParams();
  const form = html.slice(html.indexOf('<form method="post" action="/experiments/new"'));
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const of = (name: string) => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
    const type = of('type');
    const isChoice = type === 'checkbox' || type === 'radio';
    if (isChoice && !/ checked(=|\b)/.test(tag)) continue;
    fields.append(of('name'), isChoice && of('value') === '' ? 'on' : of('value'));
  }
  for (const [, name, options] of form.matchAll(/<select name="([^"]*)"[^>]*>(.*?)<\/select>/g)) {
    const chosen = /<option value="([^"]*)" selected/.exec(options!)?.[1];
    fields.append(unescaped(name!), unescaped(chosen ?? ''));
  }
  for (const [, name, text] of form.matchAll(/<textarea name="([^"]*)"[^>]*>([^<]*)<\/textarea>/g))
    fields.append(unescaped(name!), unescaped(text!));
  return fields;
}
const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const open = (query = '') => web.page(`/experiments/new${query}`);
const send = (fields: URLSearchParams, action = 'start') => {
  const body = new URLSearchParams(fields);
  body.set('action', action);
  return web.page('/experiments/new', {
    method: 'POST',
    body: body.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
};
/** Ticks the first test and changes its fields. */
function ticked(html: string, changes: Record<string, string> = {}): URLSearchParams {
  const fields = formOf(html);
  const key = fields.get('test')!;
  fields.set('start', key);
  for (const [name, value] of Object.entries(changes)) fields.set(`${name}.${key}`, value);
  return fields;
}

describe('the page of new tests', () => {
  it('shows each proposal with the figures of the API, and the ads that fit none with reason and cure', async () => {
    const made = await twoJackets();
    await web.market.createTest({
      name: 'Alone',
      ads: [{ name: 'One', dailyBudget: 500, trueClickRate: 0.02 }],
    });
    const page = await open();
    expect(page.status).toBe(200);
    const { body } = await web.get('/api/ab/account/proposals');
    const [proposal] = list(body.proposals);
    const ads = list(proposal!.ads);
    const weeks = ads.map((ad) => ad.last_7_days as JsonObject);
    for (const field of ['impressions', 'link_clicks', 'spend_cents', 'conversions'])
      expect(page.figures(field)).toEqual(weeks.map((week) => String(week[field])));
    expect(page.figures('daily_budget_cents')).toEqual(['20000', '20000']);
    const { power } = proposal!.preview as {
      power: { chances: { chance: number; days: number }[]; message: string };
    };
    expect(page.figures('chance')).toEqual(power.chances.map(({ chance }) => String(chance)));
    expect(page.figures('days')).toEqual(power.chances.map(({ days }) => String(days)));
    expect(page.html).toContain(power.message);
    expect(page.figures('phase_budget_cents').slice(0, 3)).toEqual(['24000', '28000', '32000']);
    expect(page.figures('phase_rest_cents').slice(0, 3)).toEqual(['16000', '12000', '8000']);
    for (const id of made.adIds) expect(page.html).toContain(`src="/api/ab/account/ads/${id}/thumbnail"`);
    expect(page.html).toContain('value="Warm &lt;b&gt;all&lt;/b&gt; winter"');
    expect(page.html).not.toContain('<b>all');
    expect(page.html).toContain('No other ad set of this campaign has one active ad to compare it with.');
    expect(page.html).toContain('duplicate the ad set within its campaign');
  });

  it('starts a ticked test with all that was typed, once even if it is sent twice', async () => {
    const made = await twoJackets();
    const { html } = await open();
    const fields = ticked(html, {
      name: 'Jackets & more',
      objective: 'conversion_rate',
      event: 'lead',
      control: made.adIds[1]!,
      horizon: '14',
      approval: 'on',
    });
    fields.set(`headline.${fields.get('test')}.${made.adIds[0]}`, 'Edited');
    const page = await send(fields);
    expect(page.status).toBe(200);
    expect(page.html).toContain('One test has started');
    const [experiment, ...others] = await web.store.listExperiments({ limit: 10, offset: 0 });
    expect(others).toEqual([]);
    expect(experiment).toMatchObject({
      name: 'Jackets & more',
      policy: {
        objective: 'conversion_rate',
        conversionEvent: 'lead',
        horizonHours: 336,
        approvalRequired: true,
      },
      variants: [
        { role: 'control', adId: made.adIds[1] },
        { role: 'challenger', adId: made.adIds[0], creative: { headline: 'Edited', text: 'Down.' } },
      ],
    });
    expect(web.gateway.started).toEqual([experiment!.id]);
    expect(page.html).toContain(`href="/experiments/${experiment!.id}"`);
    expect(page.html).toContain('part of the running test “Jackets &amp; more”');
    expect((await send(fields)).status).toBe(200);
    expect(await web.store.countExperiments({})).toBe(1);
  });

  it('counts no delivery before the handover by default, says why, and counts it if someone declares and says why', async () => {
    await twoJackets();
    const { html } = await open();
    expect(html).toContain('more than 5 % of equal ads would be called winners.');
    expect(html).toContain('It may count only if the test was planned');
    const counts = formOf(html).get('test')!;
    expect(formOf(html).has(`counts.${counts}`)).toBe(false);

    const silent = await send(ticked(html, { counts: 'on' }));
    expect(silent.status).toBe(400);
    expect(silent.html).toContain('The reason why delivery before the handover counts must be text');
    expect(silent.html).toContain('The name of who declares that the test was planned must be text');
    expect(silent.html).toMatch(
      /name="because\.[^>]*aria-invalid="true"[^>]*><strong[^>]*>Type why it counts\./,
    );
    expect(silent.html).toMatch(/name="by\.[^>]*aria-invalid="true"[^>]*><strong[^>]*>Type your name\./);
    // It is in sight without opening the settings.
    expect(html.indexOf(`name="counts.${counts}"`)).toBeLessThan(html.indexOf('<summary>Change objective'));
    expect(formOf(silent.html).get(`counts.${counts}`)).toBe('on');

    const declared = { counts: 'on', because: 'in the plan of October', by: 'Ana' };
    const said =
      'Counts delivery since 2026-11-13 09:00 UTC, before the handover: Ana declared that the test was planned so.';
    const seen = await send(ticked(html, declared), 'preview');
    expect(seen.html).toContain(said);
    expect(seen.html).toMatch(/from now \(of 28 days planned, 10 days have passed\)/);
    expect(seen.html).toContain('Days from now');
    expect(formOf(seen.html).get(`because.${counts}`)).toBe('in the plan of October');
    expect((await send(ticked(html, declared))).status).toBe(200);
    const [experiment] = await web.store.listExperiments({ limit: 1, offset: 0 });
    expect(experiment).toMatchObject({
      startedAt: START - 10 * DAY,
      earlierDelivery: { handedOverAt: START, declared: { by: 'Ana', reason: 'in the plan of October' } },
    });

    const page = await web.page(`/experiments/${experiment!.id}`);
    const { body } = await web.get(`/api/ab/experiments/${experiment!.id}`);
    const earlier = body.earlier_delivery as { variants: JsonObject[]; message: string };
    expect(earlier.message).toBe(said);
    expect(page.html).toContain(said);
    expect(page.html).toContain('The reason on record: in the plan of October');
    expect(page.html).toContain('The first look weighs all delivery that counts');
    expect(earlier.variants).toHaveLength(2);
    for (const field of ['impressions', 'link_clicks', 'conversions', 'spend_cents'])
      expect(page.figures(field, 'id="before-handover"')).toEqual(
        earlier.variants.map((ad) => String(ad[field])),
      );
  });

  it('shows on the page of a test that began with running ads what they did before, and why that does not count', async () => {
    await twoJackets();
    await send(ticked((await open()).html));
    const [experiment] = await web.store.listExperiments({ limit: 1, offset: 0 });
    const page = await web.page(`/experiments/${experiment!.id}`);
    const { body } = await web.get(`/api/ab/experiments/${experiment!.id}`);
    const { variants, counted } = body.earlier_delivery as { variants: JsonObject[]; counted: boolean };
    expect(counted).toBe(false);
    expect(Number(variants[0]!.impressions)).toBeGreaterThan(1_000);
    expect(page.figures('impressions', 'id="before-handover"')).toEqual(
      variants.map(({ impressions }) => String(impressions)),
    );
    expect(page.html).toContain('more than 5 % of equal ads would be called winners.');
    expect(page.html).toContain('The first look comes 6 hours after the start.');
  });

  it('records the signed-in user as the one who declares, whatever the form says', async () => {
    await twoJackets();
    const ola: NamedToken = { name: 'ola@example.com', role: 'operator', token: 'ola-token-ola-token' };
    const user = new Browser(createApp({ ...web.dependencies, tokens: [ola] }, web.gateway));
    await user.signIn(ola.token);
    const html = await (await user.get('/experiments/new')).text();
    expect(html).not.toContain('Your name, for the record');
    const fields = ticked(html, { counts: 'on', because: 'planned', by: 'someone else' });
    fields.set('action', 'start');
    const sent = await user.post('/experiments/new', Object.fromEntries(fields));
    expect(sent.status).toBe(200);
    const [experiment] = await web.store.listExperiments({ limit: 1, offset: 0 });
    expect(experiment!.earlierDelivery!.declared!.by).toBe('ola@example.com');
  });

  it('shows again what was typed for a test that cannot start, with the reason', async () => {
    await twoJackets();
    const { html } = await open();
    const fields = ticked(html, { name: 'Kept name', horizon: '1' });
    const short = await send(fields);
    expect(short.status).toBe(400);
    expect(short.html).toContain('The planned duration must be from 2 to 90 days.');
    expect(Object.fromEntries(formOf(short.html))).toEqual(Object.fromEntries(fields));
    const unnamed = await send(ticked(html, { name: ' ' }));
    expect(unnamed.html).toContain('The name must be text of 1 to 200 characters.');
    expect(unnamed.html).toContain('A test without a name');
    expect((await send(formOf(html))).html).toContain('No test is ticked.');
    expect(await web.store.countExperiments({})).toBe(0);
  });

  it('keeps what was typed if Meta does not answer, or the account has changed meanwhile', async () => {
    const made = await twoJackets();
    const { html } = await open();
    const fields = ticked(html, { name: 'Kept name' });
    await web.market.order({ kind: 'server_error', method: 'GET', times: null });
    const page = await send(fields);
    expect(page.status).toBe(400);
    expect(page.html).toContain('Meta gave no usable answer');
    expect(page.html).toContain('What you typed is kept.');
    expect(Object.fromEntries(formOf(page.html))).toEqual(Object.fromEntries(fields));
    const silent = await open();
    expect(silent.status).toBe(502);
    expect(silent.html).toContain('Try again');
    await web.market.withdraw();
    await web.market.edit(made.adSetIds[0]!, { status: 'PAUSED' });
    const changed = await send(formOf(page.html));
    expect(changed.html).toContain('is not active (PAUSED)');
    await web.market.edit(made.adSetIds[0]!, { status: 'ACTIVE' });
    expect((await send(formOf(changed.html))).html).toContain('One test has started');
  });

  it('previews what was typed without starting anything', async () => {
    await twoJackets();
    const { html } = await open();
    const page = await send(ticked(html, { horizon: '3', name: 'Short' }), 'preview');
    expect(page.status).toBe(200);
    expect(page.html).toContain('within 3 days');
    expect(page.html).toContain('value="Short"');
    expect(await web.store.countExperiments({})).toBe(0);
    const wrong = await send(ticked(html, { horizon: 'soon' }), 'preview');
    expect(wrong.status).toBe(400);
    expect(wrong.html).toContain('must be from 2 to 90 days');
  });

  it('folds each test into a line, and says at the top which previewed tests can start', async () => {
    const made = await twoJackets();
    const { html } = await open();
    expect(html).toMatch(
      /<summary>Warm against Light, US\$400\.00 per day: <span class="muted">finds a click rate 20 % higher with a chance of (over |under )?[\d.]+ %<\/span>/,
    );
    expect(html).not.toContain('<details open');
    const fields = ticked(html, { name: 'Winter coats' });
    const fine = await send(fields, 'preview');
    expect(fine.html).toMatch(
      /role="status">.*The test can start:.*<a href="#test-[\d.]+">Winter coats<\/a>/,
    );
    expect(fine.html).toContain('<details open');
    await web.market.edit(made.adSetIds[0]!, { status: 'PAUSED' });
    const refused = await send(fields, 'preview');
    expect(refused.html).toMatch(
      /role="alert" tabindex="-1" autofocus[^>]*><h2>One test can&#39;t start like this<\/h2>.*<a href="#test-[\d.]+">Winter coats<\/a>: .*is not active \(PAUSED\)/,
    );
    expect(await web.store.countExperiments({})).toBe(0);
  });

  it("hands over the sandbox's account, twelve tests and more at once, without an id", async () => {
    await prepareUntestedAds(web.market, START);
    await prepareUntestedAds(web.market, START);
    const { body } = await web.get('/api/ab/account/proposals');
    const proposals = list(body.proposals);
    expect(proposals.map(({ campaign }) => (campaign as JsonObject).name)).toEqual(
      UNTESTED.map(({ name }) => name),
    );
    const objectives = proposals.map(
      ({ experiment }) => (experiment as { policy: JsonObject }).policy.objective,
    );
    expect(new Set(objectives)).toEqual(new Set(['click_through_rate', 'cost_per_conversion']));
    const events = proposals.map(
      ({ experiment }) => (experiment as { policy: JsonObject }).policy.conversion_event,
    );
    expect(new Set(events)).toEqual(new Set([undefined, 'purchase', 'lead']));
    const codes = list(body.unfit).flatMap(({ reasons }) => list(reasons).map(({ code }) => code));
    expect(new Set(codes)).toEqual(
      new Set([
        'several_active_ads',
        'campaign_budget',
        'lifetime_budget',
        'ends_too_early',
        'ad_not_active',
        'ad_sets_differ',
        'nothing_to_compare',
      ]),
    );
    const page = await send(formOf((await open('?all')).html));
    expect(page.status).toBe(200);
    expect(page.html).toContain(`${UNTESTED.length} tests have started`);
    expect(UNTESTED.length).toBeGreaterThanOrEqual(12);
    expect(await web.store.countExperiments({ states: ['running'] })).toBe(UNTESTED.length);
    expect(web.gateway.started).toHaveLength(UNTESTED.length);
    expect(page.html).toContain('No test found');
    expect(web.internalErrors).toEqual([]);
  });

  it('says so if the account has no ads', async () => {
    expect((await open()).html).toContain('The account has no ads yet.');
  });
});
