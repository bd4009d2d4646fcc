import type { ApiDependencies } from '../api/dependencies.js';
import type { Announce } from '../contract/events.js';
import { type Accounts, type AccountToServe, type RunningAccount, startAccount } from './account.js';
import { apiOptions, type RunningApi, startApis } from './api.js';
import { type Collaborators, learningOf, openConnections, warmUp } from './collaborators.js';
import { unlessStopping } from './stopping.js';

export interface RunningService {
  api: RunningApi;
  /** Those of the first account. */
  collaborators: Collaborators;
  /** Resolves with a sentence if a part fails by itself. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** Workers and API of these accounts in one process. @throws Error if a part can't be reached or started. */
export async function runService(
  accounts: Accounts<AccountToServe>,
  options: {
    announce: Announce;
    say: (line: string) => void;
    dataFolder?: ApiDependencies['dataFolder'];
    /** Ends the start at its next step. */
    stopping?: AbortSignal | undefined;
  },
): Promise<RunningService> {
  const { say, dataFolder, stopping } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    // All accounts have the same addresses of Postgres and Temporal.
    const shared = await openConnections(accounts[0].addresses, say, learningOf(accounts[0].config));
    stops.push(() => shared.close());
    const warm = shared.learning ? warmUp(shared.learning) : null;
    stopping?.throwIfAborted();
    const start = async (account: AccountToServe): Promise<RunningAccount> => {
      const running = await startAccount(shared, account, { ...options, complain: say });
      stops.push(() => running.stop());
      stopping?.throwIfAborted();
      return running;
    };
    const [first, ...others] = accounts;
    const running = [await start(first)] as [RunningAccount, ...RunningAccount[]];
    for (const account of others) running.push(await start(account));
    const api = await startApis(
      running.map(({ collaborators, config }) => ({
        collaborators,
        options: { ...apiOptions(config, say), dataFolder },
      })),
    );
    stops.push(() => api.stop());
    await unlessStopping(stopping, Promise.all(running.map((account) => account.beginUpkeep())));
    if (warm) await unlessStopping(stopping, warm);
    say(`Pages         ${api.url}/`);
    for (const { collaborators } of running)
      say(`API           ${api.url}${collaborators.base ?? ''}/api/ab/experiments`);
    return {
      api,
      collaborators: running[0].collaborators,
      broken: Promise.race(running.map(({ broken }) => broken)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
