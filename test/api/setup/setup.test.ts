import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MarketTest } from '../../../src/sandbox/meta-simulator/index.js';
import { type Api, HOUR, type Json, type JsonObject, START, startApi } from '../support/harness.js';

const DAY = 24 * HOUR;
let api: Api;
let fitting: MarketTest;
let shared: MarketTest;

const QUIET = { dailyBudget: 400, trueClickRate: 0.005 };

const ad = (name: string, more = {}) => ({ name, dailyBudget: 20_000, trueClickRate: 0.02, ...more });
const creative = { title: 'Warm all winter', body: 'Down jackets.\u0007', callToAction: 'SHOP_NOW' };

beforeAll(async () => {
  api = await startApi();
  const since = START - 10 * DAY;
  fitting = await api.market.createTest({
    name: 'Winter',
    since,
    ads: [ad('Warm', { creative }), ad('Light')],
  });
  shared = await api.market.createTest({ name: 'Shared', since, ads: [ad('One')] });
  await api.market.addAd({ adSetId: shared.adSetIds[0]!, name: 'Two', trueClickRate: 0.02 });
});
afterAll(() => api.stop());

const list = (value: Json | undefined) => value as JsonObject[];
const body = (more: Record<string, unknown> = {}) => ({
  name: 'Jackets',
  variants: [
    { role: 'control', ad_id: fitting.adIds[0] },
    { role: 'challenger', ad_id: fitting.adIds[1] },
  ],
  ...more,
});

describe('what the account has', () => {
  it('is a tree of campaigns, ad sets and ads', async () => {
    const answer = await api.get('/api/ab/account/ads');
    expect(answer.status).toBe(200);
    const [winter] = list(answer.body.campaigns);
    expect(winter).toMatchObject({
      campaign_id: fitting.campaignId,
      name: 'Winter',
      daily_budget_cents: null,
      ad_sets: [
        {
          ad_set_id: fitting.adSetIds[0],
          daily_budget_cents: 20_000,
          optimization_goal: 'LINK_CLICKS',
          experiment_id: null,
          ads: [
            {
              ad_id: fitting.adIds[0],
              creative: { title: 'Warm all winter', call_to_action: 'SHOP_NOW' },
              thumbnail: `/api/ab/account/ads/${fitting.adIds[0]}/thumbnail`,
            },
          ],
        },
        { ad_set_id: fitting.adSetIds[1] },
      ],
    });
    expect(answer.body.last_7_days).toEqual({ since: '2026-11-17T05:00:00Z', until: '2026-11-23T09:00:00Z' });
  });

  it('includes the pictures, and nothing but those of ads', async () => {
    const response = await fetchOf(`/api/ab/account/ads/${fitting.adIds[0]}/thumbnail`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
    expect(await api.get('/api/ab/account/ads/404/thumbnail')).toMatchObject({
      status: 404,
      body: { detail: 'Meta has no picture of an ad 404.' },
    });
    expect((await api.get('/api/ab/account/ads/http:example/thumbnail')).status).toBe(400);
    expect((await api.get(`/api/ab/account/ads/${fitting.adSetIds[0]}/thumbnail`)).status).toBe(404);
  });

  it('is not known while Meta does not answer', async () => {
    await api.market.order({ kind: 'server_error', edge: 'ads' });
    expect(await api.get('/api/ab/account/ads')).toMatchObject({ status: 502 });
    await api.market.order({ kind: 'rate_limit', edge: 'campaigns', code: 80004, delayMs: 60_000 });
    const limited = await api.get('/api/ab/account/proposals');
    expect(limited).toMatchObject({
      status: 503,
      body: { type: expect.stringContaining('meta_rate_limited') },
    });
    api.clock.at += 10 * 60_000;
    expect((await api.get('/api/ab/account/ads')).status).toBe(200);
  });
});

/** A response that need not be JSON. */
async function fetchOf(path: string): Promise<Response> {
  const { createApp } = await import('../../../src/api/app.js');
  return createApp(api.dependencies, api.gateway).request(path);
}

describe('proposals', () => {
  it('are ready to be sent, with power and phases, and name the ads that fit none', async () => {
    const { body: found, status } = await api.get('/api/ab/account/proposals');
    expect(status).toBe(200);
    const [proposal, ...others] = list(found.proposals);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      campaign: { name: 'Winter' },
      objective_why: expect.stringContaining('for link clicks'),
      control_why: expect.stringContaining('is the control'),
      experiment: { policy: { objective: 'click_through_rate' } },
      preview: { can_start: true, problems: [] },
    });
    const experiment = proposal!.experiment as JsonObject;
    expect(experiment.name).toMatch(/^Winter: (Warm against Light|Light against Warm)$/);
    const warm = list(experiment.variants).find(({ ad_id }) => ad_id === fitting.adIds[0]);
    expect(warm!.creative).toEqual({ headline: 'Warm all winter', text: 'Down jackets.' });
    const reasons = list(found.unfit).map(({ name, reasons }) => [name, list(reasons)[0]!.code]);
    expect(reasons).toEqual([
      ['One', 'several_active_ads'],
      ['Two', 'several_active_ads'],
    ]);

    const preview = proposal!.preview as JsonObject;
    const { chances, message } = preview.power as JsonObject;
    expect(list(chances).map(({ lift }) => lift)).toEqual([0.05, 0.1, 0.2, 0.3]);
    expect(message).toMatch(/is found within 28 days with a chance of/);
    const [first] = list(preview.rollouts);
    expect(first).toMatchObject({ winner_variant_id: 'control', total_cents: 40_000, refusal: null });
    expect(
      list(first!.phases).map(({ phase, budgets }) => [
        phase,
        list(budgets).map((one) => one.daily_budget_cents),
      ]),
    ).toEqual([
      ['60', [24_000, 16_000]],
      ['70', [28_000, 12_000]],
      ['80', [32_000, 8_000]],
    ]);
    expect(first!.largest_step).toMatchObject({ phase: '60', factor: 1.2 });
    expect(first!.at_risk).toMatchObject({ moved_cents: 12_000, amount_cents: 12_000 });
  });

  it('are as described in the OpenAPI document', async () => {
    const { body: document } = await api.get('/openapi.json');
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(document, 'openapi.json');
    for (const path of ['/api/ab/account/ads', '/api/ab/account/proposals']) {
      const pointer = `openapi.json#/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/get/responses/200/content/application~1json/schema`;
      const validate = ajv.getSchema(pointer)!;
      validate((await api.get(path)).body);
      expect(validate.errors ?? []).toEqual([]);
    }
  });
});

describe('the preview of a request', () => {
  it('says what the test would do, and stores nothing', async () => {
    const answer = await api.post('/api/ab/experiments/preview', body({ id: 'looked-at' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ can_start: true, problems: [], warnings: [] });
    expect(list(answer.body.rollouts).map(({ winner_ad_id }) => winner_ad_id)).toEqual(fitting.adIds);
    expect(list((answer.body.power as JsonObject).chances)).toHaveLength(4);
    expect(await api.store.getExperiment('looked-at')).toBeNull();
    expect(api.gateway.started).toEqual([]);
  });

  it('has the problems that a creation would be refused for', async () => {
    const bad = body({
      variants: [
        { role: 'control', ad_id: shared.adIds[0] },
        { role: 'challenger', ad_id: '404' },
      ],
    });
    const preview = await api.post('/api/ab/experiments/preview', bad);
    const created = await api.post('/api/ab/experiments', bad);
    expect(created.status).toBe(400);
    expect(preview.body).toMatchObject({ can_start: false, problems: created.body.errors, rollouts: [] });
    const unsound = await api.post(
      '/api/ab/experiments/preview',
      body({ policy: { horizon_hours: 48, minimum_run_hours: 72 } }),
    );
    expect(list(unsound.body.problems)[0]).toMatchObject({ field: 'policy.horizon_hours' });
    expect(await api.post('/api/ab/experiments/preview', { name: 'x' })).toMatchObject({ status: 400 });
  });

  it('warns of a hopeless objective, of budgets that are too small, and of an id that is taken', async () => {
    const policy = {
      objective: 'cost_per_conversion',
      phases: [{ winner_share: 0.9, wait_hours: 0 }],
      max_step_factor: 1.2,
    };
    const answer = await api.post('/api/ab/experiments/preview', body({ policy }));
    expect(list(answer.body.warnings).join(' ')).toContain('steps are added to the phases');
    const small = await api.market.createTest({
      name: 'Small',
      since: START - 8 * DAY,
      ads: [ad('a', QUIET), ad('b', QUIET)],
    });
    const variants = [
      { role: 'control', ad_id: small.adIds[0] },
      { role: 'challenger', ad_id: small.adIds[1] },
    ];
    const tiny = await api.post('/api/ab/experiments/preview', body({ variants }));
    expect(tiny.body.power).toMatchObject({
      warning: {
        code: 'hopeless',
        helps: expect.arrayContaining([expect.stringContaining('times their budget')]),
      },
    });
    expect((await api.post('/api/ab/experiments', body({ id: 'taken' }))).status).toBe(201);
    const again = await api.post('/api/ab/experiments/preview', body({ id: 'taken' }));
    expect(list(again.body.warnings)[0]).toContain('with the id taken is registered already');
    const after = await api.get('/api/ab/account/proposals');
    expect(list(after.body.proposals).map(({ campaign }) => (campaign as JsonObject).name)).toEqual([
      'Small',
    ]);
    expect(
      list(after.body.unfit).map(({ name, reasons }) => [name, list(reasons)[0]!.message]),
    ).toContainEqual(['Warm', 'Its ad set is part of the running test “Jackets”.']);
  });
});
