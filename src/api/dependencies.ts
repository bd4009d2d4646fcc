import type { Client } from '@temporalio/client';
import type { PaidClaude } from '../activities/insights/index.js';
import type { Forecaster } from '../activities/learning/forecaster.js';
import type { ExperimentClock } from '../clients/clock.js';
import type { Encoders } from '../clients/encoder/encoders.js';
import type { SentenceEncoder } from '../clients/encoder/types.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Hooks } from '../clients/webhook/types.js';
import type { EncoderChoice } from '../contract/learning.js';
import type { Names } from '../contract/names.js';
import type { Policy } from '../domain/experiment.js';
import type { TimeBase } from '../domain/time-base.js';
import type { ReadAccount } from './account/responses.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import type { NamedToken } from './http/tokens.js';
import type { Gateway } from './temporal/gateway.js';

/** What the API needs from its caller: it reads no environment and makes no client. */
export interface ApiDependencies {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  timeBase: TimeBase;
  temporal: { client: Client; names: Names };
  environment: 'sandbox' | 'live';
  /** Path under which API and pages of this account are, without a slash at its end; unset: at the root. */
  base?: string | undefined;
  /** What the pages call the account; unset: its id. */
  accountName?: string | null | undefined;
  /** Who may use the API; empty: everyone on this machine, without a token. */
  tokens: readonly NamedToken[];
  /** Unset: no hook is configured. */
  hooks?: Hooks | undefined;
  /**
   * For search by meaning. The one is used whose embeddings the patterns have, so that the old encoder serves until a new one has
   * read all of them. Unset: patterns are searched by words.
   */
  searchEncoders?: readonly SentenceEncoder[] | undefined;
  /** Longest real wait for an encoder, ms. Default 2,000. */
  encoderLimitMs?: number | undefined;
  checkIntervalHours: number;
  /** Defaults of a new policy; unset: those of the product. */
  policyDefaults?: Partial<Policy>;
  /** Major units of the account's currency; null: no limit. */
  accountEnvelope: number | null;
  /** The most concurrent checks, over all calls; also the most concurrent pauses by the kill switch. */
  maxChecksAtOnce: number;
  /** False: rollouts only show what they would write. */
  writesAllowed: boolean;
  /** Null or unset: this process has no encoder, so nothing is forecast. */
  encoders?: Encoders | null | undefined;
  /** Which of them learns. */
  encoder?: EncoderChoice | null | undefined;
  /** Writes drafts. Null or unset: there is no key. */
  claude?: PaidClaude | null | undefined;
  /** Names of the account's brands; unset: unknown. */
  brandNames?: readonly string[] | undefined;
  /** What someone would need for a look, a budget write or a report by hand, minutes: for the compound report. Unset: 10. */
  manualMinutesPerCheck?: number | undefined;
  /** Unset: this process keeps nothing on disk. `problem`: why the folder can't be written to and how to fix it; else null. */
  dataFolder?: { problem(): Promise<string | null> } | undefined;
  /** Longest real wait for the outcome of a control, ms. Default 30,000. */
  checkWaitMs?: number;
  /** Ends the answers that never end by themselves. */
  stopping?: AbortSignal | undefined;
  /** Called for each answer with status 500, with the error, which the caller doesn't see. */
  onInternalError?: (error: unknown, request: string) => void;
}

/** What the routes need: the dependencies, with the gateway in place of Temporal's client. */
export interface ApiContext extends Omit<ApiDependencies, 'temporal' | 'checkWaitMs' | 'maxChecksAtOnce'> {
  hooks: Hooks;
  searchEncoders: readonly SentenceEncoder[];
  base: string;
  accountName: string | null;
  gateway: Gateway;
  forecaster: Forecaster;
  account: ReadAccount;
  checkWaitMs: number;
  /** Shared by the checks of all callers. */
  checkLimit: ConcurrencyLimit;
  /** For the pauses that the kill switch sends: they must not wait for checks. */
  pauseLimit: ConcurrencyLimit;
}
