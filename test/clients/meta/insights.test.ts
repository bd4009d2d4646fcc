import { describe, expect, it } from 'vitest';
import type { InsightRow } from '../../../src/clients/meta/types.js';
import { type Answer, failureOf, json, type Seen, type TinyGraph, withGraph } from './support.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const HOURLY = 'hourly_stats_aggregated_by_advertiser_time_zone';
const START = Date.UTC(2026, 0, 10);
const RUN = '777';

const query = {
  adIds: ['9'],
  since: START,
  until: START + 3 * DAY,
  granularity: 'day' as 'day' | 'hour',
  timezone: 'UTC',
};

function row(more: object = {}): Record<string, unknown> {
  return {
    ad_id: '9',
    adset_id: '12',
    impressions: '1000',
    clicks: '40',
    inline_link_clicks: '25',
    spend: '12.34',
    account_currency: 'EUR',
    date_start: '2026-01-10',
    date_stop: '2026-01-10',
    ...more,
  };
}

const hourly = (hour: string, more: object = {}): object =>
  row({ [HOURLY]: `${hour}:00:00 - ${hour}:59:59`, ...more });
const answers =
  (...rows: unknown[]): Answer =>
  (_, response) =>
    json(response, { data: rows });

interface Range {
  since: string;
  until: string;
}
const rangeOf = (seen: Seen): Range => JSON.parse(seen.query.get('time_range') ?? 'null') as Range;
const rangesOf = (graph: TinyGraph): string[] =>
  graph.seen
    .filter((one) => one.method === 'GET' && one.query.has('time_range'))
    .map(rangeOf)
    .map(({ since, until }) => `${since}..${until}`);
const lengthOf = ({ since, until }: Range): number => (Date.parse(until) - Date.parse(since)) / DAY + 1;

describe('the request for insights', () => {
  it('asks for one row per ad and day, of the given ads only', async () => {
    await withGraph(answers(), async (client, graph) => {
      expect(await client.getInsights({ ...query, adIds: ['9', '10'] })).toEqual([]);
      const asked = graph.seen[0]?.query;
      expect(graph.seen[0]?.path).toBe('/v24.0/act_1/insights');
      expect(asked?.get('level')).toBe('ad');
      expect(asked?.get('time_increment')).toBe('1');
      expect(asked?.get('breakdowns')).toBeNull();
      expect(JSON.parse(asked?.get('filtering') ?? '')).toEqual([
        { field: 'ad.id', operator: 'IN', value: ['9', '10'] },
      ]);
      expect(asked?.get('fields')?.split(',')).toEqual(
        expect.arrayContaining([
          'ad_id',
          'impressions',
          'inline_link_clicks',
          'spend',
          'actions',
          'action_values',
        ]),
      );
      expect(rangesOf(graph)).toEqual(['2026-01-10..2026-01-12']);
    });
  });

  it("uses the account's days", async () => {
    await withGraph(answers(), async (client, graph) => {
      await client.getInsights({ ...query, timezone: 'America/New_York', granularity: 'hour' });
      expect(rangesOf(graph)).toEqual(['2026-01-09..2026-01-12']);
      expect(JSON.parse(graph.seen[0]?.query.get('breakdowns') ?? '')).toEqual([HOURLY]);
    });
  });

  it('splits many days into windows without a gap or an overlap', async () => {
    await withGraph(answers(), async (client, graph) => {
      await client.getInsights({ ...query, granularity: 'hour', until: START + 30 * DAY + 1 });
      expect(rangesOf(graph)).toEqual([
        '2026-01-10..2026-01-23',
        '2026-01-24..2026-02-06',
        '2026-02-07..2026-02-09',
      ]);
    });
  });

  it('splits many ads into groups', async () => {
    const adIds = Array.from({ length: 51 }, (_, index) => String(index + 1));
    await withGraph(answers(), async (client, graph) => {
      await client.getInsights({ ...query, adIds });
      const groups = graph.seen.map(
        (one) => (JSON.parse(one.query.get('filtering') ?? '') as [{ value: string[] }])[0].value,
      );
      expect(groups.flat()).toEqual(adIds);
      expect(groups.map((group) => group.length)).toEqual([50, 1]);
    });
  });

  it('is not sent for an empty or malformed query', async () => {
    await withGraph(answers(), async (client, graph) => {
      expect(await client.getInsights({ ...query, adIds: [] })).toEqual([]);
      expect(await client.getInsights({ ...query, until: query.since })).toEqual([]);
      for (const wrong of [{ timezone: 'Mars/Olympus' }, { since: 0.5 }, { adIds: ['9"]'] }]) {
        expect((await failureOf(client.getInsights({ ...query, ...wrong }))).kind).toBe('invalid');
      }
      expect(graph.seen).toEqual([]);
    });
  });
});

describe('a row', () => {
  it('becomes plain numbers, money in minor units', async () => {
    const purchases = [
      { action_type: 'link_click', value: '25' },
      { action_type: 'offsite_conversion.fb_pixel_purchase', value: '2' },
      { action_type: 'omni_purchase', value: '3' },
      { action_type: 'purchase', value: '3' },
    ];
    const values = [
      { action_type: 'purchase', value: '98.10' },
      { action_type: 'omni_purchase', value: '99.955' },
    ];
    await withGraph(answers(row({ actions: purchases, action_values: values })), async (client) => {
      expect(await client.getInsights(query)).toStrictEqual([
        {
          adId: '9',
          adSetId: '12',
          bucketStart: START,
          bucketEnd: START + DAY,
          granularity: 'day',
          impressions: 1000,
          clicks: 40,
          linkClicks: 25,
          spend: 1234,
          conversions: 3,
          revenue: 9996,
        },
      ]);
    });
  });

  it.each([
    [['purchase', 'offsite_conversion.fb_pixel_purchase'], 1],
    [['offsite_conversion.fb_pixel_purchase', 'purchase'], 2],
    [['offsite_conversion.fb_pixel_purchase', 'lead'], 1],
    [['lead', 'link_click'], 0],
    [[], 0],
  ])('counts only one action type of %j', async (types, conversions) => {
    const actions = types.map((action_type, index) => ({ action_type, value: String(index + 1) }));
    await withGraph(answers(row({ actions })), async (client) => {
      expect((await client.getInsights(query))[0]).toMatchObject({ conversions, revenue: 0 });
    });
  });

  it('has no link clicks if Meta leaves them out, and one minor unit per yen', async () => {
    const yen = row({ inline_link_clicks: undefined, account_currency: 'JPY', spend: '1234' });
    await withGraph(answers(yen), async (client) => {
      expect((await client.getInsights(query))[0]).toMatchObject({ linkClicks: 0, spend: 1234 });
    });
  });

  it.each<[string, unknown]>([
    ['ad_id', undefined],
    ['adset_id', 12],
    ['impressions', undefined],
    ['impressions', '1,000'],
    ['impressions', '-1'],
    ['clicks', undefined],
    ['clicks', '1.5'],
    ['inline_link_clicks', 'many'],
    ['spend', undefined],
    ['spend', 12.34],
    ['spend', '-1.00'],
    ['account_currency', undefined],
    ['account_currency', 'eur'],
    ['date_start', undefined],
    ['date_stop', '2026-01-12'],
    ['actions', 'none'],
    ['actions', [{ action_type: 'purchase', value: 'x' }]],
    ['actions', [{ value: '1' }]],
    ['actions', [null]],
    ['action_values', [{ action_type: 'purchase', value: '1e2' }]],
  ])('with a wrong %s (%j) is refused, and the error names the field', async (field, value) => {
    await withGraph(answers(row({ [field]: value })), async (client) => {
      const error = await failureOf(client.getInsights(query));
      expect(error.kind).toBe('invalid');
      expect(error.message).toContain(field);
    });
  });

  it.each([[null], ['x'], [{}]])('%j is refused', async (data) => {
    await withGraph(answers(data), async (client) => {
      expect((await failureOf(client.getInsights(query))).kind).toBe('invalid');
    });
  });

  it.each([undefined, '13', '13:00:00 - 14:59:59', '24:00:00 - 24:59:59', '1:00:00 - 1:59:59'])(
    'with the hour %j is refused',
    async (hour) => {
      await withGraph(answers(row({ [HOURLY]: hour })), async (client) => {
        expect((await failureOf(client.getInsights({ ...query, granularity: 'hour' }))).kind).toBe('invalid');
      });
    },
  );
});

describe('buckets', () => {
  it("begin at the account's hours and lie within the bounds", async () => {
    const newYork = { ...query, granularity: 'hour' as const, timezone: 'America/New_York' };
    const rows = ['00', '01', '02', '03'].map((hour) => hourly(hour));
    await withGraph(answers(...rows), async (client) => {
      const since = START + 6 * HOUR;
      const got = await client.getInsights({ ...newYork, since, until: since + 2 * HOUR });
      expect(got.map((one) => one.bucketStart)).toEqual([since, since + HOUR]);
    });
  });

  it('start at the first run of a repeated hour, and include the row of a skipped hour before them', async () => {
    const newYork = { ...query, granularity: 'hour' as const, timezone: 'America/New_York' };
    const fall = { date_start: '2026-11-01', date_stop: '2026-11-01' };
    const spring = { date_start: '2026-03-08', date_stop: '2026-03-08' };
    await withGraph(
      answers(hourly('01', fall), hourly('02', fall), hourly('02', spring), hourly('03', spring)),
      async (client) => {
        const got = await client.getInsights({
          ...newYork,
          since: Date.UTC(2026, 2, 1),
          until: Date.UTC(2026, 11, 1),
        });
        const hours = (one: InsightRow) => (one.bucketEnd - one.bucketStart) / HOUR;
        expect(
          got.map((one) => [new Date(one.bucketStart).toISOString(), hours(one), one.impressions]),
        ).toEqual([
          ['2026-03-08T07:00:00.000Z', 1, 2000],
          ['2026-11-01T05:00:00.000Z', 2, 1000],
          ['2026-11-01T07:00:00.000Z', 1, 1000],
        ]);
      },
      { socketTimeoutMs: 10_000 },
    );
  });

  it.each([
    ['America/New_York', '2026-03-08', 23],
    ['America/New_York', '2026-03-09', 24],
    ['America/New_York', '2026-11-01', 25],
    // Here clocks go forward at midnight: the day begins at one.
    ['Africa/Cairo', '2026-04-24', 23],
    ['Asia/Kolkata', '2026-03-08', 24],
  ])('of a day in %s, %s, have %d hours', async (timezone, date, hours) => {
    await withGraph(answers(row({ date_start: date, date_stop: date })), async (client) => {
      const since = Date.parse(date) - DAY;
      const [got] = await client.getInsights({ ...query, timezone, since, until: since + 3 * DAY });
      expect((got!.bucketEnd - got!.bucketStart) / HOUR).toBe(hours);
    });
  });

  it('of a skipped hour without other rows last an hour', async () => {
    const skipped = hourly('02', { date_start: '2026-03-08', date_stop: '2026-03-08' });
    await withGraph(answers(skipped), async (client) => {
      const since = Date.UTC(2026, 2, 8);
      const asked = { ...query, granularity: 'hour' as const, timezone: 'America/New_York' };
      const [got] = await client.getInsights({ ...asked, since, until: since + DAY });
      expect((got!.bucketEnd - got!.bucketStart) / HOUR).toBe(1);
    });
  });

  it('come from all pages, in order, without duplicates and without other ads', async () => {
    await withGraph(
      (seen, response, request) => {
        if (seen.query.get('after')) return json(response, { data: [row(), row({ ad_id: '8' })] });
        const next = `http://${request.headers.host}${seen.path}?after=2`;
        const later = row({ date_start: '2026-01-11', date_stop: '2026-01-11' });
        json(response, { data: [later, row()], paging: { next } });
      },
      async (client, graph) => {
        const got = await client.getInsights(query);
        expect(got.map((one) => [one.adId, one.bucketStart, one.impressions])).toEqual([
          ['9', START, 1000],
          ['9', START + DAY, 1000],
        ]);
        expect(graph.seen).toHaveLength(2);
      },
    );
  });
});

describe('a query that is too large for Meta', () => {
  const tooLarge = { error: { code: 100, error_subcode: 1487534, message: 'too much' } };
  const unknown = { error: { code: 1, error_subcode: 99, message: 'unknown' } };

  it.each([
    ['too much', tooLarge],
    ['an unknown error', unknown],
  ])('is sent again in halves after %s', async (_, refusal) => {
    await withGraph(
      (seen, response) => {
        const range = rangeOf(seen);
        if (lengthOf(range) > 2) return json(response, refusal, 400);
        json(response, { data: [row({ date_start: range.since, date_stop: range.since })] });
      },
      async (client, graph) => {
        const got = await client.getInsights({ ...query, until: START + 5 * DAY });
        expect(rangesOf(graph)).toEqual([
          '2026-01-10..2026-01-14',
          '2026-01-10..2026-01-11',
          '2026-01-12..2026-01-14',
          '2026-01-12..2026-01-12',
          '2026-01-13..2026-01-14',
        ]);
        expect(got.map((one) => (one.bucketStart - START) / DAY)).toEqual([0, 2, 3]);
      },
    );
  });

  const day = { ...query, until: START + DAY };
  const report =
    (statuses: ReadonlyArray<readonly [status: string, percent: number]>): Answer =>
    (seen, response, request) => {
      if (seen.path === '/v24.0/act_1/insights') {
        return seen.method === 'GET' ? json(response, tooLarge, 400) : json(response, { report_run_id: RUN });
      }
      if (seen.path === `/v24.0/${RUN}`) {
        const [async_status, async_percent_completion] = statuses[polls++] ?? ['Job Completed', 100];
        return json(response, { id: RUN, async_status, async_percent_completion });
      }
      if (seen.query.get('after')) return json(response, { data: [row()] });
      json(response, { data: [], paging: { next: `http://${request.headers.host}${seen.path}?after=2` } });
    };
  let polls = 0;

  it('of one day is answered by a report, polled until it is complete at 100 %', async () => {
    polls = 0;
    await withGraph(report([['Job Completed', 99]]), async (client, graph) => {
      const got = await client.getInsights(day);
      expect(got.map((one) => one.bucketStart)).toEqual([START]);
      expect(polls).toBe(2);
      const posted = graph.seen.find((one) => one.method === 'POST');
      expect(JSON.parse(posted?.body ?? '')).toMatchObject({
        level: 'ad',
        time_range: { since: '2026-01-10', until: '2026-01-10' },
        fields: expect.stringContaining('impressions') as string,
      });
      expect(graph.seen.slice(-1)[0]?.path).toBe(`/v24.0/${RUN}/insights`);
    });
  });

  it.each(['Job Failed', 'Job Skipped'])('fails when the report ends as %s', async (status) => {
    polls = 0;
    await withGraph(report([[status, 100]]), async (client) => {
      const error = await failureOf(client.getInsights(day));
      expect(error.kind).toBe('transient');
      expect(error.message).toContain(status);
      expect(polls).toBe(1);
    });
  });

  it('refuses a report without an id or a status', async () => {
    for (const created of [{}, { report_run_id: 7 }, { report_run_id: RUN }]) {
      await withGraph(
        (seen, response) => {
          if (seen.method === 'POST') return json(response, created);
          if (seen.path.endsWith('/insights')) return json(response, tooLarge, 400);
          json(response, { id: RUN });
        },
        async (client) => expect((await failureOf(client.getInsights(day))).kind).toBe('invalid'),
      );
    }
  });
});

describe("a campaign's spend", () => {
  const ROW = { spend: '12.34', account_currency: 'EUR' };

  it('is read for the campaign as a whole, since it began', async () => {
    await withGraph(
      (_, response) => json(response, { data: [ROW] }),
      async (client, graph) => {
        expect(await client.getCampaignSpend('5')).toBe(1234);
        const [asked] = graph.seen;
        expect(asked).toMatchObject({ method: 'GET', path: '/v24.0/5/insights' });
        const params = Object.fromEntries(asked!.query);
        expect(params).toMatchObject({ level: 'campaign', date_preset: 'maximum' });
        expect(params).not.toHaveProperty('time_increment');
      },
    );
  });

  it.each([
    ['no row', [], 0],
    ['a currency without minor units', [{ spend: '1500', account_currency: 'JPY' }], 1500],
  ])('accepts %s', async (_, data, spent) => {
    await withGraph(
      (_seen, response) => json(response, { data }),
      async (client) => expect(await client.getCampaignSpend('5')).toBe(spent),
    );
  });

  it.each([
    ['two rows for one campaign', [ROW, ROW], 'spend'],
    ['a row without its spend', [{ account_currency: 'EUR' }], 'spend'],
    ['an unknown currency', [{ ...ROW, account_currency: 'euros' }], 'account_currency'],
  ])('is refused for %s', async (_, data, field) => {
    await withGraph(
      (_seen, response) => json(response, { data }),
      async (client) => {
        const error = await failureOf(client.getCampaignSpend('5'));
        expect(error.kind).toBe('invalid');
        expect(error.message).toContain(`spend of campaign 5: field ${field}`);
      },
    );
  });
});
