import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/clients/postgres/migrate.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { checkDatabase } from '../../../src/tools/doctor/database.js';
import { databaseKinds, freshDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase | undefined;
afterEach(async () => {
  await database?.stop();
  database = undefined;
});

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const pool = createPool({ ...database!.config, max: 1 });
  try {
    return (await pool.query(text)).rows;
  } finally {
    await pool.end();
  }
}

const check = async () => {
  const findings = await checkDatabase(database!.config, 5_000);
  return Object.fromEntries(findings.map(({ what, level, figure, cure }) => [what, [level, figure, cure]]));
};

describe.each(databaseKinds())('a database (%s)', (kind) => {
  it('that is new is checked and not changed', async () => {
    database = await freshDatabase(kind);
    const found = await check();
    expect(found.Database).toEqual(['ok', expect.stringMatching(/^PostgreSQL \d+\.\d+, database /), null]);
    expect(found.pgvector).toEqual(['ok', expect.stringMatching(/^\d.* available/), null]);
    expect(found.Migrations).toEqual([
      'warn',
      expect.stringMatching(/^0 applied, \d+ pending \(from 0001_experiments\.sql\)$/),
      expect.any(String),
    ]);
    const left = await sql(`select to_regnamespace('auto_promotion') as schema,
      (select count(*)::int from pg_extension where extname = 'vector') as vectors`);
    expect(left).toEqual([{ schema: null, vectors: 0 }]);
  });

  // The embedded database has one session, whose settings end with the pool.
  it.runIf(kind === 'postgres')(
    'that has no pgvector is good enough, and what would be better is said',
    async () => {
      database = await freshDatabase(kind);
      const name = (await sql('select current_database() as name'))[0]!.name;
      await sql(`alter database ${name} set extension_control_path = '/nowhere'`);
      expect((await check()).pgvector).toEqual([
        'warn',
        'not available: patterns are compared one by one',
        'install pgvector on the server, as the image pgvector/pgvector has',
      ]);
    },
  );

  it('that is migrated is reported so, and one migrated by another build fails', async () => {
    database = await freshDatabase(kind);
    const pool = createPool(database.config);
    const applied = await migrate(pool);
    await pool.end();
    const found = await check();
    expect(found.pgvector?.[1]).toMatch(/^\d.* installed$/);
    expect(found.Migrations).toEqual(['ok', `all ${applied.length} applied`, null]);
    await sql(`delete from auto_promotion.schema_migrations where name > '0005'`);
    expect((await check()).Migrations?.[1]).toMatch(/^4 applied, \d+ pending \(from 0005_controls\.sql\)$/);
    await sql(`update auto_promotion.schema_migrations set checksum = 'x' where name like '0002%'`);
    expect((await check()).Migrations).toEqual([
      'fail',
      expect.stringContaining('0002_performance_metrics.sql was changed'),
      expect.any(String),
    ]);
  });
});

describe('a database that does not answer', () => {
  it('is reported with what to do and without its password', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const url = `postgres://service:canary-password@127.0.0.1:${port}/ads`;
    const [finding] = await checkDatabase({ connectionString: url }, 2_000);
    expect(finding).toMatchObject({
      level: 'fail',
      what: 'Database',
      figure: expect.stringContaining('ECONNREFUSED'),
      cure: 'start PostgreSQL, or correct DATABASE_URL',
    });
    expect(JSON.stringify(finding)).not.toContain('canary');
  });

  it('is given up in time', async () => {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [finding] = await checkDatabase({ connectionString: `postgres://u@127.0.0.1:${port}/ads` }, 200);
    expect(finding?.level).toBe('fail');
    expect(finding?.figure).toMatch(/timeout/);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('fails on an address that is malformed', async () => {
    const [finding] = await checkDatabase({ connectionString: 'postgres://u:7/canary@h/db' }, 200);
    expect(finding).toMatchObject({ level: 'fail', cure: 'correct DATABASE_URL' });
    expect(JSON.stringify(finding)).not.toContain('canary');
  });
});
