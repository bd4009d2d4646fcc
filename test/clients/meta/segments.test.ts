import { describe, expect, it } from 'vitest';
import { type Answer, failureOf, json, withGraph } from './support.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 10);
const query = {
  ...{ adIds: ['9'], since: START, until: START + 3 * DAY, timezone: 'UTC' },
  breakdown: 'age_gender' as 'age_gender' | 'placement',
};

const row = (more: Record<string, string>) => ({
  ...{
    ad_id: '9',
    adset_id: '12',
    impressions: '1000',
    clicks: '40',
    inline_link_clicks: '25',
    spend: '12.34',
  },
  ...{ account_currency: 'EUR', date_start: '2026-01-10', date_stop: '2026-01-10' },
  ...more,
});
const answers =
  (...rows: unknown[]): Answer =>
  (_, response) =>
    json(response, { data: rows });

describe('segments', () => {
  it.each([
    ['age_gender', ['age', 'gender']],
    ['placement', ['publisher_platform', 'platform_position']],
  ] as const)('by %s are asked for in one call, by day and ad', async (breakdown, names) => {
    await withGraph(answers(), async (client, graph) => {
      expect(await client.getSegments({ ...query, breakdown })).toEqual([]);
      expect(graph.seen).toHaveLength(1);
      const asked = graph.seen[0]!.query;
      expect(graph.seen[0]!.path).toBe('/v24.0/act_1/insights');
      expect(asked.get('breakdowns')).toBe(JSON.stringify(names));
      expect([asked.get('level'), asked.get('time_increment')]).toEqual(['ad', '1']);
      expect(asked.get('time_range')).toBe('{"since":"2026-01-10","until":"2026-01-12"}');
    });
  });

  it('have a name from both values, and unknown for what Meta leaves out', async () => {
    const rows = [row({ age: '25-34', gender: 'female' }), row({ age: '65+' })];
    await withGraph(answers(...rows), async (client) => {
      const [first, second] = await client.getSegments(query);
      expect(first).toMatchObject({
        ...{ adId: '9', breakdown: 'age_gender', segment: '25-34 female', granularity: 'day' },
        ...{ bucketStart: START, bucketEnd: START + DAY, impressions: 1_000, linkClicks: 25, spend: 1_234 },
      });
      expect(second!.segment).toBe('65+ unknown');
    });
    const placed = row({ publisher_platform: 'instagram', platform_position: 'instagram_stories' });
    await withGraph(answers(placed), async (client) => {
      const [only] = await client.getSegments({ ...query, breakdown: 'placement' });
      expect(only!.segment).toBe('instagram instagram stories');
    });
  });

  it('count once if a shifting page delivers a row twice; rows of other ads and days are left out', async () => {
    const young = row({ age: '18-24', gender: 'male' });
    const rows = [
      ...[young, young, row({ age: '18-24', gender: 'male', ad_id: '10' })],
      row({ age: '18-24', gender: 'male', date_start: '2026-01-20', date_stop: '2026-01-20' }),
    ];
    await withGraph(answers(...rows), async (client) =>
      expect(await client.getSegments(query)).toHaveLength(1),
    );
  });

  it('fail as other reads do', async () => {
    const refusal = { message: 'no', code: 100, type: 'OAuthException' };
    await withGraph(
      (_, response) => json(response, { error: refusal }, 400),
      async (client) => expect((await failureOf(client.getSegments(query))).kind).toBe('invalid'),
    );
    await withGraph(
      (_, response) => json(response, { error: { ...refusal, code: 17, error_subcode: 2446079 } }, 400),
      async (client) => expect((await failureOf(client.getSegments(query))).kind).toBe('rate'),
    );
    await withGraph(
      () => undefined,
      async (client) => expect((await failureOf(client.getSegments(query))).kind).toBe('transient'),
    );
  });
});
