import type { Client } from '@temporalio/client';
import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Names } from '../contract/names.js';
import type { Policy } from '../domain/experiment.js';
import type { TimeBase } from '../domain/time-base.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import type { Gateway } from './temporal/gateway.js';

/** What the API is given at start; it reads no environment and makes no client. */
export interface ApiDependencies {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  timeBase: TimeBase;
  temporal: { client: Client; names: Names };
  environment: 'sandbox' | 'live';
  /** Callers must send it as a bearer token; null: no token is asked for. */
  apiToken: string | null;
  checkIntervalHours: number;
  /** What a policy has that says nothing else; unset: the product's own. */
  policyDefaults?: Partial<Policy>;
  /** Major units of the account's currency; null: no limit. */
  accountEnvelope: number | null;
  /** Of checks that one call, or several, ask for at once; and of pauses by the kill switch. */
  maxChecksAtOnce: number;
  /** False: rollouts only show what they would write. */
  writesAllowed: boolean;
  /** What this process keeps on disk; unset: nothing. `problem`: why it can't be written to, with the cure, or null. */
  dataFolder?: { problem(): Promise<string | null> } | undefined;
  /** Longest real wait for the outcome of a control, ms. Default 30,000. */
  checkWaitMs?: number;
  /** Told of each answer with status 500, with the error that the caller doesn't see. */
  onInternalError?: (error: unknown, request: string) => void;
}

/** What routes get: the dependencies, with the gateway in place of Temporal's client. */
export interface ApiContext extends Omit<ApiDependencies, 'temporal' | 'checkWaitMs' | 'maxChecksAtOnce'> {
  gateway: Gateway;
  checkWaitMs: number;
  /** For the checks of all callers together. */
  checkLimit: ConcurrencyLimit;
  /** For the pauses that the kill switch sends: they don't wait for checks. */
  pauseLimit: ConcurrencyLimit;
}
