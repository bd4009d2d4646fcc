import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { createApp } from '../../../src/api/app.js';
import type { ApiDependencies } from '../../../src/api/dependencies.js';
import { createMetaClient } from '../../../src/clients/meta/index.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import { namesOf } from '../../../src/contract/names.js';
import { type Market, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { migratedDatabase } from '../../support/postgres.js';
import { FakeGateway } from './fake-gateway.js';

/** The instant at which every test starts: Monday, 23 November 2026, 09:00 UTC. */
export const START = Date.UTC(2026, 10, 23, 9);
export const HOUR = 3_600_000;
export const TOKEN = 'a-market-token';

/** A clock that a test moves. */
export interface TestClock {
  at: number;
  readonly scale: number;
  now(): Promise<number>;
}

/** The API with a real store, a real market and the real Meta client; only Temporal is replaced. */
export interface Api {
  store: Store;
  market: Market;
  gateway: FakeGateway;
  clock: TestClock;
  internalErrors: unknown[];
  dependencies: ApiDependencies;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  send(path: string, init: RequestInit): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  type: string;
  headers: Headers;
  body: JsonObject;
}
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [field: string]: Json;
}

/** `seed`: of the market; another one is another account. */
export async function startApi(changes: Partial<ApiDependencies> = {}, seed = 7): Promise<Api> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-api-'));
  const clock: TestClock = { at: START, scale: 1, now: async () => clock.at };
  const market = await startMarket({ directory, clock, seed, port: 0, accessToken: TOKEN });
  const database = await migratedDatabase();
  const pool = createPool(database.config);
  const store = createStore(pool, { environment: 'sandbox', accountId: market.account.id });
  const gateway = new FakeGateway();
  const internalErrors: unknown[] = [];
  const dependencies: ApiDependencies = {
    store,
    meta: createMetaClient({
      accessToken: TOKEN,
      accountId: market.account.id,
      graphUrl: market.url,
      apiVersion: 'v24.0',
      socketTimeoutMs: 5_000,
      now: () => clock.now(),
    }),
    clock,
    timeBase: { epochMs: START, scale: 1 },
    // The fake gateway replaces it: any use of the client fails at once.
    temporal: {
      client: undefined as unknown as Client,
      names: namesOf({ environment: 'sandbox', accountId: market.account.id }),
    },
    environment: 'sandbox',
    tokens: [],
    checkIntervalHours: 6,
    accountEnvelope: null,
    maxChecksAtOnce: 8,
    writesAllowed: true,
    checkWaitMs: 200,
    onInternalError: (error) => internalErrors.push(error),
    ...changes,
  };
  const app = createApp(dependencies, gateway);

  const send = async (url: string, init: RequestInit): Promise<Answer> => {
    const response = await app.request(url, init);
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      headers: response.headers,
      body: (await response.json()) as JsonObject,
    };
  };
  return {
    store,
    market,
    gateway,
    clock,
    internalErrors,
    dependencies,
    send,
    get: (url, headers = {}) => send(url, { headers }),
    post: (url, body, headers = {}) =>
      send(url, {
        method: 'POST',
        ...(body === undefined
          ? { headers }
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
      }),
    async stop() {
      await store.close();
      await database.stop();
      await market.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
