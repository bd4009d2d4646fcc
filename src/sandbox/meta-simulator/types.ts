import type { ExperimentClock } from '../../clients/clock.js';

/** The simulator of Meta's Graph API. Budgets are minor units, instants epoch ms of experiment time. */

export interface MarketOptions {
  /** Where the journal lives; every change of state is on disk before it is answered. */
  directory: string;
  clock: ExperimentClock;
  /** What is drawn is a function of seed, ad and hour. Ignored where the directory holds a world already. */
  seed: number;
  /** 0: any free port. */
  port: number;
  accessToken: string;
  account?: Partial<MarketAccount>;
  /** Refuse a cut below what the ad set has spent since the account's midnight, as Meta may. Default false. */
  refuseBelowSpent?: boolean;
  /** What the token is granted. It is only told, never checked. Default `ads_management`, `ads_read`. */
  scopes?: string[];
  /** What is said in place of an error's body, given the address that was asked. Unset: the body. */
  rephraseError?: RephraseError;
}

export type RephraseError = (body: string, asked: URL) => string;

export interface MarketAccount {
  /** `act_…` */
  id: string;
  name: string;
  currency: string;
  /** IANA name. */
  timezone: string;
  minDailyBudget: number;
}

/** One ad in an ad set of its own, with what only the market knows. */
export interface MarketAdSpec {
  name: string;
  dailyBudget: number;
  /** Hidden truth: link clicks an impression. */
  trueClickRate: number;
  /** Conversions a link click. */
  trueConversionRate?: number;
}

/** Answer of {@link Market.createTest}: ids in the order of the ads given. */
export interface MarketTest {
  campaignId: string;
  adSetIds: string[];
  adIds: string[];
}

/** One budget write that reached the market. */
export interface AuditRow {
  sequence: number;
  /** When it arrived. */
  at: number;
  adSetId: string;
  /** Who: the API's caller, or a person through `/__market/edit`. */
  actor: 'api' | 'person';
  /** The person's name. */
  actorName?: string;
  before: number;
  requested: number;
  outcome: 'applied' | 'refused' | 'failed';
  /** When it took effect; later than `at` for a late apply, null when it didn't. */
  appliedAt: number | null;
  /** Graph's code and subcode of a refusal. */
  code: number | null;
  subcode: number | null;
  /** The fault that was ordered for it, if any. */
  fault: FaultKind | null;
}

export type FaultKind =
  | 'refuse'
  | 'rate_limit'
  | 'server_error'
  | 'html'
  | 'lost_request'
  | 'applied_then_reset'
  | 'late_apply'
  | 'expired_token'
  | 'hang';

/** An ordered fault. It strikes matching requests in the order they arrive, `times` times, then is spent. */
export interface FaultOrder {
  kind: FaultKind;
  /** Only requests of this object (an ad set, an ad, the account); null: any. */
  objectId?: string | null;
  /** Only requests of this edge of an object, e.g. `ad_studies`; null: any. */
  edge?: string | null;
  /** Only this method; null: any. */
  method?: 'GET' | 'POST' | null;
  /** Only a budget write of exactly this amount. */
  dailyBudget?: number | null;
  /** How many requests it strikes; null: until withdrawn ("for good"). Default 1, of `expired_token` null. */
  times?: number | null;
  /** How many matching requests pass first. */
  skip?: number;
  /** Graph error of `refuse` and `rate_limit`. */
  code?: number;
  subcode?: number;
  /** `late_apply`: how long after the request it takes effect, experiment ms. `rate_limit`: the hint, experiment ms. */
  delayMs?: number;
}

export interface Market {
  /** `http://127.0.0.1:port`: the Graph base URL without a version. */
  readonly url: string;
  readonly account: MarketAccount;
  createTest(spec: { name: string; ads: MarketAdSpec[] }): Promise<MarketTest>;
  order(fault: FaultOrder): Promise<string>;
  /** Withdraws one fault, or all. */
  withdraw(faultId?: string): Promise<void>;
  audit(): Promise<AuditRow[]>;
  /** Budgets as they are now. */
  budgets(adSetIds: string[]): Promise<Record<string, number>>;
  /**
   * Anything a person could change in Ads Manager: status, daily_budget, lifetime_budget, end_time of an object;
   * is_adset_budget_sharing_enabled, start_time, stop_time of a campaign.
   * `actor` is the name under which the activity log has it, "Ads Manager user" where none is given.
   */
  edit(objectId: string, fields: Record<string, unknown>, actor?: string): Promise<void>;
  /** From the next quarter of an hour on, an ad's hidden click rate is another. */
  setTruth(adId: string, trueClickRate: number): Promise<void>;
  close(): Promise<void>;
}
