import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pool, PoolConfig } from 'pg';
import type { ExperimentClock } from '../../../src/clients/clock.js';
import { createMetaClient } from '../../../src/clients/meta/index.js';
import type { MetaClient } from '../../../src/clients/meta/types.js';
import { migrate } from '../../../src/clients/postgres/migrate.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import { type Names, namesOf } from '../../../src/contract/names.js';
import type { TimeBase } from '../../../src/domain/time-base.js';
import { type Market, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { startPostgres } from '../../../src/sandbox/postgres.js';
import type { Collaborators } from '../../../src/service/collaborators.js';
import { type RunningWorker, startWorker } from '../../../src/service/worker.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../../src/workflows/search-attributes.js';
import { META_SECRETS } from '../../support/meta-secrets.js';
import { administer } from '../../support/postgres-server.js';
import { startTimeSkipping, type TimeSkipping } from '../../support/temporal.js';
import type { Guarded } from './guarded.js';
import type { BatchPlan } from './plan.js';
import type { SecretSearch } from './secrets.js';
import { splitMeta, tapMeta, tapStore } from './taps.js';

/** Real ms: longer than an answer takes on a busy machine, but short, because hanging requests take this long. */
export const SOCKET_TIMEOUT_MS = 2_000;
export const TIME_BASE: TimeBase = { epochMs: 0, scale: 1 };

/** Shared by the runs of a batch: a Temporal server that skips time, a database, a market, and one worker at a time. */
export interface World {
  temporal: TimeSkipping;
  names: Names;
  clock: ExperimentClock;
  market: Market;
  pool: Pool;
  /** Without taps: for users and for the judge. */
  store: Store;
  /** From now on, calls about the run's objects go to the run. */
  admit(guarded: Guarded): void;
  guardedOf(experimentId: string): Guarded | undefined;
  /** Stops the running worker cleanly and starts another one. */
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

export async function openWorld(
  batch: BatchPlan,
  { postgres, search }: { postgres: PoolConfig | null; search: SecretSearch },
): Promise<World> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-chaos-'));
  const temporal = await startTimeSkipping({ searchAttributes: SEARCH_ATTRIBUTE_KEYS });
  const database =
    postgres === null ? await startPostgres({ directory: undefined }) : await databaseOn(postgres);
  const pool = createPool(database.config);
  await migrate(pool);
  const { env, client } = temporal;
  const clock: ExperimentClock = { scale: 1, now: () => env.currentTimeMs() };
  const market = await startMarket({
    directory,
    clock,
    seed: batch.first + 1,
    port: 0,
    accessToken: META_SECRETS.token,
    account: batch.account,
    rephraseError: search.echo.rephraseError,
  });
  const owner = { environment: 'sandbox', accountId: market.account.id } as const;
  const names = namesOf(owner);
  const store = createStore(pool, owner);

  const byAdSet = new Map<string, Guarded>();
  const byId = new Map<string, Guarded>();
  const clients = new Map<string, MetaClient>();
  const newClient = () =>
    createMetaClient({
      accessToken: META_SECRETS.token,
      appSecret: META_SECRETS.appSecret,
      accountId: market.account.id,
      graphUrl: market.url,
      apiVersion: 'v24.0',
      socketTimeoutMs: SOCKET_TIMEOUT_MS,
      now: () => clock.now(),
    });
  const collaborators: Collaborators = {
    environment: 'sandbox',
    timeBase: TIME_BASE,
    clock,
    store: tapStore(store, (id) => byId.get(id)),
    meta: tapMeta(
      batch.sharedClient ? newClient() : splitMeta(newClient(), (objectId) => clients.get(objectId)),
      (adSetId) => byAdSet.get(adSetId),
    ),
    client,
    names,
    namespace: temporal.namespace,
    address: temporal.address,
    socketTimeoutMs: SOCKET_TIMEOUT_MS,
  };
  let restartsLeft = batch.deeds.filter(({ kind }) => kind === 'restart_worker').length;
  let worker: RunningWorker | undefined;

  return {
    temporal,
    names,
    clock,
    market,
    pool,
    store,
    admit(guarded) {
      const { id, objects } = guarded.run;
      byId.set(id, guarded);
      for (const adSetId of objects.adSetIds) byAdSet.set(adSetId, guarded);
      const own = newClient();
      for (const objectId of [objects.campaignId, ...objects.adSetIds, ...objects.adIds])
        clients.set(objectId, own);
    },
    guardedOf: (id) => byId.get(id),
    async startWorker() {
      await worker?.stop();
      worker = await startWorker(collaborators, {
        announce(event) {
          search.announced(event);
          if (event.experimentId) byId.get(event.experimentId)?.run.observe(event);
        },
        writesAllowed: !batch.shadow,
        accountEnvelope: batch.envelope,
        // The test server never hands out a task again if its workflow was cached by a worker that is gone. But without
        // a cache every step is a replay, so the last worker has one.
        maxActivitiesAtOnce: 8,
        maxCachedWorkflows: restartsLeft-- > 0 ? 0 : 500,
      });
    },
    async stop() {
      await worker?.stop();
      await temporal.stop();
      await pool.end();
      await database.stop();
      await market.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Creates an empty database on a server. */
async function databaseOn(server: PoolConfig): Promise<{ config: PoolConfig; stop(): Promise<void> }> {
  const name = `chaos_${process.pid}`;
  await administer(server, `create database ${name}`);
  return {
    config: { ...server, database: name, max: 10 },
    stop: () => administer(server, `drop database ${name} with (force)`),
  };
}
