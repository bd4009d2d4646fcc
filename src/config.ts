import path from 'node:path';
import { LOOPBACK } from './api/http/loopback.js';
import type { NamedToken } from './api/http/tokens.js';
import { LIST_PRICES, type Price, readPrices } from './clients/claude/prices.js';
import { CLAUDE_URL } from './clients/claude/probe.js';
import type { AccountSettings } from './clients/meta/account-list.js';
import { type NotificationSettings, readNotifications, repeatedNames } from './clients/webhook/settings.js';
import { accountSetting, accountsOf } from './config/accounts.js';
import { thisCacheFolder } from './config/cache-folder.mjs';
import { complement, schema } from './config/fields.js';
import { namesTokens, TOKEN_SETTINGS, tokensOf } from './config/tokens.js';
import type { EncoderChoice } from './contract/learning.js';
import { DEFAULT_POLICY, type Policy } from './domain/experiment.js';
import { phasesUpTo } from './domain/rollout/phases.js';

/** A setting is missing or malformed. The message has one sentence per setting. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Config {
  mode: 'sandbox' | 'live';
  dataDirectory: string;
  host: string;
  port: number;
  /** Who may use the API; empty: it asks for no token. */
  tokens: NamedToken[];
  /** Experiment milliseconds per real millisecond; 1 in live. */
  timeScale: number;
  /** Epoch ms, real time, of the time base. Null: the sandbox keeps it on disk; at scale 1 none is needed. */
  timeEpochMs: number | null;
  /** Null: the embedded Postgres. */
  databaseUrl: string | null;
  /** Null: the embedded Temporal server. */
  temporalAddress: string | null;
  temporalNamespace: string;
  /** Ports of the embedded parts; 0: any free one. */
  temporalPort: number;
  temporalUiPort: number;
  marketPort: number;
  marketSeed: number;
  meta: {
    /** Null: the token of the market (sandbox only). */
    accessToken: string | null;
    appSecret: string | null;
    /** `act_…`; null: the market's account, or each of `accounts`. */
    accountId: string | null;
    /** What the pages call the account; null: its id. */
    name: string | null;
    /** Null: the market. */
    graphUrl: string | null;
    apiVersion: string;
    /** Real ms that a write may take. */
    socketTimeoutMs: number;
    /** Real ms that a read may take. An activity must have time for several reads. */
    readTimeoutMs: number;
  };
  /** The accounts of a deployment that serves several; empty: the one of `meta`. `configOf` gives the settings for one. */
  accounts: AccountSettings[];
  /** How many simulated accounts the sandbox has. */
  sandboxAccounts: number;
  /** In live, budgets are moved only if this is true. Otherwise the rollout is a shadow and shows what it would write. */
  writesAllowed: boolean;
  /** The most by which all experiments together may raise budgets per day, major units of the account's currency; null: no limit. */
  accountEnvelope: number | null;
  checkIntervalHours: number;
  /** Defaults of a policy, apart from the check interval. */
  policyDefaults: Pick<Policy, 'confidence' | 'minimumImpressions' | 'phases'>;
  /** Who gets messages, and when reports are made. Addresses and keys of the hooks are secrets. */
  notifications: NotificationSettings;
  /** Null: insights are extracted offline. A secret. */
  anthropicApiKey: string | null;
  insights: {
    model: string;
    /** Null without a key. */
    price: Price | null;
    baseUrl: string;
    /** Millionths of a US dollar per calendar month (UTC); 0: Claude is not asked. */
    monthlyLimit: number;
  };
  /** What reads the texts of ads to learn from them; null: nothing is forecast, and patterns alone are learned. */
  encoder: EncoderChoice | null;
  /** Names of the account's brands, by which ads are read; empty: unknown. */
  brandNames: readonly string[];
  /** What the compound report takes a look, a budget write or a report to cost by hand, minutes. */
  manualMinutesPerCheck: number;
  /** The folder that `npm run encoder` fills. */
  encoderFolder: string;
  /** Patterns are searched by Voyage AI; null: by an encoder of this process. A secret. */
  voyageApiKey: string | null;
  /** Whether a new sandbox starts with experiments to watch. */
  firstExperiments: boolean;
  /** Largest number of workflows a worker keeps in memory. */
  maxCachedWorkflows: number;
  /** How many activities a worker runs at once per queue, and how many checks the API requests at once. */
  maxActivitiesAtOnce: number;
  /** Address at which the worker shows the metrics of Temporal's SDK, `host:port`; null: it shows none. */
  workerMetricsAddress: string | null;
}

/** Of a US dollar. */
const MICROS = 1_000_000;

const META_GRAPH = 'https://graph.facebook.com';

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(schema.shape);

/** Whether the access token may be sent there. On loopback it stays on this machine; tests run their market there. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || LOOPBACK.includes(hostname);
}

/**
 * The only place that reads the settings from the environment.
 * @throws ConfigError that names every wrong setting and says what it must be. It never contains a value, which may be a secret.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
    throw new ConfigError([...new Set(problems)].join(' '));
  }
  const e = parsed.data;
  const live = e.MODE === 'live';
  const problems: string[] = [];
  const hasList = accountSetting(e) !== null;
  if (live && !hasList && !e.META_ACCESS_TOKEN) problems.push('MODE=live needs META_ACCESS_TOKEN.');
  if (live && !hasList && !e.META_AD_ACCOUNT_ID)
    problems.push('MODE=live needs META_AD_ACCOUNT_ID, e.g. act_1234567890, or META_ACCOUNTS.');
  const tokens = tokensOf(e, problems);
  const accounts = accountsOf(e, tokens, problems);
  if (live && !namesTokens(e)) problems.push(`MODE=live needs ${TOKEN_SETTINGS}.`);
  if (live && (e.TIME_SCALE ?? 1) !== 1) problems.push('TIME_SCALE must be 1 if MODE=live.');
  if (live && e.META_GRAPH_URL && !isSafe(new URL(e.META_GRAPH_URL)))
    problems.push('META_GRAPH_URL must begin with https:// if MODE=live, unless it is on this machine.');
  if (!live && e.META_GRAPH_URL && !LOOPBACK.includes(new URL(e.META_GRAPH_URL).hostname)) {
    problems.push(
      'META_GRAPH_URL must be on this machine if MODE=sandbox; for a real account set MODE=live.',
    );
  }
  if (!live && !LOOPBACK.includes(e.HOST) && !namesTokens(e)) {
    problems.push(`HOST opens the API to other machines: set ${TOKEN_SETTINGS}.`);
  }
  const notifications = readNotifications(e, problems);
  for (const { hooks } of accounts) problems.push(...repeatedNames([...notifications.hooks, ...hooks]));
  const { WINNER_BUDGET_PCT: winner, LOSER_BUDGET_PCT: loser } = e;
  if (winner !== undefined && loser !== undefined && Math.abs(winner + loser - 1) > 1e-6) {
    problems.push('WINNER_BUDGET_PCT and LOSER_BUDGET_PCT must add up to 1, e.g. 0.80 and 0.20.');
  }
  const claudeUrl = e.ANTHROPIC_BASE_URL ?? CLAUDE_URL;
  if (!isSafe(new URL(claudeUrl)))
    problems.push('ANTHROPIC_BASE_URL must begin with https://, unless it is on this machine.');
  const prices = { ...LIST_PRICES, ...(e.INSIGHTS_PRICES && readPrices(e.INSIGHTS_PRICES)) };
  const price = e.ANTHROPIC_API_KEY ? (prices[e.INSIGHTS_MODEL] ?? null) : null;
  if (e.ANTHROPIC_API_KEY && price === null)
    problems.push(
      'INSIGHTS_PRICES must give the price of the model that INSIGHTS_MODEL names: without it no limit could be kept.',
    );
  if (problems.length > 0) throw new ConfigError(problems.join(' '));
  const winnerShare = winner ?? (loser === undefined ? undefined : complement(loser));
  const config: Config = {
    mode: e.MODE,
    dataDirectory: path.resolve(e.DATA_DIR ?? path.join('.data', e.MODE)),
    host: e.HOST,
    port: e.PORT,
    tokens,
    timeScale: live ? 1 : (e.TIME_SCALE ?? 1800),
    timeEpochMs: e.TIME_EPOCH ? Date.parse(e.TIME_EPOCH) : null,
    databaseUrl: e.DATABASE_URL ?? null,
    temporalAddress: e.TEMPORAL_ADDRESS ?? null,
    temporalNamespace:
      e.TEMPORAL_NAMESPACE ??
      (!live
        ? 'auto-promotion-sandbox'
        : hasList
          ? 'auto-promotion-live'
          : `auto-promotion-live-${e.META_AD_ACCOUNT_ID}`),
    temporalPort: e.TEMPORAL_PORT,
    temporalUiPort: e.TEMPORAL_UI_PORT,
    marketPort: e.MARKET_PORT,
    marketSeed: e.MARKET_SEED,
    meta: {
      accessToken: e.META_ACCESS_TOKEN ?? null,
      appSecret: e.META_APP_SECRET ?? null,
      accountId: e.META_AD_ACCOUNT_ID ?? null,
      name: null,
      graphUrl: e.META_GRAPH_URL ?? (live ? META_GRAPH : null),
      apiVersion: e.META_API_VERSION,
      socketTimeoutMs: live ? 60_000 : 1_000,
      readTimeoutMs: live ? 15_000 : 1_000,
    },
    accounts,
    sandboxAccounts: e.SANDBOX_ACCOUNTS,
    writesAllowed: !live || e.LIVE_WRITES === 'true',
    accountEnvelope: e.ACCOUNT_ENVELOPE ?? null,
    checkIntervalHours: e.AUTO_PROMOTE_CHECK_INTERVAL_HOURS,
    policyDefaults: {
      confidence: e.CONFIDENCE_THRESHOLD,
      minimumImpressions: e.MIN_SAMPLE_SIZE,
      phases: winnerShare === undefined ? DEFAULT_POLICY.phases : phasesUpTo(winnerShare),
    },
    notifications,
    anthropicApiKey: e.ANTHROPIC_API_KEY ?? null,
    insights: {
      model: e.INSIGHTS_MODEL,
      price,
      baseUrl: claudeUrl,
      monthlyLimit: Math.round(e.INSIGHTS_MONTHLY_LIMIT * MICROS),
    },
    encoder: e.ENCODER === 'none' ? null : e.ENCODER,
    brandNames: e.BRAND_NAMES ?? [],
    manualMinutesPerCheck: e.MANUAL_MINUTES_PER_CHECK,
    encoderFolder: path.resolve(e.ENCODER_FOLDER ?? thisCacheFolder()),
    voyageApiKey: e.VOYAGE_API_KEY ?? null,
    firstExperiments: e.SANDBOX_EXPERIMENTS === 'first',
    maxCachedWorkflows: e.MAX_CACHED_WORKFLOWS,
    maxActivitiesAtOnce: e.MAX_ACTIVITIES_AT_ONCE,
    workerMetricsAddress: e.WORKER_METRICS_ADDRESS ?? null,
  };
  const [only, ...others] = accounts;
  return only && others.length === 0 ? configOf(config, only) : config;
}

/** The settings for one account of a deployment that serves several. */
export function configOf(config: Config, account: AccountSettings): Config {
  return {
    ...config,
    accounts: [],
    meta: {
      ...config.meta,
      accessToken: account.accessToken,
      appSecret: account.appSecret,
      accountId: account.accountId,
      name: account.name,
    },
    writesAllowed: account.writesAllowed ?? config.writesAllowed,
    accountEnvelope: account.accountEnvelope,
    brandNames: account.brandNames,
    notifications: {
      ...config.notifications,
      hooks: [...config.notifications.hooks, ...account.hooks],
    },
  };
}
