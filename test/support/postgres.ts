import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import pg, { type PoolConfig } from 'pg';
import { afterAll } from 'vitest';
import { thisMachine } from '../../scripts/find-temporal-cli.mjs';
import { cacheFolder, realPostgresInCache } from '../../scripts/locations.mjs';
import { startPostgres } from '../../src/embedded/postgres.js';
import { type PostgresServer, startPostgresServer } from './postgres-server.js';

export type DatabaseKind = 'pglite' | 'postgres';

export interface TestDatabase {
  /** For one pool; end it before `stop`. */
  config: PoolConfig;
  stop(): Promise<void>;
}

/** The kinds that can be started here, for `describe.each`. */
export function databaseKinds(): DatabaseKind[] {
  return realPostgresAvailable() ? ['pglite', 'postgres'] : ['pglite'];
}

/** Whether set-up found a real PostgreSQL with pgvector for this machine. */
export function realPostgresAvailable(): boolean {
  return existsSync(realPostgresInCache(thisMachine()).server);
}

/** An empty database of its own. The real server starts once for each test file and ends with it. */
export async function freshDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind === 'pglite') return startPostgres({ directory: undefined, image: await emptyImage() });
  server ??= startPostgresServer();
  const { config } = await server;
  const name = `test_${process.pid}_${++databases}`;
  await administer(config, `create database ${name}`);
  return {
    config: { ...config, database: name },
    stop: () => administer(config, `drop database ${name} with (force)`),
  };
}

// By its file: the package does not export it.
const MANIFEST = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);

let server: Promise<PostgresServer> | undefined;
let databases = 0;

afterAll(async () => {
  await (await server)?.stop();
});

async function administer(config: PoolConfig, statement: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An image of an empty database: to begin from it takes a third of the time of making one. */
async function emptyImage(): Promise<Blob> {
  const { version } = JSON.parse(await readFile(MANIFEST, 'utf8')) as { version: string };
  const file = path.join(cacheFolder(thisMachine()), `pglite-${version}.tar`);
  if (!existsSync(file)) {
    const database = await PGlite.create({ extensions: { vector } });
    const image = await database.dumpDataDir('none');
    await database.close();
    await mkdir(path.dirname(file), { recursive: true });
    // Test files run beside one another: none may read half an image.
    const half = `${file}.${process.pid}`;
    await writeFile(half, Buffer.from(await image.arrayBuffer()));
    await rename(half, file);
  }
  return new Blob([new Uint8Array(await readFile(file))]);
}
