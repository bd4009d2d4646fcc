import { Client, type Connection } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { createClock, type ExperimentClock } from '../clients/clock.js';
import { type Encoders, openEncoders } from '../clients/encoder/encoders.js';
import { sentencesOf } from '../clients/encoder/sentences-of.js';
import { ENCODER_NAMES, type SentenceEncoder } from '../clients/encoder/types.js';
import { voyageEncoder } from '../clients/encoder/voyage.js';
import { createMetaClient } from '../clients/meta/index.js';
import type { MetaClient } from '../clients/meta/types.js';
import { migrate } from '../clients/postgres/migrate.js';
import { createPool, type PostgresSettings } from '../clients/postgres/pool.js';
import { run } from '../clients/postgres/query.js';
import { createStore } from '../clients/postgres/store.js';
import type { Store } from '../clients/postgres/types.js';
import { exactSearchNote } from '../clients/postgres/vectors.js';
import { createHooks } from '../clients/webhook/index.js';
import type { NotificationSettings } from '../clients/webhook/settings.js';
import type { Hooks } from '../clients/webhook/types.js';
import type { Config } from '../config.js';
import type { EncoderChoice } from '../contract/learning.js';
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
  /** Path under which the account's pages are, without a slash at its end; unset: at the root. */
  base?: string;
  postgres: PostgresSettings;
  temporal: { address: string; namespace: string; access?: TemporalAccess };
  meta: {
    accessToken: string;
    appSecret: string | null;
    accountId: string;
    /** What the pages call it; null: its id. */
    name: string | null;
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
  /** Path under which the account's pages are, without a slash at its end; unset: at the root. */
  base?: string;
  /** What the pages call the account; unset: its id. */
  accountName?: string | null;
  /** Unset: no hook is configured. */
  hooks?: Hooks;
  /** IANA time zone of the reports; null or unset: the account's. */
  reportTimezone?: string | null;
  /** Real ms that a write to Meta may take. */
  socketTimeoutMs: number;
  /** Null or unset: nothing is forecast, and patterns alone are learned. */
  learning?: Learning | null;
}

/** What reads the texts of ads. */
export interface Learning {
  encoders: Encoders;
  encoder: EncoderChoice;
  /** By which patterns are searched, the one that reads new ones first. */
  search: readonly [SentenceEncoder, ...SentenceEncoder[]];
}

/** The encoders that the settings name; null if they name none. No model is loaded before the first text. */
export function learningOf({
  encoder,
  encoderFolder,
  voyageApiKey,
}: Pick<Config, 'encoder' | 'encoderFolder' | 'voyageApiKey'>): Learning | null {
  if (encoder === null) return null;
  const encoders = openEncoders(encoderFolder);
  return { encoder, encoders, search: searchEncoders(encoders, voyageApiKey) };
}

/** Longest real wait for an encoder at the start, ms. */
const WARM_UP_MS = 5_000;

/**
 * Loads the encoder that most forecasts ask, beside the other steps of a start: in a fast sandbox, the first test's first look
 * comes a second after its start. It never fails, and waits at most five seconds.
 */
export async function warmUp({ encoders }: Learning): Promise<void> {
  const signal = AbortSignal.timeout(WARM_UP_MS);
  await encoders
    .get('use-lite')
    .encode(['ready'], { signal })
    .catch(() => {});
}

/** The others serve patterns that they have read until the first has read all of them. */
export function searchEncoders(encoders: Encoders, voyageApiKey: string | null): Learning['search'] {
  const [first, ...others] = ENCODER_NAMES.map((name) => sentencesOf(encoders.get(name)));
  return voyageApiKey ? [voyageEncoder({ apiKey: voyageApiKey }), first!, ...others] : [first!, ...others];
}

/** The connections that the accounts of a process share. The embedded database has only one. */
export interface SharedConnections {
  pool: ReturnType<typeof createPool>;
  temporal: Connection;
  learning: Learning | null;
  close(): Promise<void>;
}

/**
 * Connects to Postgres (and migrates it) and to Temporal. `say`: told what works less well here. `learning` is closed with
 * them. @throws Error if one can't be reached
 */
export async function openConnections(
  addresses: Pick<Addresses, 'postgres' | 'temporal'>,
  say: (line: string) => void,
  learning: Learning | null = null,
): Promise<SharedConnections> {
  const { address, access = {} } = addresses.temporal;
  const pool = createPool(addresses.postgres);
  try {
    await migrate(pool);
    const note = await exactSearchNote((text, values) => run(pool, text, values));
    if (note !== null) say(note);
    const temporal = await connectTemporal({ ...access, address });
    return {
      pool,
      temporal,
      learning,
      async close() {
        await learning?.encoders.close();
        await temporal.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** The clients of one account on shared connections. */
export function collaboratorsOn(shared: SharedConnections, addresses: Addresses): Collaborators {
  const { environment, timeBase, base = '' } = addresses;
  const { name: accountName, ...metaConfig } = addresses.meta;
  const { namespace, address, access = {} } = addresses.temporal;
  const owner = { environment, accountId: metaConfig.accountId };
  const clock = addresses.clock ?? createClock(timeBase);
  return {
    environment,
    timeBase,
    clock,
    store: createStore(shared.pool, owner),
    meta: createMetaClient({
      ...metaConfig,
      appSecret: metaConfig.appSecret ?? undefined,
      now: () => clock.now(),
    }),
    client: new Client({ connection: shared.temporal, namespace }),
    names: namesOf(owner),
    namespace,
    address,
    access,
    base,
    accountName,
    hooks: createHooks(addresses.notifications?.hooks ?? [], {
      publicUrl: addresses.notifications?.publicUrl ?? null,
      base,
    }),
    reportTimezone: addresses.notifications?.reportTimezone ?? null,
    socketTimeoutMs: metaConfig.socketTimeoutMs,
    learning: shared.learning,
  };
}
