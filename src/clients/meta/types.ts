import type { AdSetSettings } from '../../domain/comparability.js';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';

/**
 * What the rest of the product sees of Meta: plain data and one error type. Budgets are integers of minor
 * units (Meta's offsets), instants epoch ms, spend minor units.
 */

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
      /** The client refused the call by itself, since the account has to wait: Meta has seen nothing of it. */
      notSent?: true;
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
  /** The last edit that began the learning stage anew; null where Meta gives none. */
  lastSignificantEditAt: number | null;
  /** What it must have in common with the other ad sets of a test. */
  settings: AdSetSettings;
}

export interface CampaignInfo {
  id: string;
  name: string;
  status: string;
  effectiveStatus: string;
  dailyBudget: number | null;
  lifetimeBudget: number | null;
  adSetBudgetSharing: boolean;
  /** All that the campaign may ever spend; null: no cap. */
  spendCap: number | null;
  /** Of its ad sets together; null where Meta gives none. */
  startTime: number | null;
  stopTime: number | null;
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
  /** Null: no cap. At the cap, all delivery of the account stops. */
  spendCap: number | null;
  /** What counts against the cap, since it was last reset. */
  amountSpent: number;
  /** Meta's number for why the account is disabled; null where it isn't, or Meta doesn't say. */
  disableReason: number | null;
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

/** One change of an ad set's budget, from Meta's activity log. */
export interface BudgetEdit {
  /** Whole seconds, as Meta has it. */
  at: number;
  /** The person's or system user's name as Meta gives it. */
  actor: string | null;
  /** The app through which it came. */
  application: string | null;
  /** Daily budgets; null where Meta doesn't say them in a known form, or the amount is no daily budget. */
  before: number | null;
  after: number | null;
}

/**
 * One account. Every method rejects with {@link MetaError} and nothing else. Once an answer to any caller says that
 * the account must wait, every call rejects at once as `rate`, with the wait that is left, until it is over.
 */
export interface MetaClient {
  readonly accountId: string;
  getAccount(): Promise<AccountInfo>;
  getCampaign(id: string): Promise<CampaignInfo>;
  /**
   * Minor units that all ads of the campaign have spent together since it began, or in the 37 months that Meta keeps
   * insights for.
   */
  getCampaignSpend(id: string): Promise<number>;
  getAdSet(id: string): Promise<AdSetInfo>;
  /**
   * The ad set's daily budget alone, minor units; null where it has none (campaign budget or lifetime budget). It stays
   * readable where Meta refuses another field of the ad set, or gives one in an unknown form.
   */
  getDailyBudget(adSetId: string): Promise<number | null>;
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
  /**
   * Asks Meta whether it would take that budget, and writes nothing: rejects as {@link writeDailyBudget} would,
   * with `details.outcome` always `not_applied`. A yes is no promise: limits of the hour and of what is spent move on.
   */
  validateDailyBudget(adSetId: string, amount: number): Promise<void>;
  /** Changes of the ad set's budget from the second that holds `since` (epoch ms) on, oldest first, all pages. */
  getBudgetEdits(adSetId: string, since: number): Promise<BudgetEdit[]>;
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
