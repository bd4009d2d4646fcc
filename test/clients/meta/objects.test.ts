import { describe, expect, it } from 'vitest';
import { createMetaClient } from '../../../src/clients/meta/index.js';
import type { MetaClient } from '../../../src/clients/meta/types.js';
import { type Answer, failureOf, json, SECRET, TOKEN, withGraph } from './support.js';

const ACCOUNT = {
  id: 'act_1',
  name: 'Shop',
  currency: 'EUR',
  timezone_name: 'Europe/Berlin',
  account_status: 1,
  min_daily_budget: 100,
  spend_cap: '0',
  amount_spent: '123456',
};
const CAMPAIGN = { id: '5', name: 'C', status: 'ACTIVE', effective_status: 'ACTIVE' };
const AD_SET = {
  id: '12',
  name: 'Control',
  campaign_id: '5',
  account_id: '1',
  status: 'ACTIVE',
  effective_status: 'ACTIVE',
  daily_budget: '5000',
  lifetime_budget: '0',
};
const AD = {
  id: '9',
  name: 'A',
  adset_id: '12',
  campaign_id: '5',
  account_id: '1',
  status: 'ACTIVE',
  effective_status: 'IN_PROCESS',
};

describe('reading objects', () => {
  it('gives the account as plain fields', async () => {
    await withGraph(
      (_, response) => json(response, { ...ACCOUNT, surplus: TOKEN }),
      async (client, graph) => {
        expect(await client.getAccount()).toStrictEqual({
          id: 'act_1',
          name: 'Shop',
          currency: 'EUR',
          timezone: 'Europe/Berlin',
          status: 1,
          minDailyBudget: 100,
          spendCap: null,
          amountSpent: 123456,
          disableReason: null,
        });
        expect(graph.seen[0]).toMatchObject({ method: 'GET', path: '/v24.0/act_1' });
      },
    );
  });

  it('gives the spend cap of an account, and the reason why it is disabled', async () => {
    let body: object = { ...ACCOUNT, spend_cap: '50000', account_status: 2, disable_reason: 3 };
    await withGraph(
      (_, response) => json(response, body),
      async (client) => {
        const { spendCap, status, disableReason } = await client.getAccount();
        expect([spendCap, status, disableReason]).toEqual([50_000, 2, 3]);
        body = { ...ACCOUNT, spend_cap: undefined, disable_reason: 0 };
        expect(await client.getAccount()).toMatchObject({ spendCap: null, disableReason: null });
      },
    );
  });

  it('gives a campaign with and without budgets', async () => {
    let body: object = CAMPAIGN;
    await withGraph(
      (_, response) => json(response, body),
      async (client) => {
        const plain = {
          id: '5',
          name: 'C',
          status: 'ACTIVE',
          effectiveStatus: 'ACTIVE',
          dailyBudget: null,
          lifetimeBudget: null,
          adSetBudgetSharing: false,
          spendCap: null,
          startTime: null,
          stopTime: null,
        };
        expect(await client.getCampaign('5')).toStrictEqual(plain);
        body = { ...CAMPAIGN, daily_budget: '7000', is_adset_budget_sharing_enabled: true };
        expect(await client.getCampaign('5')).toStrictEqual({
          ...plain,
          dailyBudget: 7000,
          adSetBudgetSharing: true,
        });
        const times = { start_time: '2026-03-01T10:00:00-0800', stop_time: '2026-04-01T10:00:00+0000' };
        body = { ...CAMPAIGN, spend_cap: '90000', ...times };
        expect(await client.getCampaign('5')).toStrictEqual({
          ...plain,
          spendCap: 90_000,
          startTime: Date.UTC(2026, 2, 1, 18),
          stopTime: Date.UTC(2026, 3, 1, 10),
        });
        // Meta's value for a removed cap.
        body = { ...CAMPAIGN, spend_cap: '922337203685478' };
        expect((await client.getCampaign('5')).spendCap).toBeNull();
      },
    );
  });

  it('gives an ad set with and without its optional fields', async () => {
    let body: object = AD_SET;
    await withGraph(
      (_, response) => json(response, body),
      async (client) => {
        const plain = {
          id: '12',
          name: 'Control',
          campaignId: '5',
          accountId: 'act_1',
          status: 'ACTIVE',
          effectiveStatus: 'ACTIVE',
          dailyBudget: 5000,
          lifetimeBudget: null,
          endTime: null,
          hasBudgetSchedule: false,
          learningStage: null,
          lastSignificantEditAt: null,
          resultEvent: null,
          settings: {
            targeting: {},
            optimizationGoal: null,
            bidStrategy: null,
            bidAmount: null,
            attribution: [],
            startTime: null,
            endTime: null,
            deliverySchedule: [],
            pacing: [],
          },
        };
        expect(await client.getAdSet('12')).toStrictEqual(plain);
        body = {
          ...AD_SET,
          end_time: '2026-03-01T10:00:00-0800',
          is_budget_schedule_enabled: true,
          learning_stage_info: { status: 'LEARNING', conversions: 3, last_sig_edit_ts: 1_772_000_000 },
          targeting: { age_min: 21, publisher_platforms: ['facebook'] },
          optimization_goal: 'LINK_CLICKS',
          bid_strategy: 'COST_CAP',
          bid_amount: 250,
          attribution_spec: [{ event_type: 'CLICK_THROUGH', window_days: 7 }],
          start_time: '2026-02-01T10:00:00-0800',
          adset_schedule: [{ start_minute: 0, end_minute: 720, days: [1, 2] }],
          pacing_type: ['day_parting'],
        };
        expect(await client.getAdSet('12')).toStrictEqual({
          ...plain,
          endTime: Date.UTC(2026, 2, 1, 18),
          hasBudgetSchedule: true,
          learningStage: 'LEARNING',
          settings: {
            targeting: { age_min: 21, publisher_platforms: ['facebook'] },
            optimizationGoal: 'LINK_CLICKS',
            bidStrategy: 'COST_CAP',
            bidAmount: 250,
            attribution: [{ event_type: 'CLICK_THROUGH', window_days: 7 }],
            startTime: Date.UTC(2026, 1, 1, 18),
            endTime: Date.UTC(2026, 2, 1, 18),
            deliverySchedule: [{ start_minute: 0, end_minute: 720, days: [1, 2] }],
            pacing: ['day_parting'],
          },
          lastSignificantEditAt: 1_772_000_000_000,
        });
        body = { ...AD_SET, learning_stage_info: { status: 'FAIL', last_sig_edit_ts: 0 } };
        expect(await client.getAdSet('12')).toMatchObject({
          learningStage: 'FAIL',
          lastSignificantEditAt: null,
        });
        body = { ...AD_SET, targeting: ['a list'] };
        await expect(client.getAdSet('12')).rejects.toThrow('field targeting is malformed');
        body = { ...AD_SET, attribution_spec: 'a text' };
        await expect(client.getAdSet('12')).rejects.toThrow('field attribution_spec is malformed');
        body = { ...AD_SET, end_time: '1969-12-31T16:00:00-0800' };
        expect((await client.getAdSet('12')).endTime).toBeNull();
      },
    );
  });

  it('gives an ad', async () => {
    await withGraph(
      (_, response) => json(response, AD),
      async (client) => {
        expect(await client.getAd('9')).toStrictEqual({
          id: '9',
          name: 'A',
          adSetId: '12',
          campaignId: '5',
          accountId: 'act_1',
          status: 'ACTIVE',
          effectiveStatus: 'IN_PROCESS',
        });
      },
    );
  });

  it("gives an ad set's daily budget without reading other fields", async () => {
    let body: object = { id: '12', daily_budget: '5000' };
    await withGraph(
      (_, response) => json(response, body),
      async (client, graph) => {
        expect(await client.getDailyBudget('12')).toBe(5000);
        expect(graph.seen[0]).toMatchObject({ method: 'GET', path: '/v24.0/12' });
        expect(graph.seen[0]?.query.get('fields')).toBe('id,daily_budget');
        for (const none of [{ id: '12' }, { id: '12', daily_budget: '0' }]) {
          body = none;
          expect(await client.getDailyBudget('12')).toBeNull();
        }
        expect((await failureOf(client.getDailyBudget('../1'))).kind).toBe('invalid');
        expect(graph.seen).toHaveLength(3);
      },
    );
  });

  it("gives an ad set's daily budget even if another field is refused or malformed", async () => {
    await withGraph(
      (seen, response) => {
        if (seen.query.get('fields')?.includes('adset_schedule'))
          return json(response, { error: { code: 100, message: 'Tried accessing nonexisting field' } }, 400);
        json(response, { ...AD_SET, end_time: 'tomorrow' });
      },
      async (client) => {
        expect((await failureOf(client.getAdSet('12'))).kind).toBe('invalid');
        expect(await client.getDailyBudget('12')).toBe(5000);
      },
    );
  });

  it.each<[string, object, (client: MetaClient) => Promise<unknown>]>([
    ['daily_budget', { id: '12', daily_budget: '50.5' }, (client) => client.getDailyBudget('12')],
    ['id', { id: '13', daily_budget: '5000' }, (client) => client.getDailyBudget('12')],
    ['daily_budget', { ...AD_SET, daily_budget: '50.5' }, (client) => client.getAdSet('12')],
    ['daily_budget', { ...AD_SET, daily_budget: -5 }, (client) => client.getAdSet('12')],
    ['daily_budget', { ...AD_SET, daily_budget: '99999999999999999999' }, (client) => client.getAdSet('12')],
    ['daily_budget', { ...AD_SET, daily_budget: ['5'] }, (client) => client.getAdSet('12')],
    ['end_time', { ...AD_SET, end_time: 'tomorrow' }, (client) => client.getAdSet('12')],
    ['campaign_id', { ...AD_SET, campaign_id: '../1' }, (client) => client.getAdSet('12')],
    ['is_budget_schedule_enabled', { ...AD_SET, is_budget_schedule_enabled: 'no' }, (c) => c.getAdSet('12')],
    [
      'learning_stage_info',
      { ...AD_SET, learning_stage_info: 'LEARNING' },
      (client) => client.getAdSet('12'),
    ],
    [
      'last_sig_edit_ts',
      { ...AD_SET, learning_stage_info: { last_sig_edit_ts: 'now' } },
      (client) => client.getAdSet('12'),
    ],
    ['spend_cap', { ...CAMPAIGN, spend_cap: '-1' }, (client) => client.getCampaign('5')],
    ['effective_status', { ...AD_SET, effective_status: undefined }, (client) => client.getAdSet('12')],
    ['id', { ...AD_SET, id: '13' }, (client) => client.getAdSet('12')],
    ['amount_spent', { ...ACCOUNT, amount_spent: undefined }, (client) => client.getAccount()],
    ['amount_spent', { ...ACCOUNT, amount_spent: '' }, (client) => client.getAccount()],
    ['min_daily_budget', { ...ACCOUNT, min_daily_budget: '1e3' }, (client) => client.getAccount()],
    ['adset_id', { ...AD, adset_id: 12 }, (client) => client.getAd('9')],
    [
      'is_adset_budget_sharing_enabled',
      { ...CAMPAIGN, is_adset_budget_sharing_enabled: 1 },
      (c) => c.getCampaign('5'),
    ],
  ])('refuses a wrong %s, and the error names the field', async (field, body, call) => {
    await withGraph(
      (_, response) => json(response, body),
      async (client) => {
        const error = await failureOf(call(client));
        expect(error.kind).toBe('invalid');
        expect(error.message).toContain(field);
        expect(error.details.outcome).toBe('not_applied');
      },
    );
  });

  it.each(['', '12/../act_1', 'me', '12?fields=x', 'http://127.0.0.1/'])(
    'sends no call for the id %j',
    async (id) => {
      await withGraph(
        (_, response) => json(response, { success: true, ...AD_SET }),
        async (client, graph) => {
          const calls = [
            client.getAdSet(id),
            client.getAd(id),
            client.getCampaign(id),
            client.getActiveAds(id),
            client.getSplitTests(id),
            client.writeDailyBudget(id, 100),
            client.validateDailyBudget(id, 100),
            client.getBudgetEdits(id, 0),
          ];
          for (const call of calls) expect((await failureOf(call)).kind).toBe('invalid');
          expect(graph.seen).toEqual([]);
        },
      );
    },
  );

  it('reads the active ads of all pages', async () => {
    await withGraph(
      (seen, response, request) => {
        const next = `http://${request.headers.host}/v24.0/12/ads?after=p2&limit=100`;
        if (seen.query.get('after') === null)
          return json(response, {
            data: [
              { id: '1', effective_status: 'ACTIVE' },
              { id: '2', effective_status: 'PAUSED' },
            ],
            paging: { next },
          });
        json(response, { data: [{ id: '3', effective_status: 'ACTIVE' }], paging: { previous: next } });
      },
      async (client, graph) => {
        expect(await client.getActiveAds('12')).toEqual(['1', '3']);
        expect(graph.seen.map((one) => one.path)).toEqual(['/v24.0/12/ads', '/v24.0/12/ads']);
        expect(graph.seen[0]?.query.get('effective_status')).toBe('["ACTIVE"]');
      },
    );
  });
});

describe('split tests', () => {
  it('are read from the studies of the ad set, without studies of other types', async () => {
    await withGraph(
      (_, response) =>
        json(response, {
          data: [{ id: '7', type: 'SPLIT_TEST' }, { id: '8', type: 'LIFT' }, { id: '9' }],
        }),
      async (client, graph) => {
        expect(await client.getSplitTests('12')).toEqual(['7']);
        expect(graph.seen[0]?.path).toBe('/v24.0/12/ad_studies');
      },
    );
  });
});

describe('writing a budget', () => {
  it('sends only the amount and the id, which the SDK adds', async () => {
    await withGraph(
      (_, response) => json(response, { success: true }),
      async (client, graph) => {
        expect(await client.writeDailyBudget('12', 6000)).toBeUndefined();
        expect(graph.seen).toHaveLength(1);
        expect(graph.seen[0]).toMatchObject({ method: 'POST', path: '/v24.0/12' });
        expect(graph.seen[0]?.headers['content-type']).toBe('application/json');
        expect(JSON.parse(graph.seen[0]?.body ?? '')).toStrictEqual({ daily_budget: 6000, id: '12' });
      },
    );
  });

  it('sends no field that was read before', async () => {
    await withGraph(
      (seen, response) => json(response, seen.method === 'GET' ? AD_SET : { success: true }),
      async (client, graph) => {
        await client.getAdSet('12');
        await client.writeDailyBudget('12', 4000);
        await client.writeDailyBudget('12', 4100);
        expect(graph.seen.slice(1).map((one) => JSON.parse(one.body) as unknown)).toStrictEqual([
          { daily_budget: 4000, id: '12' },
          { daily_budget: 4100, id: '12' },
        ]);
      },
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'refuses the amount %d',
    async (amount) => {
      await withGraph(
        (_, response) => json(response, { success: true }),
        async (client, graph) => {
          const error = await failureOf(client.writeDailyBudget('12', amount));
          expect(error.kind).toBe('invalid');
          expect(error.details.outcome).toBe('not_applied');
          expect(graph.seen).toEqual([]);
        },
      );
    },
  );

  it.each([{}, { success: 'true' }, { id: '12' }])(
    'does not accept %j as an acknowledgement',
    async (body) => {
      await withGraph(
        (_, response) => json(response, body),
        async (client) => {
          const error = await failureOf(client.writeDailyBudget('12', 6000));
          expect(error.kind).toBe('transient');
          expect(error.details.outcome).toBe('unknown');
        },
      );
    },
  );
});

describe('validating a budget', () => {
  it('asks Meta to validate only', async () => {
    await withGraph(
      (_, response) => json(response, { success: true }),
      async (client, graph) => {
        expect(await client.validateDailyBudget('12', 6000)).toBeUndefined();
        expect(graph.seen).toHaveLength(1);
        expect(graph.seen[0]).toMatchObject({ method: 'POST', path: '/v24.0/12' });
        expect(JSON.parse(graph.seen[0]?.body ?? '')).toStrictEqual({
          daily_budget: 6000,
          execution_options: ['validate_only'],
          id: '12',
        });
      },
    );
  });

  it.each<[string, Answer]>([
    ['no answer', (_, __, request) => request.socket.destroy()],
    ['a server error', (_, response) => json(response, { error: { code: 2 } }, 500)],
    ['no acknowledgement', (_, response) => json(response, { id: '12' })],
    ['success: false', (_, response) => json(response, { success: false })],
  ])('is not_applied after %s', async (_, answer) => {
    await withGraph(answer, async (client) => {
      const { kind, details } = await failureOf(client.validateDailyBudget('12', 6000));
      expect(kind).toBe('transient');
      expect(details.outcome).toBe('not_applied');
    });
  });

  it.each([0, 1.5])('refuses the amount %d without a call', async (amount) => {
    await withGraph(
      (_, response) => json(response, { success: true }),
      async (client, graph) => {
        expect((await failureOf(client.validateDailyBudget('12', amount))).kind).toBe('invalid');
        expect(graph.seen).toEqual([]);
      },
    );
  });
});

describe('configuration', () => {
  const good = {
    accessToken: TOKEN,
    appSecret: SECRET,
    accountId: 'act_1',
    graphUrl: 'https://graph.facebook.com',
    apiVersion: 'v24.0',
    socketTimeoutMs: 1000,
  };

  it.each([
    [{ accountId: '1' }, 'act_'],
    [{ accessToken: '' }, 'access token'],
    [{ graphUrl: 'graph' }, 'Graph URL'],
    [{ graphUrl: 'http://graph.facebook.com' }, 'https'],
    [{ graphUrl: `https://graph.facebook.com/?access_token=${TOKEN}` }, 'query'],
    [{ apiVersion: '24' }, 'version'],
    [{ socketTimeoutMs: 0 }, 'socket time-out'],
    [{ readTimeoutMs: 0.5 }, 'read time-out'],
  ])('refuses %j: the error names the setting and holds no secret', (wrong, word) => {
    let message = '';
    try {
      createMetaClient({ ...good, ...wrong });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain(word);
    expect(message).not.toContain(TOKEN);
  });

  it('accepts https anywhere, and http on loopback', () => {
    expect(createMetaClient(good).accountId).toBe('act_1');
    expect(createMetaClient({ ...good, graphUrl: 'http://localhost:1/' }).accountId).toBe('act_1');
  });
});
