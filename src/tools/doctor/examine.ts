import { createScrub } from '../../clients/meta/scrub.js';
import { type Config, configOf } from '../../config.js';
import { temporalAt } from '../../service/addresses.js';
import { checkClaude } from './claude.js';
import { checkDatabase } from './database.js';
import { type Finding, fail, ok, within } from './finding.js';
import { readHookRecord } from './hook-record.js';
import { checkMeta } from './meta.js';
import { checkTemporal } from './temporal.js';
import { checkHooks } from './webhook.js';

/** Real ms that each check may take. */
const TIMEOUT_MS = 15_000;

/**
 * Checks everything that the service needs, all at once and without a write. Findings come in a fixed order and contain
 * no secret of the configuration. Never rejects.
 */
export async function examine(
  config: Config,
  options: { timeoutMs?: number; claudeUrl?: string } = {},
): Promise<Finding[]> {
  const { timeoutMs = TIMEOUT_MS, claudeUrl } = options;
  // Each call has a shorter limit than its check, so that the finding says which call had no answer.
  const callMs = Math.max(1, Math.floor(timeoutMs * 0.8));
  const accounts =
    config.accounts.length === 0 ? [config] : config.accounts.map((one) => configOf(config, one));
  const forEach = (check: string, of: (own: Config) => Promise<Finding[]>) =>
    accounts.map((own) => {
      const { name } = own.meta;
      return within(timeoutMs, name === null ? check : `${check} of ${name}`, async () =>
        (await of(own)).map((found) =>
          name === null ? found : { ...found, what: `${found.what} of ${name}` },
        ),
      );
    });
  const sections = await Promise.all([
    within(timeoutMs, 'Mode', async () => [describeMode(config)]),
    ...forEach('Meta', (own) => examineMeta(own, callMs)),
    within(timeoutMs, 'Database', () => examineDatabase(config, callMs)),
    within(timeoutMs, 'Temporal', () => examineTemporal(config, callMs)),
    within(timeoutMs, 'Claude', () =>
      checkClaude(config.anthropicApiKey, callMs, claudeUrl ?? config.insights.baseUrl),
    ),
    ...forEach('Hook', (own) => examineHooks(own, callMs)),
  ]);
  const scrub = createScrub(accounts.flatMap(secretsOf));
  return sections.flat().map((finding) => ({
    ...finding,
    figure: scrub(finding.figure),
    cure: finding.cure === null ? null : scrub(finding.cure),
  }));
}

function describeMode({ mode, writesAllowed, timeScale }: Config): Finding {
  if (mode === 'sandbox') return ok('Mode', `sandbox: a simulated account, an hour is ${3600 / timeScale} s`);
  return ok('Mode', writesAllowed ? 'live: budgets are moved' : 'live: budgets are only shown (LIVE_WRITES)');
}

const embedded = (part: string, port: string) =>
  `embedded: npm start starts ${part}${port === '0' ? '' : ` on port ${port}`}`;

async function examineMeta(config: Config, timeoutMs: number): Promise<Finding[]> {
  const { meta, writesAllowed, marketPort } = config;
  if (meta.graphUrl === null) return [ok('Meta', embedded('a simulated account', String(marketPort)))];
  const missing = [
    ...(meta.accessToken ? [] : ['META_ACCESS_TOKEN']),
    ...(meta.accountId ? [] : ['META_AD_ACCOUNT_ID']),
  ];
  if (missing.length > 0)
    return [fail('Meta', `${missing.join(', ')} not set`, 'set what META_GRAPH_URL asks for')];
  return checkMeta(
    {
      accessToken: meta.accessToken!,
      appSecret: meta.appSecret ?? undefined,
      accountId: meta.accountId!,
      graphUrl: meta.graphUrl,
      apiVersion: meta.apiVersion,
      socketTimeoutMs: Math.ceil(timeoutMs / 2),
    },
    { writesAllowed, now: Date.now() },
  );
}

async function examineDatabase({ mode, databaseUrl }: Config, timeoutMs: number): Promise<Finding[]> {
  if (databaseUrl !== null) return checkDatabase({ connectionString: databaseUrl }, timeoutMs);
  if (mode === 'sandbox') return [ok('Database', 'embedded: npm start opens it in its process')];
  return [
    fail('Database', 'DATABASE_URL is not set', 'set it, as postgres://user:password@host:5432/database'),
  ];
}

async function examineTemporal(config: Config, timeoutMs: number): Promise<Finding[]> {
  if (config.mode === 'sandbox' && config.temporalAddress === null)
    return [ok('Temporal', embedded('it', String(config.temporalPort)))];
  const temporal = temporalAt(config);
  if (temporal.address === '')
    return [fail('Temporal', 'TEMPORAL_ADDRESS is not set', 'set it, as host:7233')];
  return checkTemporal(temporal, timeoutMs);
}

async function examineHooks(config: Config, timeoutMs: number): Promise<Finding[]> {
  const { hooks } = config.notifications;
  return checkHooks(hooks, hooks.length === 0 ? { hooks: [] } : await readHookRecord(config, timeoutMs));
}

function secretsOf({ meta, tokens, databaseUrl, notifications, anthropicApiKey }: Config): string[] {
  const database = databaseUrl === null ? null : new URL(databaseUrl);
  const password = database === null ? null : database.password;
  const hooks = notifications.hooks.flatMap(({ url, secret }) => [
    url,
    new URL(url).pathname.slice(1),
    secret,
  ]);
  return [
    ...[
      meta.accessToken,
      meta.appSecret,
      ...tokens.map(({ token }) => token),
      anthropicApiKey,
      ...hooks,
      databaseUrl,
    ],
    ...[password, password === null ? null : decodeURIComponent(password)],
    database?.searchParams.get('password') ?? null,
  ].filter((secret): secret is string => typeof secret === 'string' && secret !== '');
}
