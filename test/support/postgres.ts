import type { PoolConfig } from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { startPostgres } from '../../src/sandbox/postgres.js';
import { MIGRATED } from './one-postgres.js';
import { administer, realPostgresAvailable } from './postgres-server.js';

export type DatabaseKind = 'pglite' | 'postgres';

export interface TestDatabase {
  /** For one pool. End the pool before `stop`. */
  config: PoolConfig;
  stop(): Promise<void>;
}

/** The kinds that can be started here, for `describe.each`. */
export function databaseKinds(): DatabaseKind[] {
  return realPostgresAvailable() ? ['pglite', 'postgres'] : ['pglite'];
}

/** A new, empty database. */
export async function freshDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind === 'postgres') return copyOf('template1');
  return startPostgres({ directory: undefined });
}

/** A new, migrated database of the kind that is faster here: on the real server if there is one. */
export async function migratedDatabase(): Promise<TestDatabase> {
  if (inject('postgres') !== null) return copyOf(MIGRATED);
  const database = await freshDatabase('pglite');
  const pool = createPool(database.config);
  await migrate(pool);
  await pool.end();
  return database;
}

let databases = 0;

async function copyOf(template: string): Promise<TestDatabase> {
  const server = inject('postgres');
  if (server === null) throw new Error('No real PostgreSQL runs here.');
  const name = `test_${process.pid}_${++databases}`;
  await administer(server, `create database ${name} template ${template}`);
  return {
    config: { ...server, database: name },
    stop: () => administer(server, `drop database ${name} with (force)`),
  };
}
