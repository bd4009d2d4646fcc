import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/clients/postgres/migrate.js';
import { createPool, InvalidConnectionString, scrubbed } from '../../../src/clients/postgres/pool.js';
import { run, transaction } from '../../../src/clients/postgres/query.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import { freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { realPostgresAvailable } from '../../support/postgres-server.js';
import { anExperiment, DATABASES, START } from './fixtures.js';

const CANARY = 'pass word/canary@1';
const ENCODED = encodeURIComponent(CANARY);

describe('connection strings', () => {
  it.each([
    ['no URL', `host=127.0.0.1 password=${CANARY}`],
    ['an unencoded slash in the password', 'postgres://user:pass/canary@127.0.0.1/db'],
    ['an unencoded hash in the password', 'postgres://user:1#canary@127.0.0.1/db'],
    ['another protocol', `mysql://user:${ENCODED}@127.0.0.1/db`],
  ])('are refused without showing them: %s', (_, connectionString) => {
    const refusal = (() => {
      try {
        createPool({ connectionString });
      } catch (error) {
        return error;
      }
      return null;
    })();
    expect(refusal).toBeInstanceOf(InvalidConnectionString);
    expect(inspect(refusal, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('are not shown when the pool is inspected', () => {
    const pool = createPool({ connectionString: `postgres://user:${ENCODED}@127.0.0.1:1/db` });
    expect(inspect(pool, { depth: 9 })).not.toContain('canary');
    expect(JSON.stringify(pool.options)).not.toContain('canary');
  });

  it('leave no password, plain or encoded, in any text of an error', () => {
    const pool = createPool({ connectionString: `postgres://user:${ENCODED}@127.0.0.1:1/db` });
    const cause = Object.assign(new Error(`plain ${CANARY}`), { detail: `at ${ENCODED}` });
    const error = new AggregateError([new Error(`inner ${CANARY}`)], `outer ${ENCODED}`, { cause });
    expect(scrubbed(error, pool)).toBe(error);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(error.message).toBe('outer ***');
    expect(cause.message).toBe('plain ***');
  });
});

describe('a server that does not answer', () => {
  it('leads to an error with its address and without the password', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const pool = createPool({ connectionString: `postgres://user:${ENCODED}@127.0.0.1:${port}/db` });
    const error = await run(pool, 'select 1').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    await pool.end();
  });

  it('is given up if it accepts the connection and then says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const pool = createPool({ host: '127.0.0.1', port, user: 'u', connectionTimeoutMillis: 100 });
    await expect(run(pool, 'select 1')).rejects.toThrow('Connection terminated due to connection timeout');
    await pool.end();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

describe.each(DATABASES)('a pool on $database', ({ kind }) => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await freshDatabase(kind);
  });
  afterAll(() => database.stop());
  afterEach(() => pool.end());

  it('reads int8 as safe integers and instants as epoch ms, and does not change other pools', async () => {
    pool = createPool(database.config);
    const [row] = await run(
      pool,
      `select 9007199254740991::int8 as most, '2026-03-02 09:30:00.123+01:30'::timestamptz as at, null::int8 as none`,
    );
    expect(row).toEqual({ most: Number.MAX_SAFE_INTEGER, at: START + 123, none: null });
    await expect(run(pool, 'select 9007199254740992::int8')).rejects.toThrow('9007199254740992');
    expect(await run(pool, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(pg.types.getTypeParser(20)('5')).toBe('5');
  });

  it('keeps its connection after a failed statement, and rolls back its transaction', async () => {
    pool = createPool({ ...database.config, max: 1 });
    const session = async () => (await run<{ pid: number }>(pool, 'select pg_backend_pid() as pid'))[0]!.pid;
    await run(pool, 'create table kept (n int primary key)');
    const before = await session();
    await expect(run(pool, 'select 1/0')).rejects.toMatchObject({ code: '22012' });
    await expect(
      transaction(pool, async (ask) => {
        await ask('insert into kept values (1)');
        await ask('insert into kept values (1)');
      }),
    ).rejects.toMatchObject({ code: '23505' });
    await expect(
      transaction(pool, async (ask) => {
        await ask('insert into kept values (2)');
        throw new Error('mine');
      }),
    ).rejects.toThrow('mine');
    expect(await run(pool, 'select * from kept')).toEqual([]);
    expect(await session()).toBe(before);
  });

  it('with one connection fails if a query waits for its own transaction', async () => {
    pool = createPool({ ...database.config, max: 1, connectionTimeoutMillis: 100 });
    const nested = transaction(pool, () => run(pool, 'select 1'));
    await expect(nested).rejects.toThrow('timeout exceeded when trying to connect');
    expect(await run(pool, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('opens a new connection after an idle one was closed', async () => {
    pool = createPool({ ...database.config, idleTimeoutMillis: 10 });
    await run(pool, 'select 1');
    await once(pool, 'remove');
    expect(await run(pool, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('removes a password that the server repeats from the error', async () => {
    pool = createPool({ ...database.config, password: CANARY });
    const error = await run(pool, `select '${CANARY}'::int`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: '22P02', message: expect.stringContaining('***') });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    expect(inspect(pool, { depth: 9 })).not.toContain('canary');
  });
});

const real = realPostgresAvailable();
describe.skipIf(!real)(`lost connections${real ? '' : ': no real PostgreSQL can be started here'}`, () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let other: pg.Pool;
  beforeAll(async () => {
    database = await freshDatabase('postgres');
    pool = createPool(database.config);
    other = createPool(database.config);
    await migrate(pool);
    await createStore(pool, { environment: 'sandbox', accountId: 'act_1' }).createExperiment(anExperiment());
  });
  afterAll(async () => {
    await pool.end();
    await other.end();
    await database.stop();
  });
  const endSession = (pid: number) => run(other, 'select pg_terminate_backend($1)', [pid]);
  const pause = {
    experimentId: 'exp_1',
    from: 'running',
    to: 'paused',
    reason: { code: 'recorded', detail: 'lunch' },
    at: START,
  } as const;

  it('the loss of an idle one does no harm', async () => {
    const [row] = await run<{ pid: number }>(pool, 'select pg_backend_pid() as pid');
    // Not `once` of node:events: it would reject with the error that the pool must swallow.
    const removed = new Promise((resolve) => pool.once('remove', resolve));
    await endSession(row!.pid);
    await removed;
    expect(await run(pool, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('a loss between two statements rejects and rolls back the transaction, and the pool goes on', async () => {
    const lost = transaction(pool, async (ask) => {
      await ask("update auto_promotion.ab_tests set name = 'changed'");
      const [row] = await ask<{ pid: number }>('select pg_backend_pid() as pid');
      await endSession(row!.pid);
      await ask('select 1');
    });
    await expect(lost).rejects.toThrow(/terminat|not queryable/);
    expect(await run(pool, 'select name from auto_promotion.ab_tests')).toEqual([{ name: 'Spring hooks' }]);
    expect(pool.waitingCount).toBe(0);
  });

  it("a loss during a call of the store rejects with the server's reason, and the call can be repeated", async () => {
    const store = createStore(pool, { environment: 'sandbox', accountId: 'act_1' });
    const call = await transaction(other, async (ask) => {
      await ask('select 1 from auto_promotion.ab_tests for update');
      const blocked = store.transition(pause).then(
        () => null,
        (error: unknown) => error,
      );
      for (;;) {
        const [waiting] = await ask<{ pid: number }>(
          `select pid from pg_stat_activity, pg_blocking_pids(pid) as blockers where pg_backend_pid() = any(blockers)`,
        );
        if (waiting) {
          await ask('select pg_terminate_backend($1)', [waiting.pid]);
          return blocked;
        }
      }
    });
    expect(call).toMatchObject({
      code: '57P01',
      message: 'terminating connection due to administrator command',
    });
    expect((await store.getExperiment('exp_1'))?.state).toBe('running');
    expect((await store.transition(pause)).ok).toBe(true);
  });

  it('a statement that does not end is cancelled by the server, or else given up by the client', async () => {
    const limited = createPool({ ...database.config, statement_timeout: 50 });
    await expect(run(limited, 'select pg_sleep(60)')).rejects.toMatchObject({ code: '57014' });
    await limited.end();
    const impatient = createPool({ ...database.config, query_timeout: 50 });
    await expect(run(impatient, 'select pg_sleep(2)')).rejects.toThrow('Query read timeout');
    expect(await run(impatient, 'select 1 as one')).toEqual([{ one: 1 }]);
    await impatient.end();
  });
});
