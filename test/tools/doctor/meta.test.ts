import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Market, type MarketOptions, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { checkMeta } from '../../../src/tools/doctor/meta.js';
import { type Answer, json, SECRET, TOKEN, tinyGraph } from '../../clients/meta/support.js';

const NOW = Date.UTC(2026, 10, 23);
const DAY = 86_400_000;

let close: () => Promise<void> = async () => {};
afterEach(() => close());

async function marketOf(options: Partial<MarketOptions> = {}): Promise<Market> {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  const market = await startMarket({
    directory,
    clock: { now: async () => NOW, scale: 1 },
    seed: 1,
    port: 0,
    accessToken: TOKEN,
    account: { currency: 'EUR', timezone: 'Europe/Berlin', minDailyBudget: 150 },
    ...options,
  });
  close = async () => {
    await market.close();
    await rm(directory, { recursive: true, force: true });
  };
  return market;
}

async function check(url: string, accountId: string, more: { token?: string; writesAllowed?: boolean } = {}) {
  const findings = await checkMeta(
    {
      accessToken: more.token ?? TOKEN,
      appSecret: SECRET,
      accountId,
      graphUrl: url,
      apiVersion: 'v24.0',
      socketTimeoutMs: 2_000,
    },
    { writesAllowed: more.writesAllowed ?? true, now: NOW },
  );
  return Object.fromEntries(findings.map(({ what, level, figure, cure }) => [what, [level, figure, cure]]));
}

describe('Meta without a fault', () => {
  it('has findings for token, account, minimum budgets and tier, and is only read', async () => {
    const market = await marketOf();
    expect(await check(market.url, market.account.id)).toEqual({
      'Meta token': ['ok', 'ads_management, ads_read; does not expire', null],
      'Ad account': ['ok', `${market.account.id} Sandbox: active, EUR, Europe/Berlin`, null],
      'Minimum budgets': [
        'ok',
        'at least EUR 1.50 per day and ad set; by goal: impressions EUR 1.50, clicks EUR 1.50, rarer actions EUR 1.50, video views EUR 1.50',
        null,
      ],
      'Access tier': ['ok', 'standard_access', null],
    });
    expect(await market.audit()).toEqual([]);
  });
});

describe('Meta with a fault:', () => {
  it('an expired token fails, with what to do', async () => {
    const market = await marketOf();
    await market.order({ kind: 'expired_token' });
    const { 'Meta token': token, 'Ad account': account } = await check(market.url, market.account.id);
    expect(token).toEqual([
      'fail',
      expect.stringContaining('Session has expired'),
      'make a new token and set META_ACCESS_TOKEN',
    ]);
    expect(account?.[0]).toBe('fail');
  });

  it('another token fails', async () => {
    const market = await marketOf();
    const found = await check(market.url, market.account.id, { token: 'EAAanother-token-1234' });
    expect(found['Meta token']?.[0]).toBe('fail');
    expect(JSON.stringify(found)).not.toContain('EAAanother');
  });

  it('a missing scope fails if budgets are to be moved, and warns otherwise', async () => {
    const market = await marketOf({ scopes: ['ads_read', 'pages_show_list'] });
    const scope = async (writesAllowed: boolean) =>
      (await check(market.url, market.account.id, { writesAllowed }))['Meta token'];
    expect(await scope(true)).toEqual([
      'fail',
      'ads_read; does not expire',
      'grant it ads_management: without it no budget can be written',
    ]);
    expect((await scope(false))?.[0]).toBe('warn');
  });

  it.each([
    [['ads_management'], 'warn', 'ads_management; does not expire'],
    [['pages_show_list'], 'fail', 'no scope for ads; does not expire'],
  ])('the scopes %j: %s', async (scopes, level, figure) => {
    const market = await marketOf({ scopes });
    const token = (await check(market.url, market.account.id))['Meta token'];
    expect(token?.slice(0, 2)).toEqual([level, figure]);
  });

  it('an account that is not the token’s, is disabled, or is at its cap', async () => {
    const market = await marketOf();
    const { 'Ad account': unknown } = await check(market.url, 'act_42');
    expect(unknown).toEqual([
      'fail',
      expect.stringContaining('subcode 33'),
      expect.stringMatching(/AD_ACCOUNT_ID/),
    ]);
    await market.edit(market.account.id, { account_status: 2, disable_reason: 3, spend_cap: 5_000 });
    const disabled = await check(market.url, market.account.id);
    expect(disabled['Ad account']?.slice(0, 2)).toEqual([
      'fail',
      `${market.account.id} Sandbox: disabled (status 2, reason 3), EUR, Europe/Berlin`,
    ]);
    expect(disabled['Spend cap']).toEqual(['ok', 'EUR 0.00 of EUR 50.00 spent', null]);
  });

  it('no answer', async () => {
    const market = await marketOf();
    await market.order({ kind: 'lost_request', times: null });
    const found = await check(market.url, market.account.id);
    expect(Object.values(found).map(([level]) => level)).toEqual(['fail', 'fail']);
    expect(found['Meta token']?.[2]).toContain('META_GRAPH_URL');
  });
});

/** A Graph with these answers by path; null is a refusal. */
async function graphOf(answers: Record<string, object | null>, headers: Record<string, string> = {}) {
  const answer: Answer = (seen, response) => {
    const body = answers[seen.path.replace('/v24.0/', '')];
    if (body) return json(response, body, 200, headers);
    json(response, { error: { code: 200, message: `(#200) no` } }, 403);
  };
  const graph = await tinyGraph(answer);
  close = graph.close;
  return graph;
}

const ACCOUNT = {
  ...{ id: 'act_1', name: 'Shop', currency: 'JPY', timezone_name: 'UTC', account_status: 1 },
  ...{ min_daily_budget: 100, spend_cap: '5000', amount_spent: '5000' },
};
const PERMISSIONS = {
  data: [
    { permission: 'ads_management', status: 'granted' },
    { permission: 'ads_read', status: 'granted' },
    { permission: 'email', status: 'declined' },
  ],
};

describe('Meta with other answers:', () => {
  it('a token that may not read itself, a development tier, a spend cap that is reached', async () => {
    const usage = JSON.stringify({
      '1': [{ type: 'ads_management', ads_api_access_tier: 'development_access' }],
    });
    const graph = await graphOf(
      { act_1: ACCOUNT, 'me/permissions': PERMISSIONS },
      { 'x-business-use-case-usage': usage },
    );
    const found = await check(graph.url, 'act_1');
    expect(found['Meta token']).toEqual([
      'ok',
      'ads_management, ads_read; Meta does not say when it expires',
      null,
    ]);
    expect(found['Minimum budgets']).toEqual(['ok', 'at least JPY 100 per day and ad set', null]);
    expect(found['Spend cap']?.slice(0, 2)).toEqual(['warn', 'JPY 5000 of JPY 5000 spent']);
    expect(found['Access tier']?.slice(0, 2)).toEqual([
      'warn',
      'development_access: 60 points in 300 s (1 per read, 3 per write), then blocked for 300 s',
    ]);
    expect(graph.seen.every(({ method }) => method === 'GET')).toBe(true);
    expect(graph.seen.every(({ query }) => query.has('appsecret_proof'))).toBe(true);
  });

  it('scopes that only the token’s description has, and an expiry that is near', async () => {
    const data = {
      is_valid: true,
      expires_at: NOW / 1000 + 3 * 86_400,
      scopes: ['ads_management', 'ads_read'],
    };
    const graph = await graphOf({ act_1: ACCOUNT, debug_token: { data } });
    expect((await check(graph.url, 'act_1'))['Meta token']).toEqual([
      'warn',
      `ads_management, ads_read; expires on ${new Date(NOW + 3 * DAY).toISOString().slice(0, 10)}`,
      "use a system user's token, which does not expire",
    ]);
  });

  it('a token without a description, and one that is not valid', async () => {
    const silent = await graphOf({ act_1: ACCOUNT });
    expect((await check(silent.url, 'act_1'))['Meta token']?.[0]).toBe('warn');
    await close();
    const ended = await graphOf({ act_1: ACCOUNT, debug_token: { data: { is_valid: false } } });
    expect((await check(ended.url, 'act_1'))['Meta token']?.[0]).toBe('fail');
  });

  it('a secret of another app', async () => {
    const message = 'Invalid appsecret_proof provided in the API argument';
    const graph = await tinyGraph((_, response) => json(response, { error: { code: 100, message } }, 400));
    close = graph.close;
    const found = await check(graph.url, 'act_1');
    expect(found['Meta token']?.[2]).toMatch(/META_APP_SECRET/);
    expect(found['Ad account']?.[2]).toMatch(/META_APP_SECRET/);
  });
});
