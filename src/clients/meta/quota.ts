import type { Headers } from './transport.js';

/**
 * How long Meta asks the account to wait, from the usage headers of its answers.
 * Source: Meta's Graph API and Marketing API rate limiting.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Meta's business use case for insights. Its quota is separate from the quota of this client's other calls. */
const INSIGHTS_USE_CASE = 'ads_insights';

/** Experiment ms to wait before the next call of any kind, and before the next call for insights. 0: no wait. */
export interface Wait {
  any: number;
  insights: number;
}

export const NO_WAIT: Readonly<Wait> = { any: 0, insights: 0 };

/**
 * The wait that an answer's headers ask for, whether or not the call succeeded: the use case's
 * `estimated_time_to_regain_access` (minutes, above 0 only after access is lost), and the account's
 * `reset_time_duration` (seconds) if its use stands at 100 %. Below that, percentages are warnings.
 */
export function waitFromHeaders(headers: Headers): Wait {
  const wait = { ...NO_WAIT };
  for (const useCase of useCasesOf(headers)) {
    const calls = member(useCase, 'type') === INSIGHTS_USE_CASE ? 'insights' : 'any';
    wait[calls] = Math.max(wait[calls], Math.ceil(timeToRegainAccess(useCase)));
  }
  const account = parsedHeader(headers, 'x-ad-account-usage');
  if (positive(member(account, 'acc_id_util_pct')) >= 100) {
    wait.any = Math.max(wait.any, Math.ceil(timeToReset(account)));
  }
  return wait;
}

/**
 * How long the headers of a refusal ask to wait, experiment ms; null if they give no time. The longest
 * `estimated_time_to_regain_access` of the use cases counts, else the account's `reset_time_duration`,
 * else `retry-after` (seconds).
 */
export function retryHint(headers: Headers): number | null {
  const useCases = Math.max(0, ...useCasesOf(headers).map(timeToRegainAccess));
  const account = timeToReset(parsedHeader(headers, 'x-ad-account-usage'));
  const plain = positive(Number(headers['retry-after'])) * SECOND;
  const hint = [useCases, account, plain].find((ms) => ms > 0);
  return hint === undefined ? null : Math.ceil(hint);
}

/** The app's access tier for the Marketing API, e.g. `standard_access`; null if the headers don't give it. */
export function accessTierOf(headers: Headers): string | null {
  const usages = [...useCasesOf(headers), parsedHeader(headers, 'x-ad-account-usage')];
  const tier = usages
    .map((usage) => member(usage, 'ads_api_access_tier'))
    .find((value) => typeof value === 'string' && /^\w{1,64}$/.test(value));
  return typeof tier === 'string' ? tier : null;
}

/**
 * When the account may be called again. All callers who share the client share the wait.
 * It is kept in memory: after a restart, Meta's next answer states it again.
 */
export class Quota {
  readonly #until: Wait = { ...NO_WAIT };

  constructor(readonly now: () => number | Promise<number>) {}

  /** Never rejects: if the clock can't be read, the answer that asked for the wait is still valid. */
  async heed(...waits: Wait[]): Promise<void> {
    const any = Math.max(...waits.map((wait) => wait.any));
    const insights = Math.max(...waits.map((wait) => wait.insights));
    if (any === 0 && insights === 0) return;
    try {
      const now = await this.now();
      if (any > 0) this.#until.any = Math.max(this.#until.any, now + any);
      if (insights > 0) this.#until.insights = Math.max(this.#until.insights, now + insights);
    } catch {
      // Meta itself refuses the next call.
    }
  }

  /** Experiment ms that a call must still wait; 0: none. Rejects if the clock rejects. */
  async left(insights: boolean): Promise<number> {
    const until = Math.max(this.#until.any, insights ? this.#until.insights : 0);
    return until === 0 ? 0 : Math.max(0, until - (await this.now()));
  }
}

function useCasesOf(headers: Headers): unknown[] {
  return Object.values(parsedHeader(headers, 'x-business-use-case-usage')).flatMap((entries): unknown[] =>
    Array.isArray(entries) ? entries : [],
  );
}

function timeToRegainAccess(useCase: unknown): number {
  return positive(member(useCase, 'estimated_time_to_regain_access')) * MINUTE;
}

function timeToReset(account: object): number {
  return positive(member(account, 'reset_time_duration')) * SECOND;
}

function parsedHeader(headers: Headers, name: string): object {
  const value = headers[name];
  try {
    const parsed: unknown = JSON.parse(typeof value === 'string' ? value : '{}');
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function positive(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
