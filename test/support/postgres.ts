import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { PoolConfig } from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { startPostgres } from '../../src/sandbox/postgres.js';
import { thisMachine } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../../src/sandbox/programs/locations.mjs';
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
  return startPostgres({ directory: undefined, image: await emptyImage() });
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

// Read by its path, since the package does not export it.
const MANIFEST = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);

/** An image of an empty database. A start from it takes a third of the time of making a new one. */
async function emptyImage(): Promise<Blob> {
  const { version } = JSON.parse(await readFile(MANIFEST, 'utf8')) as { version: string };
  const file = path.join(cacheFolder(thisMachine()), `pglite-${version}.tar`);
  if (!existsSync(file)) {
    const database = await PGlite.create({ extensions: { vector } });
    const image = await database.dumpDataDir('none');
    await database.close();
    await mkdir(path.dirname(file), { recursive: true });
    // Test files run in parallel: none may read an incomplete image.
    const half = `${file}.${process.pid}`;
    await writeFile(half, Buffer.from(await image.arrayBuffer()));
    await rename(half, file);
  }
  return new Blob([new Uint8Array(await readFile(file))]);
}
