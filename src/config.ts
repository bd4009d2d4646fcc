import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { LOOPBACK } from './api/http/loopback.js';
import { API_TOKEN_NAME, type NamedToken, parseTokens, problemsAmong, tokenForm } from './api/http/tokens.js';
import {
  NOTIFICATION_FIELDS,
  type NotificationSettings,
  readNotifications,
} from './clients/webhook/settings.js';
import { CONFIDENCE_THRESHOLDS } from './domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy, SAMPLE_SIZES } from './domain/experiment.js';
import { phasesUpTo, WINNER_SHARES } from './domain/rollout/phases.js';

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
    /** `act_…`; null: the market's account. */
    accountId: string | null;
    /** Null: the market. */
    graphUrl: string | null;
    apiVersion: string;
    /** Real ms that a write may take. */
    socketTimeoutMs: number;
    /** Real ms that a read may take. An activity must have time for several reads. */
    readTimeoutMs: number;
  };
  /** In live, budgets are moved only if this is true. Otherwise the rollout is a shadow and shows what it would write. */
  writesAllowed: boolean;
  /** The most by which all experiments together may raise budgets per day, major units of the account's currency; null: no limit. */
  accountEnvelope: number | null;
  checkIntervalHours: number;
  /** Defaults of a policy, apart from the check interval. */
  policyDefaults: Pick<Policy, 'confidence' | 'minimumImpressions' | 'phases'>;
  /** Who gets messages, and when reports are made. Addresses and keys of the hooks are secrets. */
  notifications: NotificationSettings;
  /** Not used yet: Claude is not called. */
  anthropicApiKey: string | null;
  /** Whether a new sandbox starts with experiments to watch. */
  firstExperiments: boolean;
  /** Largest number of workflows a worker keeps in memory. */
  maxCachedWorkflows: number;
  /** How many activities a worker runs at once per queue, and how many checks the API requests at once. */
  maxActivitiesAtOnce: number;
  /** Address at which the worker shows the metrics of Temporal's SDK, `host:port`; null: it shows none. */
  workerMetricsAddress: string | null;
}

const META_GRAPH = 'https://graph.facebook.com';
const blankIsUnset = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;
const text = z.preprocess(blankIsUnset, z.string().optional());
const whole = (what: string, least: number, most: number, fallback: number) => {
  const error = `must be ${what}, ${least} to ${most}`;
  const number = z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
  return z.preprocess(blankIsUnset, number.default(fallback));
};
/** 1 - value, rounded: 1 - 0.95 is 0.050000000000000044. */
const complement = (value: number) => Number((1 - value).toFixed(6));
const share = (least: number, most: number) => {
  const error = `must be a fraction of the total budget, ${least} to ${most}`;
  const number = z.coerce.number({ error }).min(least, { error }).max(most, { error });
  return z.preprocess(blankIsUnset, number.optional());
};
const port = (fallback: number) => whole('a port', 0, 65_535, fallback);
const url = (protocols: string[]) =>
  z.preprocess(
    blankIsUnset,
    z
      .string()
      .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
        error: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      })
      .optional(),
  );

const schema = z.object({
  MODE: z.preprocess(
    blankIsUnset,
    z.enum(['sandbox', 'live'], { error: 'must be sandbox or live' }).default('sandbox'),
  ),
  DATA_DIR: text,
  HOST: z.preprocess(blankIsUnset, z.string().default('127.0.0.1')),
  PORT: port(8003),
  API_TOKEN: z.preprocess(blankIsUnset, tokenForm.optional()),
  API_TOKENS: text,
  API_TOKENS_FILE: text,
  TIME_SCALE: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be a number from 1 to 7200' })
      .min(1, { error: 'must be at least 1' })
      .max(7200, { error: 'must be at most 7200' })
      .optional(),
  ),
  TIME_EPOCH: z.preprocess(
    blankIsUnset,
    z.iso.datetime({ offset: true, error: 'must be an ISO 8601 instant' }).optional(),
  ),
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  TEMPORAL_ADDRESS: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^[^:\s]+:\d+$/, { error: 'must be host:port' })
      .optional(),
  ),
  TEMPORAL_NAMESPACE: text,
  TEMPORAL_PORT: port(7233),
  TEMPORAL_UI_PORT: port(8233),
  MARKET_PORT: port(8004),
  MARKET_SEED: whole('a whole number', 0, 2_147_483_647, 1),
  META_ACCESS_TOKEN: text,
  META_APP_SECRET: text,
  META_AD_ACCOUNT_ID: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^act_\d+$/, { error: 'must be act_ and digits, e.g. act_1234567890' })
      .optional(),
  ),
  META_GRAPH_URL: url(['http:', 'https:']),
  META_API_VERSION: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^v\d+\.\d+$/, { error: 'must look like v24.0' })
      .default('v24.0'),
  ),
  LIVE_WRITES: z.preprocess(
    blankIsUnset,
    z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  ),
  ACCOUNT_ENVELOPE: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be an amount in the currency of the account, e.g. 500 or 99.50' })
      .positive({ error: 'must be more than 0' })
      .max(1e9, { error: 'must be at most 1000000000' })
      .optional(),
  ),
  AUTO_PROMOTE_CHECK_INTERVAL_HOURS: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be a number from 1 to 168' })
      .min(1, { error: 'must be at least 1' })
      .max(168, { error: 'must be at most 168' })
      .default(6),
  ),
  CONFIDENCE_THRESHOLD: z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: 'must be 0.90, 0.95 or 0.99' })
      .refine((value) => CONFIDENCE_THRESHOLDS.some((threshold) => threshold === value), {
        error: 'must be 0.90, 0.95 or 0.99',
      })
      .default(DEFAULT_POLICY.confidence),
  ),
  MIN_SAMPLE_SIZE: whole(
    'a whole number of impressions per variant',
    SAMPLE_SIZES.least,
    SAMPLE_SIZES.most,
    DEFAULT_POLICY.minimumImpressions,
  ),
  WINNER_BUDGET_PCT: share(WINNER_SHARES.least, WINNER_SHARES.most),
  LOSER_BUDGET_PCT: share(complement(WINNER_SHARES.most), complement(WINNER_SHARES.least)),
  PROMOTION_NOTIFICATION_WEBHOOK: url(['https:', 'http:']),
  ...NOTIFICATION_FIELDS,
  ANTHROPIC_API_KEY: text,
  SANDBOX_EXPERIMENTS: z.preprocess(
    blankIsUnset,
    z.enum(['first', 'none'], { error: 'must be first or none' }).default('first'),
  ),
  MAX_CACHED_WORKFLOWS: whole('a whole number', 1, 10_000, 500),
  MAX_ACTIVITIES_AT_ONCE: whole('a whole number', 1, 100, 8),
  WORKER_METRICS_ADDRESS: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}$/i, {
        error: 'must be an IP address and a port, e.g. 127.0.0.1:9464',
      })
      .optional(),
  ),
});

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(schema.shape);

/** Whether the access token may be sent there. On loopback it stays on this machine; tests run their market there. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || LOOPBACK.includes(hostname);
}

const TOKEN_SETTINGS = 'API_TOKEN, API_TOKENS or API_TOKENS_FILE';

/** All tokens that the settings name. Adds a sentence to `problems` for each that is wrong. */
function tokensOf(
  settings: Pick<z.output<typeof schema>, 'API_TOKEN' | 'API_TOKENS' | 'API_TOKENS_FILE'>,
  problems: string[],
): NamedToken[] {
  const { API_TOKEN: one, API_TOKENS: list, API_TOKENS_FILE: file } = settings;
  const lists: [string, string][] = [];
  if (list !== undefined) lists.push(['API_TOKENS', list]);
  if (file !== undefined) {
    try {
      lists.push(['API_TOKENS_FILE', readFileSync(file, 'utf8')]);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      problems.push(`API_TOKENS_FILE names a file that can't be read (${code}).`);
    }
  }
  const read = lists.map(([setting, json]) => parseTokens(setting, json));
  const tokens: NamedToken[] = [
    ...(one === undefined ? [] : [{ name: API_TOKEN_NAME, role: 'admin' as const, token: one }]),
    ...read.flatMap((each) => each.tokens),
  ];
  const wrong = read.flatMap((each) => each.problems);
  problems.push(...wrong, ...(wrong.length > 0 ? [] : problemsAmong(tokens)));
  return tokens;
}

/** Whether any of the settings for tokens has a value. A value that is wrong gets its own sentence. */
function namesTokens(
  e: Pick<z.output<typeof schema>, 'API_TOKEN' | 'API_TOKENS' | 'API_TOKENS_FILE'>,
): boolean {
  return [e.API_TOKEN, e.API_TOKENS, e.API_TOKENS_FILE].some((value) => value !== undefined);
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
  if (live && !e.META_ACCESS_TOKEN) problems.push('MODE=live needs META_ACCESS_TOKEN.');
  if (live && !e.META_AD_ACCOUNT_ID)
    problems.push('MODE=live needs META_AD_ACCOUNT_ID, e.g. act_1234567890.');
  const tokens = tokensOf(e, problems);
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
  const { WINNER_BUDGET_PCT: winner, LOSER_BUDGET_PCT: loser } = e;
  if (winner !== undefined && loser !== undefined && Math.abs(winner + loser - 1) > 1e-6) {
    problems.push('WINNER_BUDGET_PCT and LOSER_BUDGET_PCT must add up to 1, e.g. 0.80 and 0.20.');
  }
  if (problems.length > 0) throw new ConfigError(problems.join(' '));
  const winnerShare = winner ?? (loser === undefined ? undefined : complement(loser));
  return {
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
      (live ? `auto-promotion-live-${e.META_AD_ACCOUNT_ID}` : 'auto-promotion-sandbox'),
    temporalPort: e.TEMPORAL_PORT,
    temporalUiPort: e.TEMPORAL_UI_PORT,
    marketPort: e.MARKET_PORT,
    marketSeed: e.MARKET_SEED,
    meta: {
      accessToken: e.META_ACCESS_TOKEN ?? null,
      appSecret: e.META_APP_SECRET ?? null,
      accountId: e.META_AD_ACCOUNT_ID ?? null,
      graphUrl: e.META_GRAPH_URL ?? (live ? META_GRAPH : null),
      apiVersion: e.META_API_VERSION,
      socketTimeoutMs: live ? 60_000 : 1_000,
      readTimeoutMs: live ? 15_000 : 1_000,
    },
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
    firstExperiments: e.SANDBOX_EXPERIMENTS === 'first',
    maxCachedWorkflows: e.MAX_CACHED_WORKFLOWS,
    maxActivitiesAtOnce: e.MAX_ACTIVITIES_AT_ONCE,
    workerMetricsAddress: e.WORKER_METRICS_ADDRESS ?? null,
  };
}
