import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetaClient } from '../../../src/clients/meta/types.js';
import { type Market, type MarketTest, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { clientOf, failureOf, json, TOKEN, withGraph } from './support.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 23);
const AD = {
  id: '9',
  name: 'A',
  adset_id: '12',
  campaign_id: '5',
  account_id: '1',
  status: 'ACTIVE',
  effective_status: 'ACTIVE',
};

let now = START;
beforeEach(() => {
  now = START;
});
const clock = { now: () => now };

const useCase = (type: string, minutes: number, percent = 100): Record<string, string> => ({
  'x-business-use-case-usage': JSON.stringify({
    '1': [{ type, call_count: percent, estimated_time_to_regain_access: minutes }],
  }),
});
const account = (percent: number, seconds: number): Record<string, string> => ({
  'x-ad-account-usage': JSON.stringify({ acc_id_util_pct: percent, reset_time_duration: seconds }),
});

/** Reads an ad, answered with `first`. Resolves with the wait of a second call; null if that call was sent. */
async function afterwards(
  first: { headers?: Record<string, string>; error?: object; status?: number },
  second: (client: MetaClient) => Promise<unknown> = (client) => client.getAd('9'),
): Promise<number | null> {
  let calls = 0;
  return withGraph(
    (_, response) => {
      calls += 1;
      if (calls > 1) return json(response, { ...AD, success: true, data: [] });
      json(response, first.error ? { error: first.error } : AD, first.status ?? 200, first.headers);
    },
    async (client) => {
      await client.getAd('9').catch(() => undefined);
      const failed = await second(client).then(
        () => null,
        (error: unknown) => error as Awaited<ReturnType<typeof failureOf>>,
      );
      expect(calls).toBe(failed === null ? 2 : 1);
      if (failed === null) return null;
      expect(failed.kind).toBe('rate');
      expect(failed.details).toMatchObject({ outcome: 'not_applied', notSent: true, httpStatus: null });
      return failed.details.retryAfterMs;
    },
    clock,
  );
}

const insights = (client: MetaClient) =>
  client.getInsights({ adIds: ['9'], since: 0, until: HOUR, granularity: 'hour', timezone: 'UTC' });

describe('a wait of the account', () => {
  it.each<[string, Parameters<typeof afterwards>[0], number]>([
    ['a use case, on success', { headers: useCase('ads_management', 7) }, 7 * MINUTE],
    ['the account at 100 %, on success', { headers: account(100, 90) }, 90_000],
    ['the longer of the two', { headers: { ...useCase('ads_management', 1), ...account(100, 90) } }, 90_000],
    ['a refusal with a hint', { error: { code: 17 }, status: 400, headers: account(100, 240) }, 4 * MINUTE],
    ['a refusal without a hint', { error: { code: 80004 }, status: 400 }, 5 * MINUTE],
    ['a refusal of the app', { error: { code: 4 }, status: 403 }, 5 * MINUTE],
    ['an HTTP 429', { status: 429, headers: { 'retry-after': '30' } }, 30_000],
    [
      'another refusal',
      { error: { code: 100 }, status: 400, headers: useCase('ads_management', 3) },
      3 * MINUTE,
    ],
  ])('%s: holds the next call, which is not sent', async (_, first, wait) => {
    expect(await afterwards(first)).toBe(wait);
    expect(await afterwards(first, (client) => client.writeDailyBudget('12', 100))).toBe(wait);
    expect(await afterwards(first, insights)).toBe(wait);
  });

  it.each<[string, Parameters<typeof afterwards>[0]]>([
    ['full use without a time', { headers: useCase('ads_management', 0) }],
    ['a time of the account below 100 %', { headers: account(99, 300) }],
    ['the account at 100 % without a time', { headers: account(100, 0) }],
    ['the app at 100 %', { headers: { 'x-app-usage': '{"call_count":100}' } }],
    ['insights at 100 %', { headers: { 'x-fb-ads-insights-throttle': '{"acc_id_util_pct":100}' } }],
    ['malformed headers', { headers: { 'x-business-use-case-usage': '{"1":[', 'x-ad-account-usage': '7' } }],
    ['the block of one ad set', { error: { code: 613, error_subcode: 1487632 }, status: 400 }],
    ['a server error', { error: { code: 2 }, status: 500 }],
    ['a budget too soon', { error: { code: 100, error_subcode: 1885650 }, status: 400 }],
  ])('does not follow from %s', async (_, first) => {
    expect(await afterwards(first)).toBeNull();
  });

  it('for insights only holds insights only', async () => {
    for (const first of [
      { headers: useCase('ads_insights', 6) },
      { error: { code: 80000 }, status: 400, headers: useCase('ads_insights', 6) },
    ]) {
      expect(await afterwards(first, insights)).toBe(6 * MINUTE);
      expect(await afterwards(first, (client) => client.writeDailyBudget('12', 100))).toBeNull();
    }
  });

  it('ends at its time, and a later, shorter wait does not end it', async () => {
    const minutes = [10, 1, 0, 0];
    await withGraph(
      (_, response) => json(response, AD, 200, useCase('ads_management', minutes.shift() ?? 0)),
      async (client, graph) => {
        // Both calls are sent before either is answered.
        await Promise.all([client.getAd('9'), client.getAd('9')]);
        now += 4 * MINUTE;
        const { message, details } = await failureOf(client.getAd('9'));
        expect(details.retryAfterMs).toBe(6 * MINUTE);
        expect(message).toBe('GET /v24.0/9 was not sent: Meta has asked the account to wait, 360 s more.');
        now += 6 * MINUTE - 1;
        expect((await failureOf(client.getAd('9'))).details.retryAfterMs).toBe(1);
        expect(graph.seen).toHaveLength(2);
        now += 1;
        await client.getAd('9');
        expect(graph.seen).toHaveLength(3);
      },
      clock,
    );
  });

  it('stops a list between its pages', async () => {
    await withGraph(
      (_, response, request) => {
        const next = `http://${request.headers.host}/v24.0/12/ads?after=p2`;
        json(response, { data: [], paging: { next } }, 200, account(100, 60));
      },
      async (client, graph) => {
        expect((await failureOf(client.getActiveAds('12'))).details.notSent).toBe(true);
        expect(graph.seen).toHaveLength(1);
      },
      clock,
    );
  });

  it('is timed by the machine’s clock if no other is given', async () => {
    await withGraph(
      (_, response) => json(response, AD, 200, account(100, 60)),
      async (client) => {
        await client.getAd('9');
        const left = (await failureOf(client.getAd('9'))).details.retryAfterMs;
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThanOrEqual(60_000);
      },
    );
  });

  it('does not spoil the answer if the clock fails, and later calls fail as MetaError', async () => {
    let broken = true;
    const failing = async (): Promise<number> => {
      if (broken) throw new Error('no clock');
      return START;
    };
    await withGraph(
      (_, response) => json(response, AD, 200, account(100, 60)),
      async (client) => {
        expect((await client.getAd('9')).id).toBe('9');
        expect((await failureOf(client.getBudgetEdits('12', 0))).kind).toBe('transient');
        broken = false;
        await client.getAd('9');
        broken = true;
        const { kind, details } = await failureOf(client.writeDailyBudget('12', 100));
        expect([kind, details.outcome]).toEqual(['transient', 'not_applied']);
      },
      { now: failing },
    );
  });
});

describe('two experiments of one account', () => {
  let directory: string;
  let market: Market;
  let client: MetaClient;
  let tests: MarketTest[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meta-quota-'));
    market = await startMarket({
      directory,
      clock: { now: async () => now, scale: 1 },
      seed: 7,
      port: 0,
      accessToken: TOKEN,
    });
    client = clientOf(market.url, { accountId: market.account.id, now: () => now });
    const ad = { dailyBudget: 5_000, trueClickRate: 0.02 };
    tests = [];
    for (const name of ['first', 'second']) {
      tests.push(await market.createTest({ name, ads: ['a', 'b'].map((each) => ({ name: each, ...ad })) }));
    }
  });

  afterEach(async () => {
    await market.close();
    await rm(directory, { recursive: true, force: true });
  });

  const adSet = (test: number) => tests[test]!.adSetIds[0]!;

  it('share the wait: until it is over, no call of the second is sent, not even a write', async () => {
    await market.order({ kind: 'rate_limit', objectId: adSet(0), delayMs: 20 * MINUTE });
    const refused = await failureOf(client.writeDailyBudget(adSet(0), 6_000));
    expect(refused.details).toMatchObject({ code: 17, retryAfterMs: 20 * MINUTE });
    expect(refused.details.notSent).toBeUndefined();
    const audited = await market.audit();

    now += 5 * MINUTE;
    // This fault would hit any call that arrives.
    await market.order({ kind: 'server_error', times: null });
    for (const call of [
      client.writeDailyBudget(adSet(1), 4_000),
      client.getAdSet(adSet(1)),
      client.getActiveAds(adSet(1)),
      client.getAccount(),
      client.validateDailyBudget(adSet(1), 4_000),
    ]) {
      const { kind, details } = await failureOf(call);
      expect(kind).toBe('rate');
      expect(details).toMatchObject({ retryAfterMs: 15 * MINUTE, outcome: 'not_applied', notSent: true });
    }
    expect(await market.audit()).toEqual(audited);
    await market.withdraw();

    now += 15 * MINUTE;
    await client.writeDailyBudget(adSet(1), 4_000);
    await client.writeDailyBudget(adSet(0), 6_000);
    expect(await market.budgets([adSet(0), adSet(1)])).toEqual({ [adSet(0)]: 6_000, [adSet(1)]: 4_000 });
  });

  it("don't share the block of one ad set", async () => {
    for (const amount of [5_100, 5_200, 5_300, 5_400]) await client.writeDailyBudget(adSet(0), amount);
    const blocked = await failureOf(client.writeDailyBudget(adSet(0), 5_500));
    expect(blocked.details).toMatchObject({ subcode: 1487632, retryAfterMs: HOUR });
    expect((await client.getAdSet(adSet(0))).dailyBudget).toBe(5_400);
    await client.writeDailyBudget(adSet(1), 4_000);
  });

  it("don't hold the client of another account", async () => {
    const other = clientOf(market.url, { accountId: market.account.id, now: () => now });
    await market.order({ kind: 'rate_limit', objectId: adSet(0) });
    await failureOf(client.getAdSet(adSet(0)));
    expect((await other.getAdSet(adSet(0))).dailyBudget).toBe(5_000);
  });
});
