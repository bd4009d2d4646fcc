/**
 * What the rest of the product sees of Meta: plain data and one error type. Budgets are integers of minor
 * units (Meta's offsets), instants epoch ms, spend minor units.
 */

/** Error classes; each has one treatment (README, "When Meta says no"). */
export type MetaErrorKind =
  | 'rate'
  | 'transient'
  | 'too_large'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'policy'
  | 'version'
  | 'not_yet'
  | 'invalid';

/** A failed call to Meta. Its message never holds the token, the app secret or a URL with a query. */
export class MetaError extends Error {
  override readonly name = 'MetaError';
  constructor(
    readonly kind: MetaErrorKind,
    message: string,
    readonly details: {
      httpStatus: number | null;
      code: number | null;
      subcode: number | null;
      traceId: string | null;
      /** Experiment milliseconds to wait, from Meta's hint or the class's default; null where waiting doesn't help. */
      retryAfterMs: number | null;
      /** For a write: `unknown` when it may have been applied or may still be. */
      outcome: 'not_applied' | 'unknown';
    },
  ) {
    super(message);
  }
}

export interface AdInfo {
  id: string;
  name: string;
  adSetId: string;
  campaignId: string;
  accountId: string;
  status: string;
  effectiveStatus: string;
}

export interface AdSetInfo {
  id: string;
  name: string;
  campaignId: string;
  accountId: string;
  status: string;
  effectiveStatus: string;
  /** Null where the ad set has none (campaign budget or lifetime budget). */
  dailyBudget: number | null;
  lifetimeBudget: number | null;
  /** Null: runs until stopped. */
  endTime: number | null;
  /** High-demand-period budget schedules are set. */
  hasBudgetSchedule: boolean;
  /** Learning stage, e.g. LEARNING, SUCCESS; null where Meta gives none. */
  learningStage: string | null;
}

export interface CampaignInfo {
  id: string;
  name: string;
  status: string;
  effectiveStatus: string;
  dailyBudget: number | null;
  lifetimeBudget: number | null;
  adSetBudgetSharing: boolean;
}

export interface AccountInfo {
  /** `act_…` */
  id: string;
  name: string;
  currency: string;
  /** IANA name. */
  timezone: string;
  /** 1 is active. */
  status: number;
  /** Meta's least daily budget of an ad set. */
  minDailyBudget: number;
  spendCap: number | null;
  amountSpent: number;
}

export interface InsightRow {
  adId: string;
  adSetId: string;
  /** Start of the bucket, epoch ms. */
  bucketStart: number;
  /** Its end, exclusive: where clocks change an hour can have two, a day 23 or 25. */
  bucketEnd: number;
  granularity: 'hour' | 'day';
  impressions: number;
  /** Every click on the ad. */
  clicks: number;
  /** Clicks that lead to the advertiser's destination. */
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

/** One account. Every method rejects with {@link MetaError} and nothing else. */
export interface MetaClient {
  readonly accountId: string;
  getAccount(): Promise<AccountInfo>;
  getCampaign(id: string): Promise<CampaignInfo>;
  getAdSet(id: string): Promise<AdSetInfo>;
  getAd(id: string): Promise<AdInfo>;
  /** Ids of the ads with effective status ACTIVE in the ad set, all pages. */
  getActiveAds(adSetId: string): Promise<string[]>;
  /**
   * Ids of the split tests of Meta's, running or planned, that the ad set is a cell of: their people were dealt out
   * at random. All pages.
   */
  getSplitTests(adSetId: string): Promise<string[]>;
  /**
   * One write, no read, no retry. Resolves when Meta acknowledged it; the acknowledgement is no proof,
   * read it back. Rejects with `details.outcome` telling whether it may have been applied.
   */
  writeDailyBudget(adSetId: string, amount: number): Promise<void>;
  /** Rows of the buckets that start within [since, until), all pages; no row for a bucket without delivery. */
  getInsights(query: {
    adIds: string[];
    since: number;
    until: number;
    granularity: 'hour' | 'day';
    /** The account's time zone, IANA. */
    timezone: string;
  }): Promise<InsightRow[]>;
}
