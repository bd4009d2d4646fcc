import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createClock } from '../../../src/clients/clock.js';
import { type Names, namesOf } from '../../../src/contract/names.js';
import type { TimeBase } from '../../../src/domain/time-base.js';
import { type Market, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../../src/workflows/search-attributes.js';
import { createEcho, type Echo } from '../../support/echo.js';
import { Material } from '../../support/material.js';
import { META_SECRETS } from '../../support/meta-secrets.js';
import { startPostgresServer } from '../../support/postgres-server.js';
import { startDevServer, type TestTemporal } from '../../support/temporal.js';
import { type Child, startChild } from '../production-shape/child.js';

/** One distinctive string per secret that the service gets or makes. */
export const CANARIES = {
  ...META_SECRETS,
  databasePassword: 'canary pw/db@5:Rt',
  wrongPassword: 'canary wrong/pw@8:Kj',
  webhook: 'canary-webhook-path-2Vn6',
  temporalApiKey: 'canary-temporal-key-4Hw1',
  apiToken: 'canary-api-token-9Bc0dE',
};

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NAMESPACE = 'canaries';
const ROLE = 'service';
const READY_MS = 60_000;
/** One experiment hour takes one second. */
export const TIME_SCALE = 3_600;

/** Worker and API as separate processes, with a canary for every secret; all their output is in `material`. */
export interface Stage {
  material: Material;
  market: Market;
  names: Names;
  /** Puts the credentials into the market's errors. */
  echo: Echo;
  temporal: TestTemporal;
  /** A superuser's connection to the service's database. */
  database: pg.Client;
  /** Sends a request to the API with its token; every answer is added to `material`. */
  ask(
    method: 'GET' | 'POST',
    target: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Starts a program of the service with other settings and waits until it ends. */
  runToEnd(program: 'worker' | 'api', settings: Record<string, string>): Promise<number>;
  /** The connection string with this password. */
  databaseUrl(password: string): string;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  body: unknown;
}

export async function startStage(): Promise<Stage> {
  const material = new Material();
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-canaries-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const temporal = await startDevServer({ namespace: NAMESPACE, searchAttributes: SEARCH_ATTRIBUTE_KEYS });
    ends.push(() => temporal.stop());
    const { port, database } = await startDatabase(ends);
    const timeBase: TimeBase = { epochMs: Math.floor(Date.now() / 1_000) * 1_000, scale: TIME_SCALE };
    const echo = createEcho(META_SECRETS.appSecret);
    const market = await startMarket({
      directory: path.join(folder, 'market'),
      clock: createClock(timeBase),
      seed: 3,
      port: 0,
      accessToken: META_SECRETS.token,
      rephraseError: echo.rephraseError,
    });
    ends.push(() => market.close());

    const databaseUrl = (password: string) =>
      `postgres://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/service`;
    const env: Record<string, string> = {
      PATH: process.env.PATH ?? '',
      HOME: os.homedir(),
      TMPDIR: os.tmpdir(),
      MODE: 'sandbox',
      PORT: '0',
      TIME_SCALE: String(TIME_SCALE),
      TIME_EPOCH: new Date(timeBase.epochMs).toISOString(),
      API_TOKEN: CANARIES.apiToken,
      DATABASE_URL: databaseUrl(CANARIES.databasePassword),
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: NAMESPACE,
      TEMPORAL_API_KEY: CANARIES.temporalApiKey,
      TEMPORAL_TLS: 'false',
      META_GRAPH_URL: market.url,
      META_ACCESS_TOKEN: META_SECRETS.token,
      META_APP_SECRET: META_SECRETS.appSecret,
      META_AD_ACCOUNT_ID: market.account.id,
      PROMOTION_NOTIFICATION_WEBHOOK: `https://hooks.example.com/services/${CANARIES.webhook}`,
    };
    const start = (program: 'worker' | 'api', settings: Record<string, string> = {}): Child => {
      const child = startChild(program, [process.execPath, '--import', 'tsx', `src/bin/${program}.ts`], {
        cwd: ROOT,
        env: { ...env, ...settings },
        log: (line) => material.add(`log of ${program}`, line),
      });
      ends.push(() => child.stop());
      return child;
    };
    const worker = start('worker');
    const api = start('api');
    const [, ready] = await Promise.all([
      worker.line(/^Worker ready/, READY_MS),
      api.line(/^API ready: (http:\/\/[^/]+)/, READY_MS),
    ]);
    const apiUrl = ready[1]!;

    return {
      material,
      market,
      names: namesOf({ environment: 'sandbox', accountId: market.account.id }),
      echo,
      temporal,
      database,
      databaseUrl,
      async ask(method, target, body, headers = {}) {
        const response = await fetch(`${apiUrl}${target}`, {
          method,
          headers: {
            authorization: `Bearer ${CANARIES.apiToken}`,
            ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          signal: AbortSignal.timeout(60_000),
        });
        const text = await response.text();
        const said = [`${response.status}`, ...[...response.headers].map((pair) => pair.join(': ')), text];
        material.add(`answer ${method} ${target}`, said.join('\n'));
        return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
      },
      runToEnd: (program, settings) => start(program, settings).exited,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A real PostgreSQL that requires a password from the service. */
async function startDatabase(
  ends: (() => Promise<unknown>)[],
): Promise<{ port: number; database: pg.Client }> {
  const server = await startPostgresServer();
  ends.push(() => server.stop());
  const first = new pg.Client(server.config);
  await first.connect();
  await first.query(`create role ${ROLE} login`);
  await setPassword(first, CANARIES.databasePassword);
  await first.query(`create database service owner ${ROLE}`);
  const { rows } = await first.query<{ file: string }>(`select current_setting('hba_file') as file`);
  await writeFile(
    rows[0]!.file,
    'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
  );
  await first.query('select pg_reload_conf()');
  await first.end();
  const database = new pg.Client({ ...server.config, database: 'service' });
  await database.connect();
  ends.push(() => database.end());
  await database.query('create extension vector');
  return { port: server.config.port!, database };
}

/** Sets another password for the service and ends its open sessions. */
export async function setPassword(database: pg.Client, password: string): Promise<void> {
  await database.query(`alter role ${ROLE} password '${password.replaceAll("'", "''")}'`);
  await database.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [ROLE]);
}
