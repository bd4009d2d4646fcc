import type { AdSetSettings } from '../../domain/comparability.js';
import type { RanCreative, RanPicture, StoredPicture } from '../../domain/creative/ran-creative.js';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import type { Breakdown } from '../../domain/segments.js';
import type { AccountAds, AccountCampaign } from '../../domain/setup/account.js';

/**
 * What the rest of the product sees of Meta: plain data and one error type. Budgets, spend and revenue are integers of
 * minor units (Meta's offsets), instants epoch ms.
 */

export { PICTURE_TYPES } from '../../domain/creative/ran-creative.js';

/** A picture as a page may show it. */
export interface Picture extends StoredPicture {
  bytes: Uint8Array<ArrayBuffer>;
}

/** The creative of an ad as Meta has it now. */
export interface ReadCreative {
  creative: Omit<RanCreative, 'picture' | 'readAt'>;
  /** Null: the ad has none. */
  picture: {
    kind: RanPicture['kind'];
    /** Null: it could not be loaded. */
    loaded: Picture | null;
    /** Why it could not be loaded, in a sentence; null if it was. */
    problem: string | null;
    /** Whether another try may load it. */
    isPassing: boolean;
  } | null;
}

/** A failed call to Meta. Its message never contains the token, the app secret or a URL with a query. */
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
      /** Experiment ms to wait, from Meta's hint or the default of the kind; null if no wait is known. */
      retryAfterMs: number | null;
      /** For a write: `unknown` if it may have been applied or may still be applied later. */
      outcome: 'not_applied' | 'unknown';
      /** The client itself refused the call, because the account has to wait. The call did not reach Meta. */
      notSent?: true;
      /** The app secret doesn't belong to the token's app. */
      appSecretRefused?: true;
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
  /** Null if the ad set has none (campaign budget or lifetime budget). */
  dailyBudget: number | null;
  lifetimeBudget: number | null;
  /** Null: the ad set runs until it is stopped. */
  endTime: number | null;
  /** Whether budget schedules for high-demand periods are set. */
  hasBudgetSchedule: boolean;
  /** E.g. LEARNING, SUCCESS; null if Meta gives none. */
  learningStage: string | null;
  /** The last edit that restarted the learning stage; null if Meta gives none. */
  lastSignificantEditAt: number | null;
  /** The event that Meta optimises it for; null if there is none that is counted. See domain/conversion-event.ts. */
  resultEvent: string | null;
  /** The settings that all ad sets of a test must share. */
  settings: AdSetSettings;
}

export type CampaignInfo = AccountCampaign;

export interface AccountInfo {
  /** `act_…` */
  id: string;
  name: string;
  currency: string;
  /** IANA name. */
  timezone: string;
  /** 1 is active. */
  status: number;
  /** Meta's minimum daily budget of an ad set. */
  minDailyBudget: number;
  /** Null: no cap. At the cap, all delivery of the account stops. */
  spendCap: number | null;
  /** The amount that counts against the cap, since the cap was last reset. */
  amountSpent: number;
  /** Meta's code for the reason why the account is disabled; null if it isn't disabled or Meta gives no reason. */
  disableReason: number | null;
}

export interface InsightRow {
  adId: string;
  adSetId: string;
  /** Start of the bucket, epoch ms. */
  bucketStart: number;
  /** End of the bucket, exclusive. If clocks change, an hourly bucket can last 2 hours, a daily one 23 or 25. */
  bucketEnd: number;
  granularity: 'hour' | 'day';
  impressions: number;
  /** Every click on the ad. */
  clicks: number;
  /** Clicks through to the advertiser's destination. */
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

/** One whole day of an ad in one segment of its audience. */
export interface SegmentRow extends InsightRow {
  breakdown: Breakdown;
  /** E.g. `25-34 female` or `instagram instagram stories`. */
  segment: string;
}

/** One change of an ad set's budget, from Meta's activity log. */
export interface BudgetEdit {
  /** Epoch ms of a whole second, which is Meta's precision. */
  at: number;
  /** The name of the user or system user, as Meta gives it. */
  actor: string | null;
  /** The app that sent the change. */
  application: string | null;
  /** Daily budgets; null if Meta gives the amount in an unknown form, or it isn't a daily budget. */
  before: number | null;
  after: number | null;
}

/**
 * One account. Every method rejects with {@link MetaError} and nothing else. Once an answer to any caller says that
 * the account must wait, every call rejects at once as `rate`, with the remaining wait, until the wait is over.
 */
export interface MetaClient {
  readonly accountId: string;
  getAccount(): Promise<AccountInfo>;
  getCampaign(id: string): Promise<CampaignInfo>;
  /**
   * The total spend of the campaign's ads since it began, or in the 37 months for which Meta keeps insights. Minor
   * units.
   */
  getCampaignSpend(id: string): Promise<number>;
  getAdSet(id: string): Promise<AdSetInfo>;
  /**
   * The ad set's daily budget alone, minor units; null if it has none (campaign budget or lifetime budget). This read
   * succeeds even if Meta refuses another field of the ad set or gives it in an unknown form.
   */
  getDailyBudget(adSetId: string): Promise<number | null>;
  getAd(id: string): Promise<AdInfo>;
  /** Ids of the ads with effective status ACTIVE in the ad set, all pages. */
  getActiveAds(adSetId: string): Promise<string[]>;
  /**
   * Ids of Meta's split tests, running or planned, in which the ad set is a cell: Meta assigns their audience to the
   * cells at random. All pages.
   */
  getSplitTests(adSetId: string): Promise<string[]>;
  /**
   * Sends one write, without a read or a retry. Resolves when Meta acknowledges it. An acknowledgement is no proof:
   * read the budget back. If it rejects, `details.outcome` says whether the write may have been applied.
   */
  writeDailyBudget(adSetId: string, amount: number): Promise<void>;
  /**
   * Asks Meta whether it would accept the budget, and writes nothing. Rejects as {@link writeDailyBudget} would, with
   * `details.outcome` always `not_applied`. Acceptance is no promise: the hourly limit and the spend change with time.
   */
  validateDailyBudget(adSetId: string, amount: number): Promise<void>;
  /** Changes of the ad set's budget since the second that contains `since` (epoch ms), oldest first, all pages. */
  getBudgetEdits(adSetId: string, since: number): Promise<BudgetEdit[]>;
  /** Rows of the buckets that start within [since, until), all pages. A bucket without delivery has no row. */
  getInsights(query: {
    adIds: string[];
    since: number;
    until: number;
    granularity: 'hour' | 'day';
    /** The account's time zone, IANA. */
    timezone: string;
    /** What counts as a conversion; by default purchases. See domain/conversion-event.ts. */
    event?: string;
  }): Promise<InsightRow[]>;
  /**
   * The account's campaigns, ad sets and ads that are not deleted or archived, with the last days of each ad. Four lists,
   * all pages. `timezone`: the account's, IANA.
   */
  getAccountAds(timezone: string): Promise<AccountAds>;
  /** The ad's picture, from an address that Meta gives for it; null if there is none. `transient` if it can't be loaded. */
  getPicture(adId: string): Promise<Picture | null>;
  /**
   * What the ad shows, in any of Meta's forms, with its picture. A page's post that Meta refuses to give and a picture that
   * can't be loaded are no failures: the answer says so.
   */
  getCreative(adId: string): Promise<ReadCreative>;
  /** Rows of the local days that start within [since, until), by segment, all pages. A segment without delivery has no row. */
  getSegments(query: {
    adIds: string[];
    since: number;
    until: number;
    breakdown: SegmentRow['breakdown'];
    timezone: string;
    event?: string;
  }): Promise<SegmentRow[]>;
}
