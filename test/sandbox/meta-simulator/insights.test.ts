import { AdAccount } from 'facebook-nodejs-business-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, Stage, total } from './support.js';

let stage: Stage;
afterEach(async () => {
  await stage.dispose();
});

const FIELDS = [
  'ad_id',
  'adset_id',
  'impressions',
  'clicks',
  'inline_link_clicks',
  'spend',
  'actions',
  'action_values',
  'account_currency',
  'attribution_setting',
  'date_start',
  'date_stop',
];

describe('insights', () => {
  it('give the real SDK one row per day, with numbers as text, over all pages', async () => {
    stage = await new Stage().open();
    stage.clock.pass(9 * DAY + 6 * HOUR);
    const cursor = await new AdAccount(stage.market.account.id, {}, undefined, stage.sdk()).getInsights(
      FIELDS,
      {
        level: 'ad',
        time_increment: 1,
        time_range: { since: '2026-11-23', until: '2026-12-31' },
        filtering: [{ field: 'ad.id', operator: 'IN', value: [stage.ads[1]] }],
        limit: 4,
      },
    );
    const rows = cursor.map((row) => row.exportAllData());
    while (cursor.hasNext()) {
      await cursor.next();
      rows.push(...cursor.map((row) => row.exportAllData()));
    }
    expect(rows.map((row) => row.date_start)).toEqual([
      ...Array.from({ length: 8 }, (_, i) => `2026-11-${23 + i}`),
      '2026-12-01',
      '2026-12-02',
    ]);
    const [first] = rows;
    expect(first).toMatchObject({
      ad_id: stage.ads[1],
      adset_id: stage.adSets[1],
      account_currency: 'USD',
      date_stop: '2026-11-23',
      impressions: expect.stringMatching(/^\d+$/),
      spend: expect.stringMatching(/^\d+\.\d\d$/),
    });
    const actions = first!.actions as { action_type: string; value: string }[];
    const purchases = actions.filter(({ action_type }) => action_type.includes('purchase'));
    expect(purchases).toHaveLength(3);
    expect(new Set(purchases.map(({ value }) => value)).size).toBe(1);
    expect(actions.find(({ action_type }) => action_type === 'link_click')?.value).toBe(
      first!.inline_link_clicks,
    );
    expect(Number(rows.at(-1)!.impressions)).toBeLessThan(0.5 * Number(first!.impressions));
  });

  it('count a day as the sum of its hours in the time zone of the account', async () => {
    stage = await new Stage({ account: { timezone: 'America/New_York' } }).open();
    stage.clock.pass(2 * DAY);
    const hours = await stage.hours({ time_range: { since: '2026-11-23', until: '2026-11-23' } });
    expect(hours).toHaveLength(48);
    expect(new Set(hours.map(({ day }) => day))).toEqual(new Set(['2026-11-23']));
    const days = await stage.get(`${stage.market.account.id}/insights`, {
      level: 'ad',
      time_increment: 1,
      time_range: { since: '2026-11-23', until: '2026-11-23' },
      fields: 'ad_id,impressions,clicks,inline_link_clicks,spend',
    });
    for (const day of days.body.data) {
      const own = hours.filter(({ adId }) => adId === day.ad_id);
      expect(Number(day.impressions)).toBe(total(own, 'impressions'));
      expect(Number(day.clicks)).toBe(total(own, 'clicks'));
      expect(Number(day.inline_link_clicks)).toBe(total(own, 'linkClicks'));
      expect(Number(day.spend)).toBeCloseTo(total(own, 'spend'), 6);
    }
    // It started at midnight UTC, which is 19:00 of the day before in New York.
    const eve = await stage.hours({ time_range: { since: '2026-11-22', until: '2026-11-22' } });
    expect(new Set(eve.map(({ hour }) => hour))).toEqual(new Set([19, 20, 21, 22, 23]));
  });

  it('have no row without delivery, and no row that is not asked for', async () => {
    stage = await new Stage().open();
    const [control, challenger] = stage.ads;
    expect(await stage.hours()).toEqual([]);
    await stage.market.edit(control, { status: 'PAUSED' });
    stage.clock.pass(DAY);
    expect(new Set((await stage.hours()).map(({ adId }) => adId))).toEqual(new Set([challenger]));
    const filtering = [{ field: 'ad.id', operator: 'IN', value: [control] }];
    expect(await stage.hours({ filtering })).toEqual([]);
    expect(await stage.hours({ time_range: { since: '2026-11-24', until: '2026-11-30' } })).toEqual([]);
  });

  it('have pages of hourly rows without gaps, even if time passes between pages', async () => {
    stage = await new Stage().open();
    stage.clock.pass(6 * HOUR + 20 * 60_000);
    const whole = await stage.hours();
    const rows: Record<string, string>[] = [];
    let next: string | undefined =
      `${stage.market.url}/v24.0/${stage.market.account.id}/insights?access_token=token-of-the-tests&level=ad` +
      `&time_range=${encodeURIComponent('{"since":"2026-11-23","until":"2026-11-23"}')}&time_increment=1&limit=5` +
      `&breakdowns=hourly_stats_aggregated_by_advertiser_time_zone&fields=ad_id,impressions`;
    while (next) {
      const body = (await (await fetch(next)).json()) as {
        data: Record<string, string>[];
        paging?: { next?: string };
      };
      rows.push(...body.data);
      next = body.paging?.next;
      stage.clock.pass(20 * 60_000);
    }
    expect(rows.map((row) => [row.ad_id, Number(row.impressions)])).toEqual(
      whole.map((row) => [row.adId, row.impressions]),
    );
    expect(rows).toHaveLength(14);
  });

  it('support ranges, presets and increments', async () => {
    stage = await new Stage().open();
    stage.clock.pass(10 * DAY);
    const dates = async (params: Record<string, unknown>) => {
      const filtering = [{ field: 'ad.id', operator: 'EQUAL', value: stage.ads[0] }];
      const { body } = await stage.get(`${stage.market.account.id}/insights`, {
        level: 'ad',
        filtering,
        fields: 'impressions',
        ...params,
      });
      return body.data.map((row) => `${row.date_start}/${row.date_stop}`);
    };
    expect(await dates({ date_preset: 'yesterday' })).toEqual(['2026-12-02/2026-12-02']);
    stage.clock.pass(HOUR);
    expect(await dates({ date_preset: 'today' })).toEqual(['2026-12-03/2026-12-03']);
    expect(await dates({ date_preset: 'last_3d', time_increment: 1 })).toHaveLength(3);
    expect(await dates({ date_preset: 'maximum' })).toEqual(['2026-11-23/2026-12-03']);
    expect(await dates({ date_preset: 'last_7d', time_increment: 4 })).toEqual([
      '2026-11-26/2026-11-29',
      '2026-11-30/2026-12-02',
    ]);
    const ranges = [
      { since: '2026-11-23', until: '2026-11-24' },
      { since: '2026-11-24', until: '2026-11-25' },
    ];
    expect(await dates({ time_ranges: ranges })).toEqual(['2026-11-23/2026-11-24', '2026-11-24/2026-11-25']);
  });

  it.each([
    [{ level: 'account' }],
    [{ time_range: { since: '2026-11-24', until: '2026-11-23' } }],
    [{ time_range: '2026-11-24' }],
    [{ fields: 'ad_id,shoe_size' }],
    [{ breakdowns: ['country'] }],
    [{ time_increment: 0 }],
    [{ date_preset: 'last_century' }],
    [{ filtering: [{ field: 'ad.id', operator: 'LIKE', value: 'x' }] }],
  ])('refuse %j with code 100', async (params) => {
    stage = await new Stage().open();
    const { status, body } = await stage.get(`${stage.market.account.id}/insights`, {
      level: 'ad',
      ...params,
    });
    expect([status, body.error.code]).toEqual([400, 100]);
  });

  it('add up the ads of a campaign, per hour or in total', async () => {
    stage = await new Stage().open();
    stage.clock.pass(2 * DAY);
    const { campaignId } = stage.test;
    const ads = await stage.hours({ time_range: { since: '2026-11-23', until: '2026-11-23' } });
    const { body } = await stage.get(`${campaignId}/insights`, {
      level: 'campaign',
      time_range: { since: '2026-11-23', until: '2026-11-23' },
      fields: 'campaign_id,ad_id,impressions,spend',
    });
    expect(body.data).toEqual([
      {
        campaign_id: campaignId,
        impressions: String(total(ads, 'impressions')),
        spend: total(ads, 'spend').toFixed(2),
        ...{ date_start: '2026-11-23', date_stop: '2026-11-23' },
      },
    ]);
    const byHour = 'hourly_stats_aggregated_by_advertiser_time_zone';
    const hours = await stage.get(`${campaignId}/insights`, {
      ...{ level: 'campaign', fields: 'impressions', breakdowns: [byHour] },
      time_range: { since: '2026-11-23', until: '2026-11-23' },
    });
    const noon = hours.body.data.filter((row) => row[byHour]!.startsWith('12:'));
    expect(hours.body.data).toHaveLength(24);
    expect(noon.map(({ impressions }) => Number(impressions))).toEqual([
      total(
        ads.filter(({ hour }) => hour === 12),
        'impressions',
      ),
    ]);
  });

  it('write whole units if Meta counts the currency in whole units', async () => {
    stage = await new Stage({ account: { currency: 'JPY' } }).open();
    stage.clock.pass(DAY);
    const { body } = await stage.get(`${stage.market.account.id}/insights`, {
      level: 'ad',
      date_preset: 'yesterday',
      fields: 'spend',
    });
    expect(body.data[0]!.spend).toMatch(/^\d{4}$/);
  });

  it('can be an asynchronous report: first running, then complete, with the figures at the time of the order', async () => {
    stage = await new Stage().open();
    stage.clock.pass(6 * HOUR);
    const at = await stage.hours();
    const account = new AdAccount(stage.market.account.id, {}, undefined, stage.sdk());
    const run = await account.getInsightsAsync(['ad_id', 'impressions'], {
      level: 'ad',
      time_increment: 1,
      time_range: { since: '2026-11-23', until: '2026-11-24' },
    });
    // The SDK uses `report_run_id` as the id.
    const { id } = run;
    stage.clock.pass(DAY);
    expect((await stage.get(`${id}/insights`)).body.error.code).toBe(100);
    const fields = { fields: 'async_status,async_percent_completion' };
    expect((await stage.get(id, fields)).body.async_status).toBe('Job Running');
    expect((await stage.get(id, fields)).body).toMatchObject({
      async_status: 'Job Completed',
      async_percent_completion: 100,
    });
    const { body } = await stage.get(`${id}/insights`);
    expect(body.data.map((row) => [row.ad_id, Number(row.impressions)])).toEqual(
      stage.ads.map((ad) => [
        ad,
        total(
          at.filter(({ adId }) => adId === ad),
          'impressions',
        ),
      ]),
    );
  });
});
