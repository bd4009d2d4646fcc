import type { PoolConfig } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { administer, realPostgresAvailable, startPostgresServer } from './postgres-server.js';

/** The database that tests copy. */
export const MIGRATED = 'migrated';
/** Environment variable with the server's configuration as JSON, for a run of tests within a test. */
export const OUTER_POSTGRES = 'TEST_POSTGRES';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection as superuser; null if this machine can't start a server. */
    postgres: PoolConfig | null;
  }
}

/** Starts one real PostgreSQL for all test files of a run, with a migrated database to copy. */
export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const outer = process.env[OUTER_POSTGRES];
  if (outer !== undefined || !realPostgresAvailable()) {
    provide('postgres', outer === undefined ? null : (JSON.parse(outer) as PoolConfig));
    return undefined;
  }
  const server = await startPostgresServer();
  await administer(server.config, `create database ${MIGRATED}`);
  const pool = createPool({ ...server.config, database: MIGRATED });
  await migrate(pool);
  await pool.end();
  provide('postgres', server.config);
  return () => server.stop();
}
