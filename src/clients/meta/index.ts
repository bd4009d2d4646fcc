import { readAccountAds, readPictureAddresses } from './account-ads.js';
import { REPORT_WAIT_MS, ReportRuns } from './async-reports.js';
import { readBudgetEdits } from './budget-edits.js';
import { GraphClient, type GraphClientConfig } from './graph-client.js';
import { readCampaignSpend, readInsights, readSegments } from './insights.js';
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
import { Pictures } from './pictures.js';
import { PICTURE_TIMEOUT_MS, readCreative } from './read-creative.js';
import { Sdk } from './sdk.js';
import type { MetaClient } from './types.js';

/**
 * Meta's Marketing API for one ad account. Callers get plain data and one error type (`types.ts`). From top to bottom:
 *
 * - What is read and written: `objects.ts`; `insights.ts` with `insight-row.ts` and `async-reports.ts`;
 *   `budget-edits.ts`; `account-ads.ts` and `pictures.ts` for the choice of a test; `creative.ts` and `read-creative.ts` for
 *   what an ad shows; for the doctor command `setup-probe.ts`. They check answers with `field-reader.ts`.
 * - Which object, edge and field that is: `sdk.ts`, the only file that imports Meta's SDK.
 * - How a call is made: `graph-client.ts` sends it with credentials and a time-out and reads all pages, on
 *   `transport.ts` (HTTP), `errors.ts` (error classes), `quota.ts` (Meta's waits) and `scrub.ts` (secrets in texts).
 *
 * `budget-context.ts` and `look-setting.ts` combine several reads of a {@link MetaClient} for a preflight and a look.
 * `timezone.ts` is the account's calendar.
 */

export type { MetaClient } from './types.js';

export interface MetaClientConfig extends GraphClientConfig {
  /** `act_…` */
  accountId: string;
  /** Real ms that a query for insights waits for asynchronous reports; unset: {@link REPORT_WAIT_MS}. */
  reportWaitMs?: number;
  /** Real ms per address of a creative's picture; unset: {@link PICTURE_TIMEOUT_MS}. */
  pictureTimeoutMs?: number;
}

/** @throws Error if the configuration is malformed; the message names the setting and holds no secret. */
export function createMetaClient(config: MetaClientConfig): MetaClient {
  const { accountId, reportWaitMs = REPORT_WAIT_MS, pictureTimeoutMs = PICTURE_TIMEOUT_MS } = config;
  if (!/^act_\d+$/.test(accountId)) throw new Error('An ad account id looks like act_123.');
  const graph = new GraphClient(config);
  const sdk = new Sdk(graph);
  const now = () => graph.now();
  const reports = { sdk, accountId, reportWaitMs, now, runs: new ReportRuns() };
  const trustedOrigin = new URL(config.graphUrl).origin;
  const pictures = new Pictures(trustedOrigin, (adId) => readPictureAddresses(sdk, adId));
  const loading = { trustedOrigin, timeoutMs: pictureTimeoutMs };
  return {
    accountId,
    getAccount: () => readAccount(sdk, accountId),
    getCampaign: (id) => readCampaign(sdk, id),
    getCampaignSpend: (id) => readCampaignSpend(sdk, id),
    getAdSet: (id) => readAdSet(sdk, id),
    getDailyBudget: (adSetId) => readDailyBudget(sdk, adSetId),
    getAd: (id) => readAd(sdk, id),
    getActiveAds: (adSetId) => readActiveAds(sdk, adSetId),
    getSplitTests: (adSetId) => readSplitTests(sdk, adSetId),
    writeDailyBudget: (adSetId, amount) => writeDailyBudget(sdk, adSetId, amount),
    validateDailyBudget: (adSetId, amount) => validateDailyBudget(sdk, adSetId, amount),
    getBudgetEdits: async (adSetId, since) =>
      readBudgetEdits(sdk, accountId, { adSetId, since, now: await now() }),
    async getAccountAds(timezone) {
      const { pictures: addresses, ...found } = await readAccountAds(reports, { timezone, now: await now() });
      pictures.note(addresses);
      return found;
    },
    getCreative: (adId) => readCreative(sdk, adId, loading),
    getPicture: (adId) => pictures.get(adId),
    getInsights: (query) => readInsights(reports, query),
    getSegments: (query) => readSegments(reports, query),
  };
}
