import type pg from 'pg';
import { MigrationError, readMigrationState } from '../clients/postgres/migrate.js';
import { createPool, InvalidConnectionString } from '../clients/postgres/pool.js';
import { type Run, transaction } from '../clients/postgres/run.js';
import { type Finding, fail, messageOf, ok, warn } from './finding.js';

const WHAT = 'Database';

/** Server, pgvector, migrations: in one transaction that may only read. `timeoutMs`: of connecting. */
export async function checkDatabase(
  config: pg.PoolConfig | { connectionString: string },
  timeoutMs: number,
): Promise<Finding[]> {
  let pool: pg.Pool;
  try {
    pool = createPool({ ...config, max: 1, connectionTimeoutMillis: timeoutMs });
  } catch (error) {
    if (!(error instanceof InvalidConnectionString)) throw error;
    return [fail(WHAT, error.message, 'correct DATABASE_URL')];
  }
  try {
    return await transaction(pool, async (ask) => {
      await ask('set transaction read only');
      return [await describeServer(ask), await describeVector(ask), await describeMigrations(ask)];
    });
  } catch (error) {
    return [fail(WHAT, messageOf(error), 'start PostgreSQL, or correct DATABASE_URL')];
  } finally {
    await pool.end();
  }
}

async function describeServer(ask: Run): Promise<Finding> {
  const [row] = await ask<{ version: string; name: string; role: string }>(
    `select current_setting('server_version') as version, current_database() as name, current_user as role`,
  );
  return ok(WHAT, `PostgreSQL ${row!.version}, database ${row!.name}, role ${row!.role}`);
}

async function describeVector(ask: Run): Promise<Finding> {
  const what = 'pgvector';
  const [row] = await ask<{ available: string; installed: string | null; closed: boolean }>(
    `select e.default_version as available, e.installed_version as installed,
       v.superuser and not v.trusted and current_setting('is_superuser') <> 'on' as closed
     from pg_available_extensions e
     join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version
     where e.name = 'vector'`,
  );
  if (!row)
    return fail(what, 'not available', 'install pgvector on the server, as the image pgvector/pgvector has');
  if (row.installed !== null) return ok(what, `${row.installed} installed`);
  if (row.closed) {
    const figure = `${row.available} available, not installed, and this role may not`;
    return fail(what, figure, 'let a superuser run: create extension vector');
  }
  return ok(what, `${row.available} available; the migrations install it`);
}

async function describeMigrations(ask: Run): Promise<Finding> {
  const what = 'Migrations';
  try {
    const { applied, pending } = await readMigrationState(ask);
    if (pending.length === 0) return ok(what, `all ${applied} applied`);
    const [row] = await ask<{ allowed: boolean }>(
      `select coalesce(has_schema_privilege(to_regnamespace('auto_promotion'), 'create'),
         has_database_privilege(current_database(), 'create')) as allowed`,
    );
    const figure = `${applied} applied, ${pending.length} to come (from ${pending[0]})`;
    return row!.allowed
      ? warn(what, figure, 'the next start applies them; nothing is to be done')
      : fail(
          what,
          figure,
          'grant the role create on the database, and on the schema auto_promotion if it is there',
        );
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return fail(what, error.message, 'run the build that this database was made with');
  }
}
