import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftIdOf } from '../../../src/api/forecasts/read.js';
import type { Creative } from '../../../src/domain/experiment.js';
import { HOUR, START } from '../../api/support/harness.js';
import { startWeb, type WebApi } from '../support.js';

const creative = (headline: string, text: string): Creative => ({
  ...{ hook: null, headline, text, script: null, visualNotes: null },
});
const FOUND = creative('Warm all winter', 'Down. It keeps  warm.');
const OTHER = creative('Light & <b>warm</b>', 'It weighs nothing.');
const [FOUND_ID, OTHER_ID] = [draftIdOf(FOUND), draftIdOf(OTHER)];

describe('a new test of ads that were made from drafts', () => {
  let web: WebApi;
  let adIds: string[];
  let key: string;
  let csrf: string;
  beforeAll(async () => {
    web = await startWeb();
    const made = await web.market.createTest({
      name: 'Winter',
      since: START - 240 * HOUR,
      ads: [
        {
          name: 'Plain',
          dailyBudget: 20_000,
          trueClickRate: 0.02,
          creative: { title: 'Jackets', body: 'x', callToAction: 'SHOP_NOW' },
        },
        {
          ...{ name: 'Warm', dailyBudget: 20_000, trueClickRate: 0.02 },
          creative: { title: 'Warm all winter ', body: 'Down. It keeps warm.', callToAction: 'SHOP_NOW' },
        },
      ],
    });
    adIds = made.adIds;
    await web.store.saveDrafts(
      [FOUND, OTHER].map((one) => ({ id: draftIdOf(one), creative: one, patternIds: [], madeAt: START })),
    );
    const { html } = await web.page('/experiments/new');
    key = /name="test" value="([^"]+)"/.exec(html)![1]!;
    csrf = /name="csrf" value="([^"]+)"/.exec(html)![1]!;
  });
  afterAll(() => web.stop());

  const open = (...ids: string[]) => web.page(`/experiments/new?${ids.map((id) => `draft=${id}`).join('&')}`);
  /** Sends the form with the texts that the account has. */
  const send = (fields: Record<string, string>, action = 'start', drafts = [FOUND_ID, OTHER_ID]) => {
    const body = new URLSearchParams({
      ...{ csrf, action, test: key, start: key, [`id.${key}`]: 'exp_drafts', [`name.${key}`]: 'From drafts' },
      ...{
        [`objective.${key}`]: 'click_through_rate',
        [`event.${key}`]: 'purchase',
        [`horizon.${key}`]: '28',
      },
      ...{ [`control.${key}`]: adIds[0]!, [`headline.${key}.${adIds[0]}`]: 'Jackets', ...fields },
    });
    for (const id of drafts) body.append('draft', id);
    return web.page('/experiments/new', {
      method: 'POST',
      body: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  };
  const selectOf = (html: string, adId: string) =>
    new RegExp(`<select name="draft.${key}.${adId}">(.*?)</select>`, 's').exec(html)![1]!;

  it('asks for the draft of each ad, and finds the ad that has the texts of a draft', async () => {
    const { status, html, text } = await open(OTHER_ID, FOUND_ID);
    expect(status).toBe(200);
    expect(text).toContain('Drafts to test');
    expect(html).not.toContain('<b>warm');
    expect(text).toMatch(/Light &amp; &lt;b&gt;warm&lt;\/b&gt; \(no ad has these texts yet\)/);
    expect(html).toContain(`<a href="#test-${key}">`);
    expect(selectOf(html, adIds[1]!)).toContain(`<option value="${FOUND_ID}" selected="">Draft 2: Warm all`);
    expect(selectOf(html, adIds[0]!)).not.toContain('selected');
    expect(html.match(/type="hidden" name="draft"/g)).toHaveLength(2);
  });

  it('says if a draft is not known, and asks for none without drafts', async () => {
    const { status, text } = await open('draft_unknown', FOUND_ID);
    expect([status, text.includes('Some drafts of this address are not known here.')]).toEqual([200, true]);
    expect((await web.page('/experiments/new')).html).not.toContain('Which draft each ad');
  });

  it('keeps the choice in a preview and in a form that is refused', async () => {
    const choice = { [`draft.${key}.${adIds[1]}`]: OTHER_ID };
    for (const sent of [await send(choice, 'preview'), await send({ ...choice, [`name.${key}`]: ' ' })]) {
      expect(selectOf(sent.html, adIds[1]!)).toContain(`<option value="${OTHER_ID}" selected="">`);
      expect(sent.html.match(/type="hidden" name="draft"/g)).toHaveLength(2);
    }
    const unknown = await send({ [`draft.${key}.${adIds[1]}`]: 'draft_unknown' });
    expect([unknown.status, unknown.text.includes('A draft that was chosen is not known')]).toEqual([
      400,
      true,
    ]);
    expect(await web.store.countExperiments({})).toBe(0);
  });

  it('records the draft of each ad with its texts, once even if it is sent twice', async () => {
    const choice = { [`draft.${key}.${adIds[1]}`]: OTHER_ID };
    expect((await send(choice)).text).toContain('One test has started');
    expect((await send(choice)).text).toContain('One test has started');
    expect(await web.store.countExperiments({})).toBe(1);
    const { variants } = (await web.store.getExperiment('exp_drafts'))!;
    expect(variants).toMatchObject([
      { role: 'control', adId: adIds[0], creative: { headline: 'Jackets' } },
      { role: 'challenger', adId: adIds[1], draftId: OTHER_ID, creative: OTHER },
    ]);
    expect(variants[0]).not.toHaveProperty('draftId');
  });
});
