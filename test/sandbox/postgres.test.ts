import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../src/sandbox/postgres.js';
import { databaseKinds, freshDatabase, type TestDatabase } from '../support/postgres.js';

async function withPool<T>(directory: string, use: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const database = await startPostgres({ directory });
  const pool = new pg.Pool(database.config);
  try {
    return await use(pool);
  } finally {
    await pool.end();
    await database.stop();
  }
}

describe('the embedded Postgres on a folder', () => {
  it('has its rows and vectors when it is opened again', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-pglite-'));
    try {
      await withPool(directory, async (pool) => {
        await pool.query('create extension vector');
        await pool.query('create table notes (id int primary key, place vector(3))');
        await pool.query('create index on notes using hnsw (place vector_cosine_ops)');
        await pool.query("insert into notes values (1, '[1,0,0]'), (2, '[0,1,0]'), (3, '[0,0,1]')");
      });
      const nearest = await withPool(directory, async (pool) => {
        const { rows } = await pool.query('select id from notes order by place <=> $1 limit 2', [
          '[0.1,0.9,0]',
        ]);
        return rows;
      });
      expect(nearest).toEqual([{ id: 2 }, { id: 1 }]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe.each(databaseKinds())('a fresh database on %s', (kind) => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await freshDatabase(kind);
    pool = new pg.Pool(database.config);
  });
  afterAll(async () => {
    await pool.end();
    await database.stop();
  });

  it('is empty and can have the vector extension', async () => {
    const { rows } = await pool.query("select count(*)::int as n from pg_tables where schemaname = 'public'");
    expect(rows).toEqual([{ n: 0 }]);
    await pool.query('create extension if not exists vector');
    const near = await pool.query("select '[1,2]'::vector <-> '[1,4]'::vector as distance");
    expect(near.rows).toEqual([{ distance: 2 }]);
  });

  it('goes on after a failed statement', async () => {
    await expect(pool.query('select missing')).rejects.toMatchObject({ code: '42703' });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('rolls back the open transaction of a destroyed client, and gives a new client', async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query('create table abandoned (a int)');
    await client.query("set search_path to 'nowhere'");
    client.release(true);
    const { rows } = await pool.query(
      "select to_regclass('public.abandoned') as abandoned, current_schema() as schema, statement_timestamp() = now() as alone",
    );
    expect(rows).toEqual([{ abandoned: null, schema: 'public', alone: true }]);
  });

  it('takes a named statement again on the client that follows a destroyed one', async () => {
    const named = { name: 'twice', text: 'select $1::int * 2 as doubled', values: [4] };
    const client = await pool.connect();
    await client.query(named);
    client.release(true);
    expect((await pool.query(named)).rows).toEqual([{ doubled: 8 }]);
  });
});

describe('one session', () => {
  it('rejects a query of the pool inside its own transaction', async () => {
    const database = await freshDatabase('pglite');
    const pool = new pg.Pool({ ...database.config, connectionTimeoutMillis: 100 });
    const client = await pool.connect();
    await client.query('begin');
    await expect(pool.query('select 1')).rejects.toThrow(/timeout exceeded/);
    await client.query('rollback');
    client.release();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await database.stop();
  });
});
