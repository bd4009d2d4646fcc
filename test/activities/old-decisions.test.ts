import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayDecision } from '../../src/activities/recompute-decision.js';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { createStore } from '../../src/clients/postgres/store.js';
import type { Store } from '../../src/clients/postgres/types.js';
import { startPostgres } from '../../src/sandbox/postgres.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** In the order in which one row refers to another. */
const TABLES = ['ab_tests', 'ab_test_variants', 'performance_metrics', 'decisions'];

/**
 * Databases as old releases left them, with five looks each of the hourly and of the strict form. `reference/decisions/`
 * has their rows, recorded by those releases. The database is brought up to date as in an upgrade.
 */
describe.each([
  { version: '1', lastMigration: '0007' },
  { version: '2', lastMigration: '0016' },
])('decisions of version $version', ({ version, lastMigration }) => {
  let directory = '';
  let store: Store;
  let close: () => Promise<void>;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-upgrade-'));
    const database = await startPostgres({ directory: path.join(directory, 'postgres') });
    const pool = createPool(database.config);
    close = async () => {
      await pool.end();
      await database.stop();
    };
    const then = path.join(directory, 'migrations');
    const files = (await readdir(path.join(ROOT, 'migrations'))).filter(
      (name) => name.slice(0, 4) <= lastMigration,
    );
    for (const name of files) await cp(path.join(ROOT, 'migrations', name), path.join(then, name));
    await migrate(pool, then);
    const file = path.join(ROOT, 'test/reference/decisions', `version-${version}.json`);
    const rows = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown[]>;
    const client = await pool.connect();
    await client.query('begin');
    for (const table of TABLES) {
      await client.query(
        `insert into auto_promotion.${table}
         select * from json_populate_recordset(null::auto_promotion.${table}, $1::json)`,
        [JSON.stringify(rows[table])],
      );
    }
    await client.query('commit');
    client.release();
    expect((await migrate(pool)).length).toBeGreaterThan(0);
    store = createStore(pool, { environment: 'sandbox', accountId: 'act_1' });
  }, 60_000);
  afterAll(async () => {
    await close?.();
    await rm(directory, { recursive: true, force: true });
  });

  it.each([
    ['hourly', 1],
    ['hourly', 3],
    ['hourly', 5],
    ['strict', 1],
    ['strict', 3],
    ['strict', 5],
  ])('replay as the same after the upgrade: %s, look %i', async (id, look) => {
    const stored = await store.getDecision(id, look);
    expect(stored).toMatchObject({ ruleVersion: version, accountDrift: null });
    expect(await replayDecision(store, id, look)).toMatchObject({ same: true, differences: [] });
  });
});
