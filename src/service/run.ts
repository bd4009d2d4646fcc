import type { Config } from '../config.js';
import type { TimeBase } from '../domain/clock.js';
import { FIRST_EXPERIMENTS, prepareTest } from '../embedded/first-experiments.js';
import { acquireLock } from '../embedded/lock.js';
import { type Sandbox, startSandbox } from '../embedded/sandbox.js';
import type { Announce } from '../events.js';
import { RECONCILE_WORKFLOW, TASK_QUEUE } from '../workflows/contract.js';
import { type RunningApi, startApi } from './api.js';
import { type Addresses, type Collaborators, connectCollaborators } from './collaborators.js';
import { ensureSchedules } from './schedules.js';
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
        temporalAddress: config.temporalAddress,
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
      if (sandbox.isNew && options.firstExperiments !== false)
        await createFirstExperiments(api, sandbox, config.apiToken);
    }
    const broken = Promise.race([
      ...(sandbox ? [sandbox.broken] : []),
      worker.done.then(
        () => new Promise<string>(() => {}),
        (error: unknown) => `The worker failed: ${error instanceof Error ? error.message : String(error)}`,
      ),
    ]);
    return { api, collaborators, sandbox, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Addresses of a real deployment. @throws ConfigError-like sentence where one is missing. */
export function realAddresses(config: Config): Addresses {
  const { databaseUrl, temporalAddress, meta, mode } = config;
  const missing = [
    ...(databaseUrl ? [] : ['DATABASE_URL']),
    ...(temporalAddress ? [] : ['TEMPORAL_ADDRESS']),
    ...(meta.accessToken ? [] : ['META_ACCESS_TOKEN']),
    ...(meta.accountId ? [] : ['META_AD_ACCOUNT_ID']),
    ...(meta.graphUrl ? [] : ['META_GRAPH_URL']),
    ...(config.timeScale !== 1 && config.timeEpochMs === null ? ['TIME_EPOCH'] : []),
  ];
  if (missing.length > 0) throw new Error(`Needed and not set: ${missing.join(', ')}.`);
  const timeBase: TimeBase = { epochMs: config.timeEpochMs ?? 0, scale: config.timeScale };
  return {
    environment: mode,
    timeBase,
    postgres: { connectionString: databaseUrl! },
    temporal: { address: temporalAddress!, namespace: config.temporalNamespace },
    meta: {
      accessToken: meta.accessToken!,
      appSecret: meta.appSecret,
      accountId: meta.accountId!,
      graphUrl: meta.graphUrl!,
      apiVersion: meta.apiVersion,
      socketTimeoutMs: meta.socketTimeoutMs,
    },
  };
}

/** Schedules, and one reconciliation now: whatever was lost while the service was down gets its workflow back. */
export async function prepareUpkeep(collaborators: Collaborators): Promise<void> {
  const { client } = collaborators;
  await ensureSchedules(client, 'UTC');
  await client.workflow.execute(RECONCILE_WORKFLOW, {
    workflowId: 'schedule/auto_promotion_check/boot',
    taskQueue: TASK_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
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
