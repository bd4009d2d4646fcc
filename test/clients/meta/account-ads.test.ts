import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetaClient } from '../../../src/clients/meta/types.js';
import { type Market, type MarketTest, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { clientOf, failureOf, json, TOKEN, withGraph } from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Noon in New York. */
const START = Date.UTC(2026, 10, 23, 17);
const TIMEZONE = 'America/New_York';

describe("the market's account", () => {
  let directory: string;
  let market: Market;
  let client: MetaClient;
  let made: MarketTest;
  let now = START;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'account-ads-'));
    const clock = { now: async () => now, scale: 1 };
    market = await startMarket({ directory, clock, seed: 7, port: 0, accessToken: TOKEN });
    client = clientOf(market.url, { accountId: market.account.id, now: () => now });
    made = await market.createTest({
      name: 'Winter jackets',
      since: START - 10 * DAY,
      ads: [
        {
          name: 'Warm',
          dailyBudget: 5_000,
          trueClickRate: 0.02,
          creative: { title: 'Warm all winter', body: 'Down, no feathers lost.', callToAction: 'SHOP_NOW' },
        },
        { name: 'Light', dailyBudget: 6_000, trueClickRate: 0.02 },
      ],
    });
  });
  afterAll(async () => {
    await market.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('is read with names, statuses, budgets, goals, creatives and the last seven days', async () => {
    const found = await client.getAccountAds(TIMEZONE);
    expect(found.campaigns).toMatchObject([
      { id: made.campaignId, name: 'Winter jackets', effectiveStatus: 'ACTIVE', dailyBudget: null },
    ]);
    expect(found.adSets).toMatchObject([
      { id: made.adSetIds[0], dailyBudget: 5_000, settings: { optimizationGoal: 'LINK_CLICKS' } },
      { id: made.adSetIds[1], dailyBudget: 6_000, lifetimeBudget: null },
    ]);
    expect(found.ads).toMatchObject([
      {
        id: made.adIds[0],
        name: 'Warm',
        adSetId: made.adSetIds[0],
        createdAt: START - 10 * DAY,
        creative: {
          title: 'Warm all winter',
          body: 'Down, no feathers lost.',
          callToAction: 'SHOP_NOW',
          hasPicture: true,
        },
      },
      { id: made.adIds[1], creative: { title: 'Light', body: null, callToAction: null } },
    ]);
    // From midnight in New York six days ago until now.
    expect(found.since).toBe(Date.UTC(2026, 10, 17, 5));
    expect(found.until).toBe(START);
    const rows = await client.getInsights({
      adIds: [made.adIds[0]!],
      since: found.since,
      until: found.until,
      granularity: 'day',
      timezone: TIMEZONE,
    });
    const sum = (pick: (row: (typeof rows)[number]) => number) =>
      rows.reduce((all, row) => all + pick(row), 0);
    expect(rows).toHaveLength(7);
    expect(found.ads[0]!.delivered).toEqual({
      impressions: sum((row) => row.impressions),
      clicks: sum((row) => row.clicks),
      linkClicks: sum((row) => row.linkClicks),
      spend: sum((row) => row.spend),
      conversions: sum((row) => row.conversions),
      revenue: sum((row) => row.revenue),
    });
    expect(found.ads[0]!.delivered.spend).toBeGreaterThan(6 * 5_000 * 0.8);
  });

  it('gives the picture of an ad, which differs from ad to ad', async () => {
    const [one, other] = await Promise.all(made.adIds.map((id) => client.getPicture(id)));
    expect(one).toMatchObject({ type: 'image/png' });
    expect([...one!.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(Buffer.from(one!.bytes).equals(Buffer.from(other!.bytes))).toBe(false);
    // Without a list before: the client asks Meta for the address.
    const fresh = clientOf(market.url, { accountId: market.account.id, now: () => now });
    expect(Buffer.from((await fresh.getPicture(made.adIds[0]!))!.bytes)).toEqual(Buffer.from(one!.bytes));
    expect((await failureOf(fresh.getPicture('404'))).kind).toBe('not_found');
  });

  it('counts the event for which Meta optimises, and any other that is asked for', async () => {
    const leads = await market.createTest({
      name: 'Leads',
      since: START - 3 * DAY,
      ads: [{ name: 'Form', dailyBudget: 9_000, trueClickRate: 0.05, trueConversionRate: 0.3 }],
    });
    const promoted_object = { pixel_id: '1', custom_event_type: 'LEAD' };
    await market.edit(leads.adSetIds[0]!, { optimization_goal: 'OFFSITE_CONVERSIONS', promoted_object });
    const { ads, adSets } = await client.getAccountAds(TIMEZONE);
    expect(adSets.find(({ id }) => id === leads.adSetIds[0])!.resultEvent).toBe('lead');
    const counted = ads.find(({ id }) => id === leads.adIds[0])!.delivered.conversions;
    expect(counted).toBeGreaterThan(100);
    const query = {
      adIds: leads.adIds,
      since: START - 3 * DAY,
      until: now,
      granularity: 'hour' as const,
      timezone: TIMEZONE,
    };
    const total = async (event?: string) => {
      const rows = await client.getInsights(event === undefined ? query : { ...query, event });
      return rows.reduce((sum, { conversions }) => sum + conversions, 0);
    };
    expect(await total('lead')).toBe(counted);
    expect(await total('offsite_conversion.fb_pixel_lead')).toBe(counted);
    expect(await total()).toBe(0);
    expect(await total('app_install')).toBe(0);
    const segments = await client.getSegments({ ...query, breakdown: 'placement', event: 'lead' });
    expect(segments.reduce((sum, { conversions }) => sum + conversions, 0)).toBeGreaterThan(100);
    await market.edit(leads.adSetIds[0]!, { promoted_object: { custom_conversion_id: '77' } });
    expect(await total('offsite_conversion.custom.77')).toBe(counted);
    await market.edit(leads.campaignId, { status: 'DELETED' });
    await market.edit(leads.adSetIds[0]!, { status: 'DELETED' });
    await market.edit(leads.adIds[0]!, { status: 'DELETED' });
  });

  it('is read without the ads that were deleted, and fails as one read does', async () => {
    now += HOUR;
    await market.edit(made.adIds[1]!, { status: 'DELETED' });
    const { ads } = await client.getAccountAds(TIMEZONE);
    expect(ads.map(({ id }) => id)).toEqual([made.adIds[0]]);
    await market.order({ kind: 'server_error', edge: 'adsets' });
    expect((await failureOf(client.getAccountAds(TIMEZONE))).kind).toBe('transient');
    expect((await failureOf(client.getAccountAds('Nowhere'))).kind).toBe('invalid');
  });
});

describe('a list of ads', () => {
  const AD = {
    id: '5',
    name: 'Ad',
    status: 'ACTIVE',
    effective_status: 'ACTIVE',
    adset_id: '4',
    campaign_id: '3',
    account_id: '1',
    created_time: '2026-11-01T00:00:00+0000',
  };

  it('comes in pages, and takes title and text from the post if the creative has none', async () => {
    const story = {
      link_data: { name: 'From the post', message: 'Its text', call_to_action: { type: 'SIGN_UP' } },
    };
    const found = await withGraph(
      (seen, response) => {
        const edge = seen.path.split('/').at(-1);
        if (edge !== 'ads') return json(response, { data: [] });
        expect(seen.query.get('fields')).toContain('creative{id,title,body');
        if (seen.query.get('after') === 'x')
          return json(response, { data: [{ ...AD, id: '6', creative: { id: '8' } }] });
        const next = `http://${seen.headers.host}${seen.path}?after=x&fields=${encodeURIComponent(seen.query.get('fields')!)}`;
        const creative = { id: '7', object_story_spec: story };
        return json(response, { data: [{ ...AD, creative }], paging: { next } });
      },
      (client) => client.getAccountAds('UTC'),
    );
    expect(found.ads).toMatchObject([
      { creative: { title: 'From the post', body: 'Its text', callToAction: 'SIGN_UP', hasPicture: false } },
      { id: '6', creative: { title: null, body: null }, delivered: { impressions: 0 } },
    ]);
  });

  it('is refused if a field is malformed', async () => {
    const error = await withGraph(
      (seen, response) =>
        json(response, { data: seen.path.endsWith('/ads') ? [{ ...AD, adset_id: 'x y' }] : [] }),
      (client) => failureOf(client.getAccountAds('UTC')),
    );
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining('adset_id') });
  });
});
