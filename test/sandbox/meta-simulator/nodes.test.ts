import { Ad, AdAccount, AdSet, Campaign } from 'facebook-nodejs-business-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, START, Stage } from './support.js';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage({ account: { timezone: 'America/New_York', currency: 'EUR' } }).open();
});
afterEach(async () => {
  await stage.dispose();
});

describe('nodes, read with the real SDK', () => {
  it('have all fields of an ad, its ad set, its campaign and its account', async () => {
    const api = stage.sdk();
    const ad = await new Ad(stage.ads[1], {}, undefined, api).read(
      ['name', 'adset_id', 'campaign_id', 'account_id', 'status', 'effective_status', 'creative'],
      {},
    );
    const accountNumber = stage.market.account.id.slice(4);
    expect(ad.exportAllData()).toEqual({
      id: stage.ads[1],
      name: 'challenger',
      adset_id: stage.adSets[1],
      campaign_id: stage.test.campaignId,
      account_id: accountNumber,
      status: 'ACTIVE',
      effective_status: 'ACTIVE',
      creative: { id: expect.stringMatching(/^\d{15,}$/) },
    });
    const adSet = await new AdSet(stage.adSets[1], {}, undefined, api).read(
      [
        'daily_budget',
        'lifetime_budget',
        'start_time',
        'end_time',
        'is_budget_schedule_enabled',
        'learning_stage_info',
      ],
      {},
    );
    expect(adSet.exportAllData()).toEqual({
      id: stage.adSets[1],
      daily_budget: '5000',
      lifetime_budget: '0',
      start_time: '2026-11-22T19:00:00-0500',
      is_budget_schedule_enabled: false,
      learning_stage_info: { status: 'LEARNING', conversions: 0, last_sig_edit_ts: START / 1_000 },
    });
    const campaign = await new Campaign(stage.test.campaignId, {}, undefined, api).read(
      ['name', 'daily_budget', 'lifetime_budget', 'is_adset_budget_sharing_enabled'],
      {},
    );
    expect(campaign.exportAllData()).toEqual({
      id: stage.test.campaignId,
      name: 'hooks',
      is_adset_budget_sharing_enabled: false,
    });
    const account = await new AdAccount(stage.market.account.id, {}, undefined, api).read(
      [
        'account_id',
        'currency',
        'timezone_name',
        'account_status',
        'min_daily_budget',
        'spend_cap',
        'amount_spent',
      ],
      {},
    );
    expect(account.exportAllData()).toEqual({
      id: stage.market.account.id,
      account_id: accountNumber,
      currency: 'EUR',
      timezone_name: 'America/New_York',
      account_status: 1,
      min_daily_budget: 100,
      spend_cap: '0',
      amount_spent: '0',
    });
  });

  it('have only an id if no fields are asked for, and answer with a Graph error for what does not exist', async () => {
    expect((await stage.get(stage.ads[0])).body).toEqual({ id: stage.ads[0] });
    expect((await stage.get('120299999999999999', { fields: 'name' })).body.error).toMatchObject({
      code: 100,
      error_subcode: 33,
      type: 'GraphMethodException',
      is_transient: false,
      fbtrace_id: expect.any(String),
    });
    expect((await stage.get('act_1/ads')).body.error).toMatchObject({ code: 100, error_subcode: 33 });
    expect((await stage.get(stage.ads[0], { fields: 'daily_budget' })).body.error.message).toMatch(
      /nonexisting field \(daily_budget\)/,
    );
    const wrong = await stage.get(stage.ads[0], { access_token: 'other' });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 190]);
    await expect(new Ad('1', {}, undefined, stage.sdk()).read(['name'], {})).rejects.toMatchObject({
      name: 'FacebookRequestError',
      status: 400,
      response: { code: 100, error_subcode: 33 },
    });
    const unversioned = await fetch(`${stage.market.url}/${stage.ads[0]}`);
    expect(unversioned.status).toBe(400);
  });

  it('show what a user has changed in Ads Manager', async () => {
    const [control, challenger] = stage.adSets;
    await stage.market.edit(stage.test.campaignId, { daily_budget: 20_000 });
    expect((await stage.get(control, { fields: 'daily_budget,lifetime_budget' })).body).toEqual({
      id: control,
    });
    expect((await stage.get(stage.test.campaignId, { fields: 'daily_budget' })).body.daily_budget).toBe(
      '20000',
    );
    await stage.market.edit(stage.test.campaignId, { daily_budget: null });
    await stage.market.edit(control, {
      daily_budget: null,
      lifetime_budget: '90000',
      end_time: '2026-12-01T00:00:00Z',
      is_budget_schedule_enabled: true,
    });
    const read = await stage.get(control, {
      fields: 'daily_budget,lifetime_budget,end_time,is_budget_schedule_enabled',
    });
    expect(read.body).toEqual({
      id: control,
      daily_budget: '0',
      lifetime_budget: '90000',
      end_time: '2026-11-30T19:00:00-0500',
      is_budget_schedule_enabled: true,
    });
    await stage.market.edit(challenger, { budget_schedules: [{ id: '1', budget_value: 2 }] });
    expect((await stage.get(`${challenger}/budget_schedules`)).body.data).toEqual([
      { id: '1', budget_value: 2 },
    ]);
    await stage.market.edit(challenger, { status: 'PAUSED' });
    expect((await stage.get(stage.ads[1], { fields: 'status,effective_status' })).body).toMatchObject({
      status: 'ACTIVE',
      effective_status: 'ADSET_PAUSED',
    });
    await expect(stage.market.edit(challenger, { daily_budget: -5 })).rejects.toThrow(RangeError);
    await expect(stage.market.edit(challenger, { daily_target: 'x' })).rejects.toThrow(
      /no field daily_target/,
    );
    await expect(stage.market.edit('1', { status: 'PAUSED' })).rejects.toThrow(/no object 1/);
  });

  it('derive the times of a campaign without its own from its ad sets, and say why an account is disabled', async () => {
    const [control, challenger] = stage.adSets;
    const times = async () =>
      (await stage.get(stage.test.campaignId, { fields: 'start_time,stop_time' })).body;
    expect(await times()).toEqual({ id: stage.test.campaignId, start_time: '2026-11-22T19:00:00-0500' });
    await stage.market.edit(control, {
      start_time: '2026-11-20T00:00:00Z',
      end_time: '2026-12-01T00:00:00Z',
    });
    expect(await times()).toMatchObject({ start_time: '2026-11-19T19:00:00-0500' });
    expect(await times()).not.toHaveProperty('stop_time');
    await stage.market.edit(challenger, { end_time: '2026-12-02T00:00:00Z' });
    expect(await times()).toMatchObject({ stop_time: '2026-12-01T19:00:00-0500' });
    const own = { start_time: '2026-11-21T00:00:00Z', stop_time: '2026-11-30T00:00:00Z' };
    await stage.market.edit(stage.test.campaignId, own);
    expect(await times()).toMatchObject({
      start_time: '2026-11-20T19:00:00-0500',
      stop_time: '2026-11-29T19:00:00-0500',
    });
    const account = stage.market.account.id;
    const disabled = async () => (await stage.get(account, { fields: 'disable_reason' })).body.disable_reason;
    expect(await disabled()).toBe(0);
    await stage.market.edit(account, { account_status: 2, disable_reason: 3 });
    expect(await disabled()).toBe(3);
  });

  it('count results of the learning stage since the last significant edit', async () => {
    stage.clock.pass(2 * DAY);
    const fields = { fields: 'learning_stage_info' };
    expect((await stage.get(stage.adSets[0], fields)).body.learning_stage_info).toMatchObject({
      status: 'SUCCESS',
    });
    await stage.setBudget(stage.adSets[0], 5_500);
    expect((await stage.get(stage.adSets[0], fields)).body.learning_stage_info).toMatchObject({
      status: 'SUCCESS',
    });
    await stage.setBudget(stage.adSets[0], 8_000);
    expect((await stage.get(stage.adSets[0], fields)).body.learning_stage_info).toMatchObject({
      status: 'LEARNING',
      last_sig_edit_ts: stage.clock.instant / 1_000,
    });
  });

  it('include the spend in the account', async () => {
    stage.clock.pass(12 * HOUR);
    const spent = (await stage.get(stage.market.account.id, { fields: 'amount_spent' })).body.amount_spent;
    expect(Number(spent)).toBeGreaterThan(4_000);
    expect(Number(spent)).toBeLessThan(6_000);
  });
});

describe('edges', () => {
  it('list ads, ad sets and campaigns, and no ad studies', async () => {
    const api = stage.sdk();
    const ads = await new AdSet(stage.adSets[0], {}, undefined, api).getAds(['name'], {});
    expect(ads.map((ad) => ad.id)).toEqual([stage.ads[0]]);
    const adSets = await new Campaign(stage.test.campaignId, {}, undefined, api).getAdSets(['name'], {});
    expect(adSets.map((adSet) => adSet.id)).toEqual(stage.adSets);
    const ids = (body: { data: Record<string, string>[] }) => body.data.map(({ id }) => id);
    const account = stage.market.account.id;
    expect(ids((await stage.get(`${account}/ads`)).body)).toEqual(stage.ads);
    expect(ids((await stage.get(`${account}/adsets`)).body)).toEqual(stage.adSets);
    expect(ids((await stage.get(`${account}/campaigns`)).body)).toEqual([stage.test.campaignId]);
    expect((await stage.get(`${stage.adSets[0]}/ad_studies`)).body).toEqual({ data: [] });
    expect((await stage.get(`${stage.adSets[0]}/adrules`)).body.error.code).toBe(100);
  });

  it('can be filtered by effective status and by id', async () => {
    await stage.market.edit(stage.ads[0], { status: 'PAUSED' });
    const account = stage.market.account.id;
    const list = async (params: Record<string, unknown>) =>
      (await stage.get(`${account}/ads`, params)).body.data.map(({ id }) => id);
    expect(await list({ effective_status: ['ACTIVE'] })).toEqual([stage.ads[1]]);
    const filtering = [{ field: 'effective_status', operator: 'IN', value: ['PAUSED'] }];
    expect(await list({ filtering })).toEqual([stage.ads[0]]);
    const byId = [{ field: 'ad.id', operator: 'IN', value: [stage.ads[1]] }];
    expect(await list({ filtering: byId })).toEqual([stage.ads[1]]);
    await stage.market.edit(stage.ads[0], { status: 'DELETED' });
    expect(await list({})).toEqual([stage.ads[1]]);
    const bad = await stage.get(`${account}/ads`, { filtering: [{ field: 'x', operator: 'IN', value: [] }] });
    expect(bad.body.error.code).toBe(100);
  });

  it('have pages with cursors and absolute links that the SDK follows', async () => {
    const spec = (name: string) => ({ name, dailyBudget: 1_000, trueClickRate: 0.01 });
    const names = Array.from({ length: 28 }, (_, i) => `ad ${i}`);
    await stage.market.createTest({ name: 'many', ads: names.map(spec) });
    const account = stage.market.account.id;
    const first = (await stage.get(`${account}/ads`, { fields: 'name' })).body;
    expect(first.data).toHaveLength(25);
    expect(new URL(first.paging.next!).origin).toBe(stage.market.url);
    expect(new URL(first.paging.next!).searchParams.get('access_token')).toBeTruthy();

    const cursor = await new AdAccount(account, {}, undefined, stage.sdk()).getAds(['name'], { limit: 7 });
    const seen = cursor.map((ad) => ad.id);
    while (cursor.hasNext()) {
      await cursor.next();
      seen.push(...cursor.map((ad) => ad.id));
    }
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect((await stage.get(`${account}/ads`, { after: 'nonsense' })).body.error.code).toBe(100);
    expect((await stage.get(`${account}/ads`, { limit: 0 })).body.error.code).toBe(100);
  });

  it('can be read in a batch and by a list of ids', async () => {
    const many = (await stage.get('', { ids: stage.ads.join(','), fields: 'name' })).body;
    expect(many).toEqual({
      [stage.ads[0]]: { id: stage.ads[0], name: 'control' },
      [stage.ads[1]]: { id: stage.ads[1], name: 'challenger' },
    });
    const batch = [
      { method: 'GET', relative_url: `${stage.ads[0]}?fields=name` },
      { method: 'POST', relative_url: stage.adSets[0], body: 'daily_budget=6000' },
      { method: 'GET', relative_url: 'v24.0/1' },
    ];
    const answers = (await stage.post('', { batch })).body as unknown as { code: number; body: string }[];
    expect(answers.map(({ code }) => code)).toEqual([200, 200, 400]);
    expect(JSON.parse(answers[0]!.body)).toEqual({ id: stage.ads[0], name: 'control' });
    expect(await stage.budget(stage.adSets[0])).toBe(6_000);
  });
});

describe('the permissions of the token', () => {
  it('are reported, and only the market’s own token is valid', async () => {
    const permissions = async (params = {}) => (await stage.get('me/permissions', params)).body;
    expect((await permissions()).data).toEqual([
      { permission: 'ads_management', status: 'granted' },
      { permission: 'ads_read', status: 'granted' },
    ]);
    expect((await permissions({ access_token: 'other' })).error.code).toBe(190);
    const described = async (input_token: string) =>
      (await stage.get('debug_token', { input_token })).body.data as unknown as Record<string, unknown>;
    expect(await described('token-of-the-tests')).toMatchObject({
      is_valid: true,
      expires_at: 0,
      scopes: ['ads_management', 'ads_read'],
    });
    expect(await described('other')).toMatchObject({ is_valid: false, scopes: [] });
    await stage.dispose();
    stage = await new Stage({ market: { scopes: ['ads_read'] } }).open();
    expect((await permissions()).data).toEqual([{ permission: 'ads_read', status: 'granted' }]);
  });

  it("answers the account's minimum budgets", async () => {
    const { data } = (await stage.get(`${stage.market.account.id}/minimum_budgets`)).body;
    expect(data).toEqual([expect.objectContaining({ currency: 'EUR', min_daily_budget_imp: 100 })]);
  });
});
