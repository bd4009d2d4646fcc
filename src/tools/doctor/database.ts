import { MigrationError, readMigrationState } from '../../clients/postgres/migrate.js';
import { createPool, InvalidConnectionString, type PostgresSettings } from '../../clients/postgres/pool.js';
import { type Run, transaction } from '../../clients/postgres/query.js';
import { grantObstacle, readVectorState, vectorObstacle } from '../../clients/postgres/readiness.js';
import { type Finding, fail, messageOf, ok, warn } from './finding.js';

const WHAT = 'Database';

/** Checks server, pgvector and migrations in one read-only transaction. `timeoutMs`: limit for connecting. */
export async function checkDatabase(config: PostgresSettings, timeoutMs: number): Promise<Finding[]> {
  let pool: ReturnType<typeof createPool>;
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
  const state = await readVectorState(ask);
  const obstacle = vectorObstacle(state);
  if (obstacle) return warn(what, `${obstacle.figure}: patterns are compared one by one`, obstacle.cure);
  if (state.installed !== null) return ok(what, `${state.installed} installed`);
  return ok(what, `${state.available} available; the migrations install it`);
}

async function describeMigrations(ask: Run): Promise<Finding> {
  const what = 'Migrations';
  try {
    const { applied, pending } = await readMigrationState(ask);
    if (pending.length === 0) return ok(what, `all ${applied} applied`);
    const figure = `${applied} applied, ${pending.length} pending (from ${pending[0]})`;
    const obstacle = await grantObstacle(ask);
    if (obstacle) return fail(what, `${figure}, and ${obstacle.figure}`, obstacle.cure);
    return warn(what, figure, 'nothing to do: the next start applies them');
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return fail(what, error.message, 'run the build that this database was made with');
  }
}
