import type { Config } from '../config.js';
import { FIRST_EXPERIMENTS, prepareTest } from '../embedded/first-experiments.js';
import { acquireLock } from '../embedded/lock.js';
import { type Sandbox, startSandbox } from '../embedded/sandbox.js';
import type { Announce } from '../events.js';
import { realAddresses, temporalAt } from './addresses.js';
import { type RunningApi, startApi } from './api.js';
import { type Addresses, type Collaborators, connectCollaborators } from './collaborators.js';
import { prepareUpkeep } from './upkeep.js';
import { startWorker } from './worker.js';

export interface RunningService {
  api: RunningApi;
  collaborators: Collaborators;
  /** Null in live. */
  sandbox: Sandbox | null;
  /** Settles when a part failed by itself, with a sentence. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** Worker and API in one process, with the embedded parts where the configuration names no real ones. */
export async function runService(
  config: Config,
  options: { fresh: boolean; announce: Announce; say: (line: string) => void; firstExperiments?: boolean },
): Promise<RunningService> {
  const { announce, say } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    let sandbox: Sandbox | null = null;
    let addresses: Addresses;
    if (config.mode === 'sandbox') {
      sandbox = await startSandbox({
        directory: config.dataDirectory,
        fresh: options.fresh,
        timeScale: config.timeScale,
        seed: config.marketSeed,
        namespace: config.temporalNamespace,
        apiVersion: config.meta.apiVersion,
        ports: {
          temporal: config.temporalPort,
          temporalUi: config.temporalUiPort,
          market: config.marketPort,
        },
        databaseUrl: config.databaseUrl,
        temporal: config.temporalAddress === null ? null : temporalAt(config),
        log: say,
      });
      stops.push(sandbox.stop);
      addresses = sandbox.addresses;
    } else {
      const lock = await acquireLock(config.dataDirectory);
      stops.push(() => lock.release());
      addresses = realAddresses(config);
    }
    const collaborators = await connectCollaborators(addresses);
    stops.push(() => collaborators.close());
    const worker = await startWorker(collaborators, {
      announce,
      writesAllowed: config.writesAllowed,
      maxCachedWorkflows: config.maxCachedWorkflows,
    });
    stops.push(() => worker.stop());
    const api = await startApi(collaborators, {
      host: config.host,
      port: config.port,
      apiToken: config.apiToken,
      checkIntervalHours: config.checkIntervalHours,
      onInternalError: (error, where) =>
        say(`api: ${where}: ${error instanceof Error ? error.message : String(error)}`),
    });
    stops.push(() => api.stop());
    await prepareUpkeep(collaborators);
    say(`API           ${api.url}/api/ab/experiments`);
    if (sandbox) {
      if (sandbox.temporalUiUrl)
        say(`Temporal UI   ${sandbox.temporalUiUrl}/namespaces/${collaborators.namespace}/workflows`);
      say(`Market        ${sandbox.market.url} (simulated Meta account ${sandbox.market.account.id})`);
      say(`Time          one hour is ${3600 / config.timeScale} s; every instant below is experiment time`);
      if (sandbox.isNew && config.firstExperiments && options.firstExperiments !== false)
        await createFirstExperiments(api, sandbox, config.apiToken);
    }
    const broken = Promise.race([worker.broken, ...(sandbox ? [sandbox.broken] : [])]);
    return { api, collaborators, sandbox, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createFirstExperiments(
  api: RunningApi,
  sandbox: Sandbox,
  apiToken: string | null,
): Promise<void> {
  for (const test of FIRST_EXPERIMENTS) {
    const response = await fetch(`${api.url}/api/ab/experiments`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiToken ? { authorization: `Bearer ${apiToken}` } : {}),
      },
      body: JSON.stringify(await prepareTest(sandbox.market, test)),
    });
    if (!response.ok) throw new Error(`The first experiments could not be created: ${await response.text()}`);
  }
}
