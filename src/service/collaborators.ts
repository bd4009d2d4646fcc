import { Client, type Connection } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { createClock, type ExperimentClock } from '../clients/clock.js';
import { createMetaClient } from '../clients/meta/index.js';
import type { MetaClient } from '../clients/meta/types.js';
import { migrate } from '../clients/postgres/migrate.js';
import { createPool, type PostgresSettings } from '../clients/postgres/pool.js';
import { createStore } from '../clients/postgres/store.js';
import type { Store } from '../clients/postgres/types.js';
import { createHooks } from '../clients/webhook/index.js';
import type { NotificationSettings } from '../clients/webhook/settings.js';
import type { Hooks } from '../clients/webhook/types.js';
import { type Names, namesOf } from '../contract/names.js';
import type { TimeBase } from '../domain/time-base.js';
import { connectTemporal } from './temporal-connection.js';

/** Addresses and credentials. Embedded and real parts differ in nothing else. */
export interface Addresses {
  environment: 'sandbox' | 'live';
  timeBase: TimeBase;
  /** Unset: made from the time base and the machine's clock. */
  clock?: ExperimentClock;
  /** Unset: no hook gets messages, and the reports follow the account's time zone. */
  notifications?: NotificationSettings;
  postgres: PostgresSettings;
  temporal: { address: string; namespace: string; access?: TemporalAccess };
  meta: {
    accessToken: string;
    appSecret: string | null;
    accountId: string;
    graphUrl: string;
    apiVersion: string;
    socketTimeoutMs: number;
    readTimeoutMs: number;
  };
}

/** Credentials for a Temporal server that needs them. */
export type TemporalAccess = Pick<ClientConnectConfig['connectionOptions'], 'tls' | 'apiKey' | 'metadata'>;

/** The clients that the worker and the API share. */
export interface Collaborators {
  environment: 'sandbox' | 'live';
  timeBase: TimeBase;
  clock: ExperimentClock;
  store: Store;
  meta: MetaClient;
  client: Client;
  names: Names;
  namespace: string;
  address: string;
  access?: TemporalAccess;
  /** Unset: no hook is configured. */
  hooks?: Hooks;
  /** IANA time zone of the reports; null or unset: the account's. */
  reportTimezone?: string | null;
  /** Real ms that a write to Meta may take. */
  socketTimeoutMs: number;
  close(): Promise<void>;
}

/** Connects to Postgres (and migrates it) and to Temporal, and makes the Meta client. @throws Error if Postgres or Temporal can't be reached. */
export async function connectCollaborators(addresses: Addresses): Promise<Collaborators> {
  const { environment, timeBase, meta: metaConfig } = addresses;
  const { namespace, address, access = {} } = addresses.temporal;
  const pool = createPool(addresses.postgres);
  let connection: Connection | undefined;
  try {
    await migrate(pool);
    connection = await connectTemporal({ ...access, address });
  } catch (error) {
    await pool.end();
    throw error;
  }
  const owner = { environment, accountId: metaConfig.accountId };
  const store = createStore(pool, owner);
  const opened = connection;
  const clock = addresses.clock ?? createClock(timeBase);
  return {
    environment,
    timeBase,
    clock,
    store,
    meta: createMetaClient({
      ...metaConfig,
      appSecret: metaConfig.appSecret ?? undefined,
      now: () => clock.now(),
    }),
    client: new Client({ connection: opened, namespace }),
    names: namesOf(owner),
    namespace,
    address,
    access,
    hooks: createHooks(addresses.notifications?.hooks ?? [], {
      publicUrl: addresses.notifications?.publicUrl ?? null,
    }),
    reportTimezone: addresses.notifications?.reportTimezone ?? null,
    socketTimeoutMs: metaConfig.socketTimeoutMs,
    async close() {
      await opened.close();
      await store.close();
    },
  };
}
