import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { type Run, transaction } from './query.js';
import { grantObstacle, readVectorState } from './readiness.js';
import { canUseVectors, ensureMeaningIndexes } from './vectors.js';

/** The database doesn't fit the migrations, or one of them failed. Nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** `0001_name.sql` */
const FILE_NAME = /^\d{4}_\w+\.sql$/;
/** Any number that nobody else uses: the first 8 bytes of SHA-256 of `auto_promotion`, shifted to 63 bits. */
const LOCK_KEY = '7115141691446698678';
/** Another migrator may hold the lock for as long as its migrations take. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;
/**
 * It needs pgvector. Without it, it is recorded and not run: 0029 makes its table anew, so from there on all databases have
 * the same tables.
 */
const NEEDS_VECTOR = '0006_knowledge_base.sql';
const DIRECTORY = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/**
 * Applies the migrations that the database lacks, in the order of their names and in one transaction. An advisory lock
 * lets several processes start at once. Returns the names of the migrations that it applied. A database that a newer
 * build has migrated further is left as it is.
 * @throws MigrationError when an applied file was changed, renamed or removed, when the role lacks the right to create, or
 * when a statement of a file fails
 */
export async function migrate(pool: pg.Pool, directory: string = DIRECTORY): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const work = async (ask: Run) => {
    await ask(`select pg_advisory_xact_lock(${LOCK_KEY})`);
    await assertReady(ask, directory);
    await ask('create schema if not exists auto_promotion');
    await ask(`create table if not exists auto_promotion.schema_migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`);
    const pending = migrations.slice(await countApplied(ask, migrations));
    const hasVectors = canUseVectors(await readVectorState(ask));
    for (const migration of pending) {
      const { name } = migration;
      await apply(ask, name === NEEDS_VECTOR && !hasVectors ? { ...migration, sql: 'select 1' } : migration);
    }
    await ensureMeaningIndexes(ask);
    return pending.map(({ name }) => name);
  };
  return transaction(pool, work, STATEMENT_TIMEOUT_MS);
}

/** Checks this first, so that the error says what to do. A failing statement would only give the server's own message. */
async function assertReady(ask: Run, directory: string): Promise<void> {
  const { pending } = await readMigrationState(ask, directory);
  if (pending.length === 0) return;
  const grant = await grantObstacle(ask);
  if (grant) throw new MigrationError(`The database: ${grant.figure}. To fix this: ${grant.cure}.`);
}

/**
 * Which migrations the next {@link migrate} would apply, and how many are applied. Reads only.
 * @throws MigrationError when an applied file was changed, renamed or removed
 */
export async function readMigrationState(
  ask: Run,
  directory: string = DIRECTORY,
): Promise<{ applied: number; pending: string[] }> {
  const migrations = await readMigrations(directory);
  const [found] = await ask<{ table: string | null }>(
    `select to_regclass('auto_promotion.schema_migrations')::text as table`,
  );
  const applied = found?.table == null ? 0 : await countApplied(ask, migrations);
  return { applied, pending: migrations.slice(applied).map(({ name }) => name) };
}

/** @throws MigrationError if an applied migration differs from its file */
async function countApplied(ask: Run, migrations: readonly Migration[]): Promise<number> {
  const applied = await ask<{ name: string; checksum: string }>(
    `select name, checksum from auto_promotion.schema_migrations order by name collate "C"`,
  );
  for (const [index, { name, checksum }] of applied.entries()) {
    const migration = migrations[index];
    if (migration) assertUnchanged(migration, name, checksum);
  }
  return applied.length;
}

function assertUnchanged(migration: Migration, name: string, checksum: string): void {
  if (migration.name !== name)
    throw new MigrationError(
      `the database has migration ${name}, but the files have ${migration.name} in its place: never rename or remove an applied migration, and never add one before it`,
    );
  if (migration.checksum !== checksum)
    throw new MigrationError(
      `migration ${name} was changed after it had been applied: undo the change and add a new migration`,
    );
}

async function apply(ask: Run, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await ask(sql);
  } catch (error) {
    throw new MigrationError(`migration ${name} failed: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  await ask('insert into auto_promotion.schema_migrations (name, checksum) values ($1, $2)', [
    name,
    checksum,
  ]);
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  const misnamed = files.find((file) => !FILE_NAME.test(file));
  if (misnamed !== undefined) throw new MigrationError(`${misnamed} isn't named like 0001_name.sql`);
  if (files.length === 0) throw new MigrationError(`there are no migrations in ${directory}`);
  return Promise.all(
    files.map(async (name) => {
      // A checkout may have converted the line endings.
      const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
