import { adminTokenOf } from '../api/http/tokens.js';
import type { Config } from '../config.js';
import type { Announce } from '../contract/events.js';
import { temporalAt } from '../service/addresses.js';
import { type RunningService, runService } from '../service/service.js';
import { FIRST_EXPERIMENTS, prepareTest } from './first-experiments.js';
import type { MarketTextWorld } from './meta-simulator/index.js';
import { type Sandbox, startSandbox } from './sandbox.js';
import { prepareUntestedAds } from './untested-ads.js';

export interface RunningSandbox extends RunningService {
  sandbox: Sandbox;
}

/** The service on embedded parts, except for those that the configuration replaces. @throws DataFolderInUse, PortTaken */
export async function runSandbox(
  config: Config,
  options: {
    /** Start a new world. */
    fresh: boolean;
    announce: Announce;
    say: (line: string) => void;
    stopping?: AbortSignal;
    /** What texts do in each market. */
    textWorld?: MarketTextWorld;
  },
): Promise<RunningSandbox> {
  const { announce, say, stopping } = options;
  const sandbox = await startSandbox({
    directory: config.dataDirectory,
    fresh: options.fresh,
    timeScale: config.timeScale,
    seed: config.marketSeed,
    accounts: config.sandboxAccounts,
    textWorld: options.textWorld,
    namespace: config.temporalNamespace,
    apiVersion: config.meta.apiVersion,
    ports: {
      temporal: config.temporalPort,
      temporalUi: config.temporalUiPort,
      market: config.marketPort,
      api: config.port,
    },
    databaseUrl: config.databaseUrl,
    temporal: config.temporalAddress === null ? null : temporalAt(config),
    log: say,
    stopping,
  });
  let service: RunningService | undefined;
  const stop = async () => {
    await service?.stop();
    await sandbox.stop();
  };
  try {
    const { dataFolder } = sandbox;
    const [first, ...others] = sandbox.accounts;
    service = await runService(
      [{ config, addresses: first.addresses }, ...others.map(({ addresses }) => ({ config, addresses }))],
      { announce, say, dataFolder, stopping },
    );
    const { api, collaborators } = service;
    if (sandbox.temporalUiUrl)
      say(`Temporal UI   ${sandbox.temporalUiUrl}/namespaces/${collaborators.namespace}/workflows`);
    for (const { market } of sandbox.accounts)
      say(`Market        ${market.url} (simulated Meta account ${market.account.id})`);
    say(`Time          one hour takes ${3600 / config.timeScale} s; all times below are experiment time`);
    if (config.firstExperiments) {
      await createFirstExperiments(
        service,
        sandbox,
        adminTokenOf(config.tokens, first.addresses.meta.accountId),
      );
      stopping?.throwIfAborted();
      // After the first experiments, so that their ads have the same ids as ever.
      for (const { market } of sandbox.accounts) {
        await prepareUntestedAds(market, await service.collaborators.clock.now());
        stopping?.throwIfAborted();
      }
    }
    const broken = Promise.race([service.broken, sandbox.broken]);
    return { api, collaborators, sandbox, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Creates those that are missing: all at the first start, or the rest if that start was cut short. */
async function createFirstExperiments(
  { api, collaborators }: RunningService,
  sandbox: Sandbox,
  apiToken: string | null,
): Promise<void> {
  for (const test of FIRST_EXPERIMENTS) {
    if (await collaborators.store.getExperiment(test.id)) continue;
    const response = await fetch(`${api.url}${collaborators.base ?? ''}/api/ab/experiments`, {
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
