import { AdAccount } from 'facebook-nodejs-business-sdk';
import { REPORT_WAIT_MS, ReportRuns } from './async-reports.js';
import { readBudgetEdits } from './budget-edits.js';
import { readCampaignSpend } from './campaign-spend.js';
import { GraphApi, type GraphApiConfig } from './graph-api.js';
import { readInsights } from './insights.js';
import {
  readAccount,
  readActiveAds,
  readAd,
  readAdSet,
  readCampaign,
  readDailyBudget,
  readSplitTests,
  validateDailyBudget,
  writeDailyBudget,
} from './objects.js';
import type { MetaClient } from './types.js';

export type { MetaClient } from './types.js';

export interface MetaClientConfig extends GraphApiConfig {
  /** `act_…` */
  accountId: string;
  /** Real ms for which a question for insights waits for asynchronous reports; unset: {@link REPORT_WAIT_MS}. */
  reportWaitMs?: number;
}

/**
 * The client of one ad account, on Meta's own SDK. Nothing of the SDK leaves it: results are plain picked
 * fields, failures {@link MetaError}.
 * @throws Error where the configuration is malformed; the message names the setting and holds no secret.
 */
export function createMetaClient(config: MetaClientConfig): MetaClient {
  const { accountId, reportWaitMs = REPORT_WAIT_MS } = config;
  if (!/^act_\d+$/.test(accountId)) throw new Error('An ad account id looks like act_123.');
  const api = new GraphApi(config);
  const runs = new ReportRuns();
  // Objects are made anew for each call: the SDK's remember what they read and send it along.
  const account = (): AdAccount => new AdAccount(accountId, {}, undefined, api);
  return {
    accountId,
    getAccount: async () => readAccount(account(), accountId),
    getCampaign: async (id) => readCampaign(api, id),
    getCampaignSpend: async (id) => readCampaignSpend(api, id),
    getAdSet: async (id) => readAdSet(api, id),
    getDailyBudget: async (adSetId) => readDailyBudget(api, adSetId),
    getAd: async (id) => readAd(api, id),
    getActiveAds: async (adSetId) => readActiveAds(api, adSetId),
    getSplitTests: async (adSetId) => readSplitTests(api, adSetId),
    writeDailyBudget: async (adSetId, amount) => writeDailyBudget(api, adSetId, amount),
    validateDailyBudget: async (adSetId, amount) => validateDailyBudget(api, adSetId, amount),
    getBudgetEdits: async (adSetId, since) =>
      readBudgetEdits(account(), { adSetId, since, now: await api.now() }),
    getInsights: async (query) => readInsights({ api, account: account(), runs, reportWaitMs }, query),
  };
}
