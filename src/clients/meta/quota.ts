import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { AD_SET_BLOCK, type Failure, type Headers, member, parsedHeader, positive } from './errors.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Meta's business use case of reports; its quota is counted apart from that of all other calls of this client. */
const INSIGHTS_USE_CASE = 'ads_insights';
/** The error code of that use case's limit. */
const INSIGHTS_LIMIT = 80000;

/** Experiment ms to wait before the next call: of any kind, and of insights. 0: none. */
export interface Wait {
  any: number;
  insights: number;
}

/**
 * What an answer's usage headers ask of the account: the use case's `estimated_time_to_regain_access` (minutes,
 * above 0 only where access is lost), and the account's `reset_time_duration` (seconds) where it stands at 100 %.
 * Below that, percentages are warnings. Source: Meta's Graph API rate limiting, Marketing API rate limiting.
 */
export function waitFromHeaders(headers: Headers): Wait {
  const wait: Wait = { any: 0, insights: 0 };
  for (const entries of Object.values(parsedHeader(headers, 'x-business-use-case-usage'))) {
    for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
      const of = member(entry, 'type') === INSIGHTS_USE_CASE ? 'insights' : 'any';
      const minutes = positive(member(entry, 'estimated_time_to_regain_access'));
      wait[of] = Math.max(wait[of], Math.ceil(minutes * MINUTE));
    }
  }
  const account = parsedHeader(headers, 'x-ad-account-usage');
  if (positive(member(account, 'acc_id_util_pct')) >= 100) {
    const seconds = positive(member(account, 'reset_time_duration'));
    wait.any = Math.max(wait.any, Math.ceil(seconds * SECOND));
  }
  return wait;
}

/** The app's tier of access to the Marketing API, by the usage headers; null where none says it. */
export function accessTierOf(headers: Headers): string | null {
  const useCases = Object.values(parsedHeader(headers, 'x-business-use-case-usage')).flat() as unknown[];
  const tiers = [...useCases, parsedHeader(headers, 'x-ad-account-usage')].map((usage) =>
    member(usage, 'ads_api_access_tier'),
  );
  const tier = tiers.find((value) => typeof value === 'string' && /^\w{1,64}$/.test(value));
  return typeof tier === 'string' ? tier : null;
}

/** What a refusal asks of the account, beside its headers. */
export function waitFromFailure(
  { code, subcode }: Pick<Failure, 'code' | 'subcode'>,
  { kind, retryAfterMs }: { kind: MetaErrorKind; retryAfterMs: number | null },
): Wait {
  // One ad set's block says nothing of any other call.
  if (kind !== 'rate' || subcode === AD_SET_BLOCK) return { any: 0, insights: 0 };
  const ms = retryAfterMs ?? 0;
  return code === INSIGHTS_LIMIT ? { any: 0, insights: ms } : { any: ms, insights: 0 };
}

/**
 * When the account may be called again, by what any of its answers said: whoever shares the client shares the wait.
 * Kept in memory: after a restart Meta says it anew.
 */
export class Quota {
  #until: Wait = { any: 0, insights: 0 };

  constructor(readonly now: () => number | Promise<number>) {}

  /** Never rejects: an answer is not worth less because the clock can't be read. */
  async heed(...waits: Wait[]): Promise<void> {
    const any = Math.max(...waits.map((wait) => wait.any));
    const insights = Math.max(...waits.map((wait) => wait.insights));
    if (any === 0 && insights === 0) return;
    try {
      const now = await this.now();
      if (any > 0) this.#until.any = Math.max(this.#until.any, now + any);
      if (insights > 0) this.#until.insights = Math.max(this.#until.insights, now + insights);
    } catch {
      // Meta refuses the next call itself.
    }
  }

  /** Experiment ms that a call must still wait; 0: none. Rejects where the clock does. */
  async left(insights: boolean): Promise<number> {
    const until = Math.max(this.#until.any, insights ? this.#until.insights : 0);
    return until === 0 ? 0 : Math.max(0, until - (await this.now()));
  }
}
