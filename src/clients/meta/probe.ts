import { AdAccount } from 'facebook-nodejs-business-sdk';
import { Fields } from './fields.js';
import { GraphApi, type GraphApiConfig } from './graph-api.js';
import { readAccount } from './objects.js';
import { allRows } from './paging.js';
import type { AccountInfo } from './types.js';

export interface TokenInfo {
  valid: boolean;
  /** Epoch ms; null: never. */
  expiresAt: number | null;
  scopes: string[];
}

/** Meta's least daily budgets of an ad set, minor units, by what is paid for; null where Meta leaves one out. */
export interface MinimumBudgets {
  impressions: number | null;
  clicks: number | null;
  /** Conversions and the like. */
  actions: number | null;
  videoViews: number | null;
}

/** What a set-up is checked by. Reads only. Every method rejects with {@link MetaError} and nothing else. */
export interface MetaProbe {
  /** What the token was granted, e.g. `ads_management`. */
  getScopes(): Promise<string[]>;
  /** What Meta knows of the token. It may refuse to tell a token about itself. */
  getToken(): Promise<TokenInfo>;
  getAccount(): Promise<AccountInfo>;
  /** In the currency; null where Meta has none for it. */
  getMinimumBudgets(currency: string): Promise<MinimumBudgets | null>;
  /** The app's tier by the latest answer, e.g. `development_access`; null where no answer said it. */
  readonly accessTier: string | null;
}

/** @throws Error where the configuration is malformed; the message names the setting and holds no secret. */
export function createMetaProbe(config: GraphApiConfig & { accountId: string }): MetaProbe {
  const { accountId } = config;
  const api = new GraphApi(config);
  const account = () => new AdAccount(accountId, {}, undefined, api);
  return {
    async getScopes() {
      const answer = new Fields('permissions of the token', await api.call('GET', ['me', 'permissions']));
      return answer
        .list('data')
        .filter((entry) => entry.text('status') === 'granted')
        .map((entry) => entry.text('permission'));
    },
    async getToken() {
      const params = { input_token: config.accessToken };
      const answer = await api.call<{ data?: { scopes?: unknown } }>('GET', ['debug_token'], params);
      const token = new Fields('the token', answer.data);
      const scopes = Array.isArray(answer.data?.scopes) ? answer.data.scopes : [];
      return {
        valid: token.flag('is_valid'),
        expiresAt: token.unixSeconds('expires_at'),
        scopes: scopes.filter((scope) => typeof scope === 'string'),
      };
    },
    getAccount: async () => readAccount(account(), accountId),
    async getMinimumBudgets(currency) {
      const names = ['imp', 'low_freq', 'high_freq', 'video_views'].map((name) => `min_daily_budget_${name}`);
      const subject = `minimum budgets of ${accountId}`;
      const rows = account().getMinimumBudgets(['currency', ...names], { limit: 100 }, false);
      const found = (await allRows(rows, subject))
        .map((row) => new Fields(subject, row))
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
      return api.accessTier;
    },
  };
}
