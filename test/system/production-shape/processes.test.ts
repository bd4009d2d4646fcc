import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/clients/clock.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { type Market, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../../src/workflows/search-attributes.js';
import { databaseKinds, freshDatabase, type TestDatabase } from '../../support/postgres.js';
import { startDevServer, type TestTemporal } from '../../support/temporal.js';
import { type Child, startChild } from './child.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const READY_MS = 50_000;
const CANARY = 'canary-of-a-password';

function start(entry: string, env: Record<string, string>): { child: Child; said: string[] } {
  const said: string[] = [];
  const child = startChild(entry, ['node', '--import', 'tsx', `src/bin/${entry}.ts`], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: os.tmpdir(), TMPDIR: os.tmpdir(), ...env },
    log: (line) => said.push(line.slice(entry.length + 2)),
  });
  return { child, said };
}

describe.each(['worker', 'api'])('npm run %s with bad settings', (entry) => {
  it.each([
    { of: 'a malformed setting', env: { PORT: 'http' }, says: /^PORT must be a port, 0 to 65535\.$/ },
    {
      of: 'missing ones',
      env: { DATABASE_URL: `postgres://x:${CANARY}@127.0.0.1:1/x` },
      says: /^These settings are required but not set: TEMPORAL_ADDRESS, META_ACCESS_TOKEN, META_AD_ACCOUNT_ID, META_GRAPH_URL, TIME_EPOCH\.$/,
    },
    {
      of: 'a database that does not answer',
      env: {
        DATABASE_URL: `postgres://x:${CANARY}@127.0.0.1:1/x`,
        TEMPORAL_ADDRESS: '127.0.0.1:1',
        META_ACCESS_TOKEN: CANARY,
        META_AD_ACCOUNT_ID: 'act_1',
        META_GRAPH_URL: 'http://127.0.0.1:1',
        TIME_SCALE: '1',
      },
      says: /ECONNREFUSED|can't be reached|refused/,
    },
  ] as { of: string; env: Record<string, string>; says: RegExp }[])(
    '$of: one sentence, exit code 1',
    async ({ env, says }) => {
      const { child, said } = start(entry, env);
      expect(await child.exited).toBe(1);
      expect(said).toEqual([expect.stringMatching(says)]);
      expect(said.join()).not.toContain(CANARY);
    },
  );
});

// PGlite has one session within one process: these tests need a server.
describe.each(databaseKinds().filter((kind) => kind === 'postgres'))(
  'a server without pgvector, %s',
  (kind) => {
    it.each(['worker', 'api', 'main'])(
      'is migrated, and reported once by src/bin/%s.ts with what to do',
      async (entry) => {
        const database = await freshDatabase(kind);
        const folder = mkdtempSync(path.join(os.tmpdir(), 'auto-promotion-no-vector-'));
        const { user, host, port, database: name } = database.config as pg.PoolConfig;
        const pool = createPool({ ...database.config, max: 1 });
        try {
          await pool.query(`alter database ${name} set extension_control_path = '/nowhere'`);
          const { child, said } = start(entry, {
            DATA_DIR: folder,
            DATABASE_URL: `postgres://${user}@${host}:${port}/${name}`,
            TEMPORAL_ADDRESS: '127.0.0.1:1',
            META_ACCESS_TOKEN: CANARY,
            META_AD_ACCOUNT_ID: 'act_1',
            META_GRAPH_URL: 'http://127.0.0.1:1',
            TIME_SCALE: '1',
            PORT: '0',
            MARKET_PORT: '0',
          });
          expect(await child.exited).toBe(1);
          // It goes on to Temporal, which doesn't answer.
          expect(said.filter((line) => line.includes('pgvector'))).toEqual([
            'This server has no pgvector, so patterns are compared one by one: exact, but slow from tens of thousands on. To change that: install pgvector on the server, as the image pgvector/pgvector has, and start again.',
          ]);
          expect(said.at(-1)).toBe('Failed to connect before the deadline');
        } finally {
          await pool.end();
          await database.stop();
          rmSync(folder, { recursive: true, force: true });
        }
      },
    );
  },
);

describe.each(databaseKinds().filter((kind) => kind === 'postgres'))(
  'worker and API as separate processes, on %s',
  (kind) => {
    let database: TestDatabase;
    let temporal: TestTemporal;
    let market: Market;
    let folder: string;
    let env: Record<string, string>;

    beforeAll(async () => {
      [database, temporal] = await Promise.all([freshDatabase(kind), startDevServer()]);
      folder = mkdtempSync(path.join(os.tmpdir(), 'auto-promotion-processes-'));
      const epochMs = Math.floor(Date.now() / 1_000) * 1_000;
      const scale = 1_800;
      market = await startMarket({
        directory: folder,
        clock: createClock({ epochMs, scale }),
        seed: 1,
        port: 0,
        accessToken: CANARY,
      });
      const { user, host, port, database: name } = database.config as pg.PoolConfig;
      env = {
        DATABASE_URL: `postgres://${user}@${host}:${port}/${name}`,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        META_ACCESS_TOKEN: CANARY,
        META_AD_ACCOUNT_ID: market.account.id,
        META_GRAPH_URL: market.url,
        TIME_SCALE: String(scale),
        TIME_EPOCH: new Date(epochMs).toISOString(),
        PORT: '0',
        CONFIDENCE_THRESHOLD: '0.90',
        WINNER_BUDGET_PCT: '0.7',
      };
    });
    afterAll(async () => {
      await market?.close();
      await database?.stop();
      await temporal?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('come up together on an empty database, are healthy, and stop cleanly on SIGTERM', async () => {
      const healthBefore = start('worker-health', env);
      expect(await healthBefore.child.exited).toBe(1);
      expect(healthBefore.said.join()).toMatch(
        /does not poll for workflows, activities, messages, insights, checks, money\.$/,
      );

      const worker = start('worker', env);
      const api = start('api', env);
      try {
        const [, ready] = await Promise.all([
          worker.child.line(/^Worker ready/, READY_MS),
          api.child.line(/^API ready: (http:\/\/[^/]+)/, READY_MS),
        ]);
        const answer = await fetch(`${ready[1]}/healthz`);
        expect(answer.status).toBe(200);
        expect(await start('worker-health', env).child.exited).toBe(0);

        const { adIds } = await market.createTest({
          name: 'defaults',
          ads: [
            { name: 'control', dailyBudget: 5_000, trueClickRate: 0.02 },
            { name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.02 },
          ],
        });
        const created = await fetch(`${ready[1]}/api/ab/experiments`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            name: 'of the environment',
            variants: adIds.map((ad_id, index) => ({ role: index === 0 ? 'control' : 'challenger', ad_id })),
          }),
        });
        expect(created.status).toBe(201);
        expect(await created.json()).toMatchObject({
          policy: { confidence: 0.9, phases: [{ winner_share: 0.6 }, { winner_share: 0.7 }] },
        });

        const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({
          namespace: temporal.namespace,
        });
        expect(Object.keys(customAttributes ?? {})).toEqual(
          expect.arrayContaining(SEARCH_ATTRIBUTE_KEYS.map(({ name }) => name)),
        );
      } finally {
        expect(await Promise.all([worker.child.stop(), api.child.stop()])).toEqual([0, 0]);
      }
      for (const { said } of [worker, api]) {
        expect(said.slice(-2)).toEqual([expect.stringMatching(/^Stopping: /), 'Stopped.']);
        expect(said.join('\n')).not.toContain(CANARY);
      }
    }, 120_000);
  },
);
