import { hooksOf } from '../../api/hooks/read.js';
import { createPool } from '../../clients/postgres/pool.js';
import { createStore } from '../../clients/postgres/store.js';
import { createHooks } from '../../clients/webhook/index.js';
import type { Config } from '../../config.js';
import type { HookRecord } from './webhook.js';

/**
 * What the record says of the hooks: from Postgres, or if the service keeps it in its own process, from the running
 * service's API. Real ms. Never rejects.
 */
export async function readHookRecord(config: Config, timeoutMs: number): Promise<HookRecord> {
  try {
    return {
      hooks: config.databaseUrl === null ? await askService(config, timeoutMs) : await ask(config, timeoutMs),
    };
  } catch {
    return { problem: 'how its last posts went is not known now' };
  }
}

async function ask({ databaseUrl, mode, meta, notifications }: Config, timeoutMs: number) {
  if (meta.accountId === null) throw new Error('the account is not known');
  const pool = createPool({ connectionString: databaseUrl!, max: 1, connectionTimeoutMillis: timeoutMs });
  const store = createStore(pool, { environment: mode, accountId: meta.accountId });
  try {
    return await hooksOf({ store, hooks: createHooks(notifications.hooks) });
  } finally {
    await store.close();
  }
}

async function askService({ host, port, tokens }: Config, timeoutMs: number): ReturnType<typeof hooksOf> {
  const response = await fetch(`http://${host}:${port}/api/ab/hooks`, {
    // Every role may read.
    headers: tokens[0] ? { authorization: `Bearer ${tokens[0].token}` } : {},
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return ((await response.json()) as { hooks: Awaited<ReturnType<typeof hooksOf>> }).hooks;
}
