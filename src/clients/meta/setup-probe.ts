import { FieldReader } from './field-reader.js';
import { GraphClient, type GraphClientConfig } from './graph-client.js';
import { readAccount } from './objects.js';
import { Sdk } from './sdk.js';
import type { AccountInfo } from './types.js';

export interface TokenInfo {
  valid: boolean;
  /** Epoch ms; null: never. */
  expiresAt: number | null;
  scopes: string[];
}

/** Meta's minimum daily budgets of an ad set, minor units, by billing event; null if Meta leaves one out. */
export interface MinimumBudgets {
  impressions: number | null;
  clicks: number | null;
  /** Conversions and the like. */
  actions: number | null;
  videoViews: number | null;
}

/** The reads by which a set-up is checked. Every method rejects with {@link MetaError} and nothing else. */
export interface MetaProbe {
  /** The permissions that the token was granted, e.g. `ads_management`. */
  getScopes(): Promise<string[]>;
  /** What Meta knows about the token. Meta may refuse this to the token itself. */
  getToken(): Promise<TokenInfo>;
  getAccount(): Promise<AccountInfo>;
  /** The minimums in the currency; null if Meta has none for it. */
  getMinimumBudgets(currency: string): Promise<MinimumBudgets | null>;
  /** The app's access tier from the latest answer that gave it, e.g. `development_access`; null before that. */
  readonly accessTier: string | null;
}

/** @throws Error if the configuration is malformed; the message names the setting and holds no secret. */
export function createMetaProbe(config: GraphClientConfig & { accountId: string }): MetaProbe {
  const { accountId } = config;
  const graph = new GraphClient(config);
  const sdk = new Sdk(graph);
  return {
    async getScopes() {
      const answer = new FieldReader('permissions of the token', await graph.get(['me', 'permissions']));
      return answer
        .list('data')
        .filter((entry) => entry.text('status') === 'granted')
        .map((entry) => entry.text('permission'));
    },
    async getToken() {
      const { data } = await graph.get(['debug_token'], { input_token: config.accessToken });
      const token = new FieldReader('the token', data);
      const { scopes } = data as { scopes?: unknown };
      return {
        valid: token.flag('is_valid'),
        expiresAt: token.unixSeconds('expires_at'),
        scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [],
      };
    },
    getAccount: () => readAccount(sdk, accountId),
    async getMinimumBudgets(currency) {
      const subject = `minimum budgets of ${accountId}`;
      const rows = await sdk.list('account', accountId, 'getMinimumBudgets', {
        fields: [
          'currency',
          'min_daily_budget_imp',
          'min_daily_budget_low_freq',
          'min_daily_budget_high_freq',
          'min_daily_budget_video_views',
        ],
        params: { limit: 100 },
        subject,
      });
      const found = rows
        .map((row) => new FieldReader(subject, row))
        .find((row) => row.text('currency') === currency);
      if (!found) return null;
      return {
        impressions: found.budget('min_daily_budget_imp'),
        clicks: found.budget('min_daily_budget_high_freq'),
        actions: found.budget('min_daily_budget_low_freq'),
        videoViews: found.budget('min_daily_budget_video_views'),
      };
    },
    get accessTier() {
      return graph.accessTier;
    },
  };
}
