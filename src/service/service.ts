import type { ApiDependencies } from '../api/dependencies.js';
import type { Config } from '../config.js';
import type { Announce } from '../contract/events.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../workflows/search-attributes.js';
import { apiOptions, type RunningApi, startApi } from './api.js';
import { type Addresses, type Collaborators, connectCollaborators } from './collaborators.js';
import { registerSearchAttributes } from './namespace.js';
import { unlessStopping } from './stopping.js';
import { keepReconciled, prepareUpkeep } from './upkeep.js';
import { startWorker } from './worker.js';

export interface RunningService {
  api: RunningApi;
  collaborators: Collaborators;
  /** Resolves with a sentence if a part fails by itself. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** Worker and API in one process, connected to these addresses. @throws Error if a part can't be reached or started. */
export async function runService(
  config: Config,
  addresses: Addresses,
  options: {
    announce: Announce;
    say: (line: string) => void;
    dataFolder?: ApiDependencies['dataFolder'];
    /** Ends the start at its next step. */
    stopping?: AbortSignal | undefined;
  },
): Promise<RunningService> {
  const { announce, say, stopping } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const { notifications } = config;
    const collaborators = await connectCollaborators({ ...addresses, notifications });
    stops.push(() => collaborators.close());
    stopping?.throwIfAborted();
    await registerSearchAttributes(
      collaborators.client.connection,
      collaborators.namespace,
      SEARCH_ATTRIBUTE_KEYS,
    );
    stopping?.throwIfAborted();
    const worker = await startWorker(collaborators, {
      announce,
      writesAllowed: config.writesAllowed,
      accountEnvelope: config.accountEnvelope,
      maxCachedWorkflows: config.maxCachedWorkflows,
      maxActivitiesAtOnce: config.maxActivitiesAtOnce,
    });
    stops.push(() => worker.stop());
    stopping?.throwIfAborted();
    const { dataFolder } = options;
    const api = await startApi(collaborators, { ...apiOptions(config, say), dataFolder });
    stops.push(() => api.stop());
    await unlessStopping(stopping, prepareUpkeep(collaborators, say));
    const upkeep = keepReconciled(collaborators, say);
    stops.push(() => upkeep.stop());
    say(`Pages         ${api.url}/`);
    say(`API           ${api.url}/api/ab/experiments`);
    return { api, collaborators, broken: worker.broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
