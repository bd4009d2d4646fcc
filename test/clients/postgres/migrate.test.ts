import { appendFile, cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MigrationError, migrate } from '../../../src/clients/postgres/migrate.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import type { Run } from '../../../src/clients/postgres/query.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import { exactSearchNote } from '../../../src/clients/postgres/vectors.js';
import { DEFAULT_POLICY, stateReasonOf } from '../../../src/domain/experiment.js';
import { GATE_AGAIN_MS } from '../../../src/domain/rollout/hold.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { DATABASES } from './fixtures.js';

const MIGRATIONS = fileURLToPath(new URL('../../../migrations/', import.meta.url));

describe.each(DATABASES)('migrate on $database', ({ kind }) => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let directory: string;

  beforeAll(async () => {
    database = await freshDatabase(kind);
    pool = createPool(database.config);
  });
  afterAll(async () => {
    await pool.end();
    await database.stop();
  });
  beforeEach(async () => {
    await pool.query('drop schema if exists auto_promotion cascade; drop extension if exists vector cascade');
    directory = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const write = (name: string, sql: string) => writeFile(path.join(directory, name), sql);
  const tables = async () =>
    (
      await pool.query<{ table_name: string }>(
        `select table_name from information_schema.tables where table_schema = 'auto_promotion' order by 1`,
      )
    ).rows.map((row) => row.table_name);

  it('says what to do and changes nothing if the role lacks a right', async () => {
    const one = createPool({ ...database.config, max: 1 });
    try {
      await one.query('create role guest; set role guest');
      await expect(migrate(one)).rejects.toThrow(
        'The database: this role may not create tables. To fix this: grant the role create on the database, and on the schema auto_promotion if it exists.',
      );
      await one.query('reset role');
      const left = await one.query("select to_regnamespace('auto_promotion') as schema");
      expect(left.rows).toEqual([{ schema: null }]);
    } finally {
      await one.query('reset role; drop role guest');
      await one.end();
    }
  });

  const indexes = async () =>
    (
      await pool.query<{ indexname: string }>(
        `select indexname from pg_indexes where indexname like '%by_meaning%' order by 1`,
      )
    ).rows.map((row) => row.indexname);
  const BY_MEANING = [384, 512, 768].map((length) => `knowledge_base_vectors_by_meaning_${length}`);

  it.each([
    [
      'has no pgvector',
      "set extension_control_path = '/nowhere'",
      /^This server has no pgvector.*install pgvector/,
    ],
    ['keeps the role from installing it', 'set role guest', /no pgvector installed.*create extension vector/],
  ])('makes the same tables if the server %s, and its indexes once it is there', async (_, setting, note) => {
    const one = createPool({ ...database.config, max: 1 });
    const names = (await readdir(MIGRATIONS)).sort();
    const ask = async (text: string, values?: unknown[]) => (await one.query(text, values)).rows;
    try {
      const { rows } = await one.query<{ name: string }>('select current_database() as name');
      await one.query('create role guest');
      await one.query(`grant create on database ${rows[0]!.name} to guest`);
      await one.query(setting);
      expect(await migrate(one)).toEqual(names);
      expect(await exactSearchNote(ask as Run)).toMatch(note);
      const without = await tables();
      expect(await indexes()).toEqual([]);
      await one.query('reset role; reset extension_control_path');
      expect(await migrate(one)).toEqual([]);
      expect(await indexes()).toEqual(BY_MEANING);
      expect(await exactSearchNote(ask as Run)).toBeNull();
      await one.query('drop schema auto_promotion cascade; drop extension vector cascade');
      await migrate(one);
      expect(await tables()).toEqual(without);
    } finally {
      await one.query('reset role; reset extension_control_path; drop schema auto_promotion cascade');
      await one.query('drop owned by guest; drop role guest');
      await one.end();
    }
  });

  it('keeps the reason and the hold of rows that were written before these were data', async () => {
    for (const name of (await readdir(MIGRATIONS)).filter((each) => each < '0016'))
      await cp(path.join(MIGRATIONS, name), path.join(directory, name));
    await migrate(pool, directory);
    const insert = `insert into auto_promotion.ab_tests (environment, account_id, experiment_id, name, currency, state,
        state_reason, state_code, state_changed_at, policy, started_at)
      values ('sandbox', 'act_1', $1, $1, 'USD', $2, $3, $4, '2026-11-23T09:00:00Z', $5, '2026-11-22T09:00:00Z')`;
    for (const row of [
      ['quiet', 'running', 'The test has started.', null],
      ['waits', 'held', 'Phase 70 waits: Meta asks to wait.', 'rate'],
      ['paused', 'held', 'Paused by ana: a sale', 'person'],
      ['ends', 'reverting', 'Stopped with restore by ana: a sale', 'stop'],
    ])
      await pool.query(insert, [...row, JSON.stringify(DEFAULT_POLICY)]);
    await migrate(pool);
    const store = createStore(pool, { environment: 'sandbox', accountId: 'act_1' });
    const at = Date.UTC(2026, 10, 23, 9);
    const read = async (id: string) => (await store.getExperiment(id))!;
    expect(stateReasonOf(await read('quiet'))).toBe('The test has started.');
    expect((await read('quiet')).hold).toBeNull();
    expect(await read('waits')).toMatchObject({
      reason: { code: 'recorded', detail: 'Phase 70 waits: Meta asks to wait.' },
      hold: { code: 'rate', endsItself: true, since: at, failedAt: at, tries: 0, gateAt: at + GATE_AGAIN_MS },
    });
    expect((await read('paused')).hold).toMatchObject({ code: 'person', endsItself: false, tryAt: null });
    expect(await read('ends')).toMatchObject({ reason: { code: 'recorded', endsIn: 'stopped' }, hold: null });
  });

  it('makes the schema once and leaves the tables of an existing deployment alone', async () => {
    await pool.query("create table ab_tests (test_id text); insert into ab_tests values ('theirs')");
    const names = (await readdir(MIGRATIONS)).sort();
    expect(await migrate(pool)).toEqual(names);
    expect(await migrate(pool)).toEqual([]);
    expect(await tables()).toEqual([
      'ab_test_variants',
      'ab_tests',
      'ad_set_leases',
      'budget_ledger',
      'claude_calls',
      'controls',
      'decisions',
      'draft_questions',
      'draft_sets',
      'drafts',
      'forecast_scores',
      'forecasts',
      'freeze_events',
      'idempotency_keys',
      'insight_extractions',
      'kill_switch_events',
      'knowledge_base_vectors',
      'message_deliveries',
      'messages',
      'notification_hooks',
      'pattern_fits',
      'pattern_tests',
      'pattern_uses',
      'performance_metrics',
      'pictures',
      'preference_models',
      'promotions',
      'rechecks',
      'reports',
      'rollout_gates',
      'rule_states',
      'schema_migrations',
      'segment_metrics',
      'text_embeddings',
      'variant_creatives',
      'verifications',
    ]);
    expect((await pool.query('select * from ab_tests')).rows).toEqual([{ test_id: 'theirs' }]);
  });

  it('replaces the table of vectors that an earlier release made', async () => {
    const names = (await readdir(MIGRATIONS)).sort();
    for (const name of names.filter((each) => each < '0029'))
      await cp(path.join(MIGRATIONS, name), path.join(directory, name));
    await migrate(pool, directory);
    expect(await indexes()).toEqual(['knowledge_base_vectors_by_meaning']);
    expect(await migrate(pool)).toEqual(names.filter((each) => each >= '0029'));
    expect(await indexes()).toEqual(BY_MEANING);
  });

  it('can run in three processes at once', async () => {
    const pools =
      kind === 'postgres'
        ? [pool, createPool(database.config), createPool(database.config)]
        : [pool, pool, pool];
    const applied = await Promise.all(pools.map((each) => migrate(each)));
    await Promise.all(pools.slice(1).map((each) => (each === pool ? undefined : each.end())));
    expect(applied.map((names) => names.length).sort()).toEqual([0, 0, (await readdir(MIGRATIONS)).length]);
  });

  it('adds the ends of the hours that an older version stored, and keeps them immutable', async () => {
    const names = (await readdir(MIGRATIONS)).sort();
    for (const name of names.filter((each) => each < '0008'))
      await cp(path.join(MIGRATIONS, name), path.join(directory, name));
    await migrate(pool, directory);
    const mine = "'sandbox', 'act_1', 'exp'";
    await pool.query(`
      insert into auto_promotion.ab_tests (environment, account_id, experiment_id, name, currency, state, state_reason,
        state_changed_at, policy, started_at) values (${mine}, '', 'USD', 'running', '', now(), '{}', now());
      insert into auto_promotion.ab_test_variants (environment, account_id, experiment_id, variant_id, position, role,
        ad_id, ad_set_id) values (${mine}, 'control', 0, 'control', '601', '501');
      insert into auto_promotion.performance_metrics values (${mine}, 'control', '601', 'hour', '2026-11-23T09:00Z',
        now(), 1, 1, 1, 1, 1, 1)`);
    await cp(MIGRATIONS, directory, { recursive: true });
    expect(await migrate(pool, directory)).toEqual(names.filter((each) => each >= '0008'));
    const known = await pool.query<{ seconds: number }>(
      'select extract(epoch from bucket_end - bucket_start)::int as seconds from auto_promotion.performance_metrics',
    );
    expect(known.rows).toEqual([{ seconds: 3600 }]);
    await expect(pool.query('update auto_promotion.performance_metrics set clicks = 2')).rejects.toThrow(
      /immutable/,
    );
  });

  it('refuses an applied file that was changed, and changes nothing', async () => {
    await cp(MIGRATIONS, directory, { recursive: true });
    await migrate(pool, directory);
    await appendFile(path.join(directory, '0003_decisions.sql'), '\n-- a word\n');
    await write('0999_more.sql', 'create table auto_promotion.more ()');
    await expect(migrate(pool, directory)).rejects.toThrow(/^migration 0003_decisions.sql was changed after/);
    expect(await tables()).not.toContain('more');
  });

  it('does not count other line endings as a change', async () => {
    await cp(MIGRATIONS, directory, { recursive: true });
    await migrate(pool, directory);
    for (const file of await readdir(directory)) {
      const sql = await readFile(path.join(directory, file), 'utf8');
      await write(file, sql.replaceAll('\n', '\r\n'));
    }
    expect(await migrate(pool, directory)).toEqual([]);
  });

  it('refuses an applied file that was renamed or is preceded by a new one', async () => {
    await write('0001_a.sql', 'select 1');
    await write('0003_c.sql', 'select 3');
    await migrate(pool, directory);
    await write('0002_b.sql', 'select 2');
    await expect(migrate(pool, directory)).rejects.toThrow(
      'has migration 0003_c.sql, but the files have 0002_b.sql in its place',
    );
    await rm(path.join(directory, '0002_b.sql'));
    await rename(path.join(directory, '0001_a.sql'), path.join(directory, '0001_z.sql'));
    await expect(migrate(pool, directory)).rejects.toThrow(MigrationError);
  });

  it('leaves a database that a newer build has migrated as it is', async () => {
    await write('0001_a.sql', 'select 1');
    await write('0002_b.sql', 'select 2');
    await migrate(pool, directory);
    await rm(path.join(directory, '0002_b.sql'));
    expect(await migrate(pool, directory)).toEqual([]);
  });

  it('names the file that fails, applies none of the files, and applies all once it is mended', async () => {
    await write('0001_a.sql', 'create table auto_promotion.a (); create table auto_promotion.b ();');
    await write('0002_b.sql', 'create table auto_promotion.c (); create table auto_promotion.b ();');
    await expect(migrate(pool, directory)).rejects.toThrow(
      'migration 0002_b.sql failed: relation "b" already exists',
    );
    expect(await tables()).toEqual([]);
    await write('0002_b.sql', 'create table auto_promotion.c ()');
    expect(await migrate(pool, directory)).toEqual(['0001_a.sql', '0002_b.sql']);
    await write('0003_c.sql', 'create table auto_promotion.d ()');
    expect(await migrate(pool, directory)).toEqual(['0003_c.sql']);
  });

  it('refuses a file name without a number, and a folder without migrations', async () => {
    await expect(migrate(pool, directory)).rejects.toThrow('there are no migrations');
    await write('first.sql', 'select 1');
    await expect(migrate(pool, directory)).rejects.toThrow("first.sql isn't named like 0001_name.sql");
  });
});
