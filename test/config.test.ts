import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisCacheFolder } from '../src/config/cache-folder.mjs';
import { ConfigError, readConfig, SETTINGS } from '../src/config.js';
import { DEFAULT_POLICY } from '../src/domain/experiment.js';
import { MESSAGE_KINDS } from '../src/domain/messages/message.js';

const LIVE = {
  MODE: 'live',
  META_ACCESS_TOKEN: 'canary-token',
  META_AD_ACCOUNT_ID: 'act_42',
  API_TOKEN: 'canary-0123456789',
};

function complaint(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('an empty environment', () => {
  it('gives a sandbox on the documented ports, open to this machine only', () => {
    expect(readConfig({})).toEqual({
      mode: 'sandbox',
      dataDirectory: path.resolve('.data/sandbox'),
      host: '127.0.0.1',
      port: 8003,
      tokens: [],
      timeScale: 1800,
      timeEpochMs: null,
      databaseUrl: null,
      temporalAddress: null,
      temporalNamespace: 'auto-promotion-sandbox',
      temporalPort: 7233,
      temporalUiPort: 8233,
      marketPort: 8004,
      marketSeed: 1,
      meta: {
        accessToken: null,
        appSecret: null,
        accountId: null,
        name: null,
        graphUrl: null,
        apiVersion: 'v24.0',
        socketTimeoutMs: 1_000,
        readTimeoutMs: 1_000,
      },
      accounts: [],
      sandboxAccounts: 1,
      writesAllowed: true,
      accountEnvelope: null,
      checkIntervalHours: 6,
      policyDefaults: { confidence: 0.95, minimumImpressions: 100, phases: DEFAULT_POLICY.phases },
      notifications: { hooks: [], publicUrl: null, reportTimezone: null },
      anthropicApiKey: null,
      insights: {
        model: 'claude-sonnet-5-5',
        price: null,
        baseUrl: 'https://api.anthropic.com',
        monthlyLimit: 10_000_000,
      },
      encoder: 'use-lite',
      brandNames: [],
      manualMinutesPerCheck: 10,
      encoderFolder: thisCacheFolder(),
      voyageApiKey: null,
      firstExperiments: true,
      maxCachedWorkflows: 500,
      maxActivitiesAtOnce: 8,
      workerMetricsAddress: null,
    });
  });

  it.each(['', ' '])('means the same as one in which every setting is "%s"', (blank) => {
    const env = Object.fromEntries(SETTINGS.map((name) => [name, blank]));
    expect(readConfig(env)).toEqual(readConfig({}));
  });
});

const BRANDS =
  'BRAND_NAMES must be 1 to 20 names separated by commas, each with 1 to 60 characters, a letter or digit among them.';

describe('every setting', () => {
  it('reaches the configuration', () => {
    const config = readConfig({
      ...LIVE,
      DATA_DIR: '/tmp/x',
      HOST: '0.0.0.0',
      PORT: '0',
      API_TOKEN: '0123456789abcdef',
      TIME_SCALE: '1',
      TIME_EPOCH: '2026-09-01T10:00:00+02:00',
      DATABASE_URL: 'postgresql://u:p@127.0.0.1/db',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TEMPORAL_NAMESPACE: 'ads',
      TEMPORAL_PORT: '1',
      TEMPORAL_UI_PORT: '2',
      MARKET_PORT: '65535',
      MARKET_SEED: '0',
      META_APP_SECRET: 'secret',
      META_GRAPH_URL: 'http://127.0.0.1:9',
      META_API_VERSION: 'v25.0',
      LIVE_WRITES: 'true',
      ACCOUNT_ENVELOPE: '99.50',
      BRAND_NAMES: 'Northwind, North & Wind',
      MANUAL_MINUTES_PER_CHECK: '15',
      AUTO_PROMOTE_CHECK_INTERVAL_HOURS: '12',
      CONFIDENCE_THRESHOLD: '0.90',
      MIN_SAMPLE_SIZE: '5000',
      WINNER_BUDGET_PCT: '0.70',
      LOSER_BUDGET_PCT: '0.30',
      PROMOTION_NOTIFICATION_WEBHOOK: 'https://127.0.0.1/hook',
      NOTIFICATION_HOOKS:
        '[{"name": "desk", "url": "https://hooks.slack.com/services/T/B/x", "messages": ["hold"]}]',
      PUBLIC_URL: 'https://tests.example.com/ads/',
      REPORT_TIMEZONE: 'Europe/Berlin',
      ANTHROPIC_API_KEY: 'sk-ant-canary',
      ANTHROPIC_BASE_URL: 'https://claude.example.com',
      INSIGHTS_MODEL: 'another-model',
      INSIGHTS_MONTHLY_LIMIT: '2.5',
      INSIGHTS_PRICES: 'another-model=0.5/2.25, claude-sonnet-5-5=1/2',
      SANDBOX_EXPERIMENTS: 'none',
      SANDBOX_ACCOUNTS: '3',
      MAX_CACHED_WORKFLOWS: '7',
      MAX_ACTIVITIES_AT_ONCE: '3',
      WORKER_METRICS_ADDRESS: '127.0.0.1:9464',
    });
    expect(config).toEqual({
      mode: 'live',
      dataDirectory: '/tmp/x',
      host: '0.0.0.0',
      port: 0,
      tokens: [{ name: 'api', role: 'admin', token: '0123456789abcdef' }],
      timeScale: 1,
      timeEpochMs: Date.UTC(2026, 8, 1, 8),
      databaseUrl: 'postgresql://u:p@127.0.0.1/db',
      temporalAddress: '127.0.0.1:7233',
      temporalNamespace: 'ads',
      temporalPort: 1,
      temporalUiPort: 2,
      marketPort: 65_535,
      marketSeed: 0,
      meta: {
        accessToken: 'canary-token',
        appSecret: 'secret',
        accountId: 'act_42',
        name: null,
        graphUrl: 'http://127.0.0.1:9',
        apiVersion: 'v25.0',
        socketTimeoutMs: 60_000,
        readTimeoutMs: 15_000,
      },
      accounts: [],
      sandboxAccounts: 3,
      writesAllowed: true,
      accountEnvelope: 99.5,
      checkIntervalHours: 12,
      policyDefaults: {
        confidence: 0.9,
        minimumImpressions: 5000,
        phases: [
          { winnerShare: 0.6, waitHours: 0 },
          { winnerShare: 0.7, waitHours: 1 },
        ],
      },
      notifications: {
        hooks: [
          {
            name: 'default',
            url: 'https://127.0.0.1/hook',
            kind: null,
            messages: MESSAGE_KINDS,
            secret: null,
          },
          {
            name: 'desk',
            url: 'https://hooks.slack.com/services/T/B/x',
            kind: 'slack',
            messages: ['hold'],
            secret: null,
          },
        ],
        publicUrl: 'https://tests.example.com/ads',
        reportTimezone: 'Europe/Berlin',
      },
      anthropicApiKey: 'sk-ant-canary',
      insights: {
        model: 'another-model',
        price: { input: 0.5, output: 2.25 },
        baseUrl: 'https://claude.example.com',
        monthlyLimit: 2_500_000,
      },
      encoder: 'use-lite',
      brandNames: ['Northwind', 'North & Wind'],
      manualMinutesPerCheck: 15,
      encoderFolder: thisCacheFolder(),
      voyageApiKey: null,
      firstExperiments: false,
      maxCachedWorkflows: 7,
      maxActivitiesAtOnce: 3,
      workerMetricsAddress: '127.0.0.1:9464',
    });
  });

  it('knows the list prices, and needs the price of any other model that is paid', () => {
    const key = 'sk-ant-canary';
    expect(readConfig({ ANTHROPIC_API_KEY: key }).insights.price).toEqual({ input: 3, output: 15 });
    expect(() => readConfig({ ANTHROPIC_API_KEY: key, INSIGHTS_MODEL: 'new' })).toThrow(
      'INSIGHTS_PRICES must give the price of the model that INSIGHTS_MODEL names: without it no limit could be kept.',
    );
    expect(readConfig({ INSIGHTS_MODEL: 'new' }).insights.price).toBeNull();
  });

  it('sends the key of Claude over https alone, unless it stays on this machine', () => {
    expect(() => readConfig({ ANTHROPIC_BASE_URL: 'http://claude.example.com' })).toThrow(
      'ANTHROPIC_BASE_URL must begin with https://, unless it is on this machine.',
    );
    expect(readConfig({ ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }).insights.baseUrl).toBe(
      'http://127.0.0.1:9',
    );
  });

  it.each([
    [
      'ANTHROPIC_API_KEY',
      'canary with spaces',
      'ANTHROPIC_API_KEY must be 8 to 500 printable ASCII characters without spaces.',
    ],
    ['INSIGHTS_MONTHLY_LIMIT', '-1', 'INSIGHTS_MONTHLY_LIMIT must be US dollars per month, 0 to 100000.'],
    ['INSIGHTS_MONTHLY_LIMIT', 'canary', 'INSIGHTS_MONTHLY_LIMIT must be US dollars per month, 0 to 100000.'],
    [
      'INSIGHTS_PRICES',
      'canary',
      'INSIGHTS_PRICES must be a list of model=input/output in US dollars per million tokens, as claude-sonnet-5-5=3/15.',
    ],
    ['INSIGHTS_MODEL', 'a canary', 'INSIGHTS_MODEL must be the name of a model, as claude-sonnet-5-5.'],
    ['MODE', 'canary', 'MODE must be sandbox or live.'],
    ['PORT', 'canary', 'PORT must be a port, 0 to 65535.'],
    ['PORT', '65536', 'PORT must be a port, 0 to 65535.'],
    ['PORT', '-1', 'PORT must be a port, 0 to 65535.'],
    ['PORT', '80.5', 'PORT must be a port, 0 to 65535.'],
    ['TEMPORAL_PORT', '70000', 'TEMPORAL_PORT must be a port, 0 to 65535.'],
    ['TEMPORAL_UI_PORT', 'x', 'TEMPORAL_UI_PORT must be a port, 0 to 65535.'],
    ['MARKET_PORT', 'x', 'MARKET_PORT must be a port, 0 to 65535.'],
    ['API_TOKEN', 'canary-short', 'API_TOKEN must have at least 16 characters.'],
    [
      'API_TOKEN',
      'canary with white space',
      'API_TOKEN must contain only printable ASCII characters without spaces: it is sent in a header.',
    ],
    [
      'API_TOKEN',
      'canary-0123456789\n',
      'API_TOKEN must contain only printable ASCII characters without spaces: it is sent in a header.',
    ],
    ['TIME_SCALE', 'fast', 'TIME_SCALE must be a number from 1 to 7200.'],
    ['TIME_SCALE', '0.5', 'TIME_SCALE must be at least 1.'],
    ['TIME_SCALE', '7201', 'TIME_SCALE must be at most 7200.'],
    ['TIME_EPOCH', 'yesterday', 'TIME_EPOCH must be an ISO 8601 instant.'],
    ['TIME_EPOCH', '2026-09-01T10:00:00', 'TIME_EPOCH must be an ISO 8601 instant.'],
    [
      'DATABASE_URL',
      'mysql://canary:pw@h/db',
      'DATABASE_URL must be a URL that begins with postgres:// or postgresql://.',
    ],
    ['TEMPORAL_ADDRESS', 'canary', 'TEMPORAL_ADDRESS must be host:port.'],
    [
      'ACCOUNT_ENVELOPE',
      'much',
      'ACCOUNT_ENVELOPE must be an amount in the currency of the account, e.g. 500 or 99.50.',
    ],
    ['ACCOUNT_ENVELOPE', '0', 'ACCOUNT_ENVELOPE must be more than 0.'],
    ['BRAND_NAMES', 'Northwind,', BRANDS],
    ['MANUAL_MINUTES_PER_CHECK', '-1', 'MANUAL_MINUTES_PER_CHECK must be minutes, 0 to 600.'],
    ['MANUAL_MINUTES_PER_CHECK', '7.5', 'MANUAL_MINUTES_PER_CHECK must be minutes, 0 to 600.'],
    ['MANUAL_MINUTES_PER_CHECK', '601', 'MANUAL_MINUTES_PER_CHECK must be minutes, 0 to 600.'],
    ['BRAND_NAMES', 'Northwind, &', BRANDS],
    ['BRAND_NAMES', 'x'.repeat(61), BRANDS],
    ['BRAND_NAMES', Array(21).fill('x').join(), BRANDS],
    ['MARKET_SEED', '1.5', 'MARKET_SEED must be a whole number, 0 to 2147483647.'],
    ['MARKET_SEED', '-1', 'MARKET_SEED must be a whole number, 0 to 2147483647.'],
    ['META_AD_ACCOUNT_ID', '1234', 'META_AD_ACCOUNT_ID must be act_ and digits, e.g. act_1234567890.'],
    ['META_GRAPH_URL', 'canary', 'META_GRAPH_URL must be a URL that begins with http:// or https://.'],
    ['META_API_VERSION', '24', 'META_API_VERSION must look like v24.0.'],
    ['LIVE_WRITES', 'yes', 'LIVE_WRITES must be true or false.'],
    [
      'AUTO_PROMOTE_CHECK_INTERVAL_HOURS',
      'often',
      'AUTO_PROMOTE_CHECK_INTERVAL_HOURS must be a number from 1 to 168.',
    ],
    ['AUTO_PROMOTE_CHECK_INTERVAL_HOURS', '0.9', 'AUTO_PROMOTE_CHECK_INTERVAL_HOURS must be at least 1.'],
    ['AUTO_PROMOTE_CHECK_INTERVAL_HOURS', '169', 'AUTO_PROMOTE_CHECK_INTERVAL_HOURS must be at most 168.'],
    ['CONFIDENCE_THRESHOLD', '0.8', 'CONFIDENCE_THRESHOLD must be 0.90, 0.95 or 0.99.'],
    ['CONFIDENCE_THRESHOLD', '95', 'CONFIDENCE_THRESHOLD must be 0.90, 0.95 or 0.99.'],
    [
      'MIN_SAMPLE_SIZE',
      '99',
      'MIN_SAMPLE_SIZE must be a whole number of impressions per variant, 100 to 100000000.',
    ],
    ['WINNER_BUDGET_PCT', '80', 'WINNER_BUDGET_PCT must be a fraction of the total budget, 0.5 to 0.95.'],
    ['LOSER_BUDGET_PCT', '0.04', 'LOSER_BUDGET_PCT must be a fraction of the total budget, 0.05 to 0.5.'],
    [
      'PROMOTION_NOTIFICATION_WEBHOOK',
      'canary',
      'PROMOTION_NOTIFICATION_WEBHOOK must be a URL that begins with https:// or http://.',
    ],
    ['NOTIFICATION_HOOKS', 'canary', 'NOTIFICATION_HOOKS must be JSON, a list of hooks.'],
    [
      'NOTIFICATION_HOOKS_FILE',
      '/nowhere/canary',
      "NOTIFICATION_HOOKS_FILE names a file that can't be read (ENOENT).",
    ],
    [
      'PUBLIC_URL',
      'canary',
      'PUBLIC_URL must be the address of the pages, as https://tests.example.com, without ? and #.',
    ],
    ['REPORT_TIMEZONE', 'canary', 'REPORT_TIMEZONE must be an IANA time zone, e.g. Europe/Berlin.'],
    ['SANDBOX_EXPERIMENTS', 'canary', 'SANDBOX_EXPERIMENTS must be first or none.'],
    [
      'WORKER_METRICS_ADDRESS',
      '9464',
      'WORKER_METRICS_ADDRESS must be an IP address and a port, e.g. 127.0.0.1:9464.',
    ],
    ['MAX_CACHED_WORKFLOWS', '0', 'MAX_CACHED_WORKFLOWS must be a whole number, 1 to 10000.'],
    ['MAX_CACHED_WORKFLOWS', 'x', 'MAX_CACHED_WORKFLOWS must be a whole number, 1 to 10000.'],
  ])('%s=%s: %s', (name, value, sentence) => {
    expect(complaint({ [name]: value })).toBe(sentence);
  });

  it('that is malformed is named with all the others, and its value is not shown', () => {
    const values = Object.fromEntries(SETTINGS.map((name) => [name, `canary ${name.length}`]));
    const text = complaint(values);
    for (const name of ['MODE', 'PORT', 'API_TOKEN', 'DATABASE_URL', 'META_AD_ACCOUNT_ID', 'LIVE_WRITES'])
      expect(text).toContain(`${name} must`);
    expect(text).not.toContain('canary');
  });
});

describe('the share of the winner', () => {
  const last = (env: Record<string, string>) => readConfig(env).policyDefaults.phases.at(-1)!.winnerShare;

  it('follows from either of the two settings, which must agree', () => {
    expect(last({ WINNER_BUDGET_PCT: '0.9' })).toBe(0.9);
    expect(last({ LOSER_BUDGET_PCT: '0.05' })).toBe(0.95);
    expect(last({ WINNER_BUDGET_PCT: '0.7', LOSER_BUDGET_PCT: '0.3' })).toBe(0.7);
    expect(complaint({ WINNER_BUDGET_PCT: '0.9', LOSER_BUDGET_PCT: '0.2' })).toBe(
      'WINNER_BUDGET_PCT and LOSER_BUDGET_PCT must add up to 1, e.g. 0.80 and 0.20.',
    );
  });
});

describe('live', () => {
  it('runs in real time, waits a minute for Meta, and writes nothing unless it is set to', () => {
    expect(readConfig(LIVE)).toMatchObject({
      mode: 'live',
      dataDirectory: path.resolve('.data/live'),
      temporalNamespace: `auto-promotion-live-${LIVE.META_AD_ACCOUNT_ID}`,
      timeScale: 1,
      writesAllowed: false,
      meta: { graphUrl: 'https://graph.facebook.com', socketTimeoutMs: 60_000, readTimeoutMs: 15_000 },
    });
    expect(readConfig({ ...LIVE, LIVE_WRITES: 'true' }).writesAllowed).toBe(true);
    expect(readConfig({ ...LIVE, LIVE_WRITES: 'false' }).writesAllowed).toBe(false);
  });

  it('needs the access token, the account and an API token', () => {
    expect(complaint({ MODE: 'live' })).toBe(
      'MODE=live needs META_ACCESS_TOKEN. MODE=live needs META_AD_ACCOUNT_ID, e.g. act_1234567890, or META_ACCOUNTS. MODE=live needs API_TOKEN, API_TOKENS or API_TOKENS_FILE.',
    );
    expect(complaint({ ...LIVE, API_TOKEN: '' })).toBe(
      'MODE=live needs API_TOKEN, API_TOKENS or API_TOKENS_FILE.',
    );
  });

  it('sends the access token only over https, except to this machine', () => {
    const at = (META_GRAPH_URL: string) => ({ ...LIVE, META_GRAPH_URL });
    for (const url of ['http://graph.facebook.com', 'http://127.0.0.1.example', 'http://10.0.0.1'])
      expect(complaint(at(url))).toBe(
        'META_GRAPH_URL must begin with https:// if MODE=live, unless it is on this machine.',
      );
    for (const url of ['https://graph.facebook.com', 'http://127.0.0.1:8004', 'http://[::1]:8004'])
      expect(readConfig(at(url)).meta.graphUrl).toBe(url);
  });

  it('can not run faster than real time', () => {
    expect(complaint({ ...LIVE, TIME_SCALE: '2' })).toBe('TIME_SCALE must be 1 if MODE=live.');
  });
});

describe('the sandbox', () => {
  it('does not call the real Meta', () => {
    expect(complaint({ META_GRAPH_URL: 'https://graph.facebook.com' })).toBe(
      'META_GRAPH_URL must be on this machine if MODE=sandbox; for a real account set MODE=live.',
    );
    for (const url of ['http://127.0.0.1:8004', 'http://localhost:8004', 'http://[::1]:8004']) {
      expect(readConfig({ META_GRAPH_URL: url }).meta.graphUrl).toBe(url);
    }
  });
});

describe('a host that others can reach', () => {
  it.each(['0.0.0.0', '192.0.2.7', '::', 'ads.example'])('%s needs a token', (host) => {
    expect(complaint({ HOST: host })).toBe(
      'HOST opens the API to other machines: set API_TOKEN, API_TOKENS or API_TOKENS_FILE.',
    );
    expect(readConfig({ HOST: host, API_TOKEN: '0123456789abcdef' }).host).toBe(host);
  });

  it.each(['127.0.0.1', 'localhost', '::1'])('%s is not one', (host) => {
    expect(readConfig({ HOST: host }).tokens).toEqual([]);
  });
});
