import { randomBytes, randomInt } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { accountBase } from '../api/http/paths.js';
import { createClock } from '../clients/clock.js';
import type { Addresses } from '../service/collaborators.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../workflows/search-attributes.js';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { acquireLock } from './lock.js';
import { type Market, type MarketTextWorld, startMarket } from './meta-simulator/index.js';
import { claimPort } from './ports.js';
import { startPostgres } from './postgres.js';
import { noteRunning } from './running.js';
import { startTemporal } from './temporal.js';
import { keepTimeBase } from './time-base.js';

export interface SandboxOptions {
  /** The folder with everything that the sandbox keeps. One process at a time. */
  directory: string;
  /** Start a new world: the content of the folder is deleted once the lock is held. */
  fresh: boolean;
  timeScale: number;
  /** Of the first account's market; each further one takes the next. */
  seed: number;
  /** How many accounts, each with a market of its own. Default 1. */
  accounts?: number;
  /** What texts do in each market. Unset: the market's default. */
  textWorld?: MarketTextWorld | undefined;
  namespace: string;
  apiVersion: string;
  /** 0: any free port. */
  ports: {
    temporal: number;
    temporalUi: number;
    market: number;
    /** Only checked: if it is taken, the start should fail early. */
    api?: number;
  };
  /** A real database and a real Temporal server; null: the embedded ones. */
  databaseUrl: string | null;
  temporal: Addresses['temporal'] | null;
  /** Takes each line that the Temporal server complains about. */
  log(line: string): void;
  /** Ends the start at its next step. */
  stopping?: AbortSignal | undefined;
}

/** A simulated account. */
export interface SandboxAccount {
  /** What the clients connect to. Embedded and real parts differ in nothing else. */
  addresses: Addresses;
  market: Market;
}

/** The running embedded parts. */
export interface Sandbox extends SandboxAccount {
  /** All of them; the first is this object's own. */
  accounts: readonly [SandboxAccount, ...SandboxAccount[]];
  dataFolder: DataFolder;
  /** Null if Temporal is not embedded. */
  temporalUiUrl: string | null;
  /** Whether the folder had no world before this start. */
  isNew: boolean;
  /** Resolves with a sentence if an embedded server ends by itself. */
  broken: Promise<string>;
  /** Stop workers, API and clients first. */
  stop(): Promise<void>;
}

/** The market asks for a token, as Meta does. The token gives access to nothing else. */
const MARKET_TOKEN = `sandbox-${randomBytes(12).toString('hex')}`;
const SOCKET_TIMEOUT_MS = 1_000;

/** Starts everything that the service needs, on this machine. @throws DataFolderUnusable, DataFolderInUse, PortTaken */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { directory, stopping } = options;
  const dataFolder = await openDataFolder(directory);
  const lock = await acquireLock(directory);
  const stops: (() => Promise<void>)[] = [() => lock.release()];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    await claimPort(options.ports.api ?? 0, 'PORT');
    if (options.fresh) await clear(directory);
    await dataFolder.makePrivate();
    const isNew = !(await readdir(directory)).includes('clock.json');
    const timeBase = keepTimeBase(directory, options.timeScale);
    const clock = createClock(timeBase);
    const openMarket = async (index: number): Promise<Market> => {
      const opened = await startMarket({
        directory: path.join(directory, index === 0 ? 'market' : `market-${index + 1}`),
        clock,
        seed: options.seed + index,
        port: index === 0 ? await marketPort(options.ports.market) : 0,
        accessToken: MARKET_TOKEN,
        ...(options.textWorld && { world: options.textWorld }),
        // Not derived from the seed: sandboxes that share a Temporal server or a database are told apart by their account.
        account: { id: `act_${randomInt(1e14, 2e14)}` },
      });
      stops.push(() => opened.close());
      stopping?.throwIfAborted();
      return opened;
    };
    const market = await openMarket(0);
    const others: Market[] = [];
    for (let index = 1; index < (options.accounts ?? 1); index++) others.push(await openMarket(index));
    let postgres: Addresses['postgres'];
    if (options.databaseUrl === null) {
      const embedded = await startPostgres({ directory: path.join(directory, 'postgres') });
      stops.push(() => embedded.stop());
      postgres = embedded.config;
    } else {
      postgres = { connectionString: options.databaseUrl };
    }
    stopping?.throwIfAborted();
    let temporal: Addresses['temporal'];
    let temporalUiUrl: string | null = null;
    let broken: Promise<string> = new Promise(() => {});
    if (options.temporal === null) {
      const server = await startTemporal({
        directory: path.join(directory, 'temporal'),
        namespace: options.namespace,
        port: options.ports.temporal,
        uiPort: options.ports.temporalUi,
        searchAttributes: SEARCH_ATTRIBUTE_KEYS,
        log: options.log,
      });
      stops.push(() => server.stop());
      temporal = { address: server.address, namespace: server.namespace };
      temporalUiUrl = server.uiUrl;
      broken = server.exited;
    } else {
      temporal = options.temporal;
    }
    const forget = noteRunning(directory, {
      temporalAddress: temporal.address,
      temporalNamespace: temporal.namespace,
      accountId: market.account.id,
    });
    stops.push(async () => forget());
    const several = others.length > 0;
    const accountOf = (one: Market, index: number): SandboxAccount => ({
      market: one,
      addresses: {
        environment: 'sandbox',
        timeBase,
        clock,
        postgres,
        temporal,
        base: several ? accountBase(one.account.id) : '',
        meta: {
          accessToken: MARKET_TOKEN,
          appSecret: null,
          accountId: one.account.id,
          name: several ? `Simulated account ${index + 1}` : null,
          graphUrl: one.url,
          apiVersion: options.apiVersion,
          socketTimeoutMs: SOCKET_TIMEOUT_MS,
          readTimeoutMs: SOCKET_TIMEOUT_MS,
        },
      },
    });
    const first = accountOf(market, 0);
    return {
      ...first,
      accounts: [first, ...others.map((one, index) => accountOf(one, index + 1))],
      dataFolder,
      temporalUiUrl,
      isNew,
      broken,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Claims a given port first, so that the error names the setting if it is taken. For 0, the market chooses its own port. */
function marketPort(port: number): Promise<number> | 0 {
  return port === 0 ? 0 : claimPort(port, 'MARKET_PORT');
}

async function clear(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('lock.')) await rm(path.join(directory, name), { recursive: true, force: true });
  }
}
