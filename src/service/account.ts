/** One ad account of a service: its worker, and the upkeep of its workflows. */
import { accountBase } from '../api/http/paths.js';
import { type Config, configOf } from '../config.js';
import type { Announce } from '../contract/events.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../workflows/search-attributes.js';
import { realAddresses } from './addresses.js';
import { claudeOf } from './claude.js';
import {
  type Addresses,
  type Collaborators,
  collaboratorsOn,
  type SharedConnections,
} from './collaborators.js';
import { registerSearchAttributes } from './namespace.js';
import { unlessStopping } from './stopping.js';
import { keepReconciled, prepareUpkeep } from './upkeep.js';
import { startWorker } from './worker.js';

/** An account to serve: its settings, and the addresses that follow from them. */
export interface AccountToServe {
  config: Config;
  addresses: Addresses;
}

/** At least one account. */
export type Accounts<T> = readonly [T, ...T[]];

/** The accounts that the settings of a real deployment name. @throws Error that names each missing setting */
export function accountsOf(config: Config): Accounts<AccountToServe> {
  const [first, ...others] = config.accounts.map((account): AccountToServe => {
    const own = configOf(config, account);
    return { config: own, addresses: { ...realAddresses(own), base: accountBase(account.accountId) } };
  });
  return first ? [first, ...others] : [{ config, addresses: realAddresses(config) }];
}

export interface RunningAccount {
  config: Config;
  collaborators: Collaborators;
  /** Resolves with a sentence if the worker fails by itself. */
  broken: Promise<string>;
  /** Prepares the Schedules and begins to reconcile. @throws Error if the worker fails meanwhile */
  beginUpkeep(): Promise<void>;
  stop(): Promise<void>;
}

export interface AccountOptions {
  announce: Announce;
  say(line: string): void;
  /** Takes a line about what could not be prepared. */
  complain(line: string): void;
  /** Ends the start at its next step. */
  stopping?: AbortSignal | undefined;
}

/** Starts the worker of an account. @throws Error if Temporal or Meta can't be reached */
export async function startAccount(
  shared: SharedConnections,
  { config, addresses }: AccountToServe,
  { announce, say, complain, stopping }: AccountOptions,
): Promise<RunningAccount> {
  const { notifications } = config;
  const collaborators = collaboratorsOn(shared, { ...addresses, notifications });
  await registerSearchAttributes(shared.temporal, collaborators.namespace, SEARCH_ATTRIBUTE_KEYS);
  stopping?.throwIfAborted();
  const about = `${addresses.meta.accountId}: `;
  const worker = await startWorker(collaborators, {
    announce: addresses.base ? (event) => announce({ ...event, text: about + event.text }) : announce,
    writesAllowed: config.writesAllowed,
    accountEnvelope: config.accountEnvelope,
    brandNames: config.brandNames,
    maxCachedWorkflows: config.maxCachedWorkflows,
    maxActivitiesAtOnce: config.maxActivitiesAtOnce,
    claude: claudeOf(config),
  });
  const { broken } = worker;
  let upkeep: { stop(): Promise<void> } | null = null;
  return {
    config,
    collaborators,
    broken,
    async beginUpkeep() {
      // This worker runs the reconciliation: if the worker breaks, the wait for it must end too.
      await unlessStopping(
        stopping,
        Promise.race([
          prepareUpkeep(collaborators, complain),
          broken.then((failure) => Promise.reject(new Error(failure))),
        ]),
      );
      upkeep = keepReconciled(collaborators, say);
    },
    async stop() {
      await upkeep?.stop();
      await worker.stop();
    },
  };
}
