import type { ExperimentClock } from '../../clients/clock.js';
import type { MarketForm } from './creative-forms.js';
import type { CreativeWorldOptions } from './creative-world.js';
import type { PictureKind } from './picture.js';

/** The simulator of Meta's Graph API. Budgets are minor units per day, instants are epoch ms of experiment time. */

export interface MarketOptions {
  /** The folder of the journal. Every change is on disk before it is answered. */
  directory: string;
  clock: ExperimentClock;
  /** Draws depend only on seed, ad and time. Ignored if the directory already has a world. */
  seed: number;
  /** 0: any free port. */
  port: number;
  accessToken: string;
  account?: Partial<MarketAccount>;
  /** What texts do to click rates. Ignored if the directory already has a world. Default {@link DEFAULT_TEXT_WORLD}. */
  world?: Partial<MarketTextWorld>;
  /** Whether to refuse a cut below what the ad set has spent since the account's midnight, as Meta may. Default false. */
  refuseBelowSpent?: boolean;
  /** Permissions of the token. They are reported; a page's post needs `pages_read_engagement`. Default `ads_management`, `ads_read`. */
  scopes?: string[];
  /** Replaces the body of an error; gets the body and the requested URL. Unset: the body stays. */
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

/** Hidden truth of ads that are made without a click rate: {@link MarketTextWorld.baseClickRate} × exp(what their texts do). */
export interface MarketTextWorld extends CreativeWorldOptions {
  /** Link clicks per impression of a text without anything special. */
  baseClickRate: number;
}

/** What an ad shows. Its picture is drawn from the id of its creative. */
export interface MarketCreative {
  title: string;
  body: string;
  /** Meta's name of the button, e.g. `SHOP_NOW`. */
  callToAction: string;
  /** The description under the title; unset: there is none. */
  description?: string;
  /** Where the button leads; unset: to the market's shop. */
  link?: string;
  /** The form in which Graph gives it. Default `fields`. */
  form?: MarketForm;
  /** What its picture's address gives. Default `drawn`. */
  picture?: PictureKind;
}

/** One ad in its own ad set, with its hidden rates. */
export interface MarketAdSpec {
  name: string;
  /** Unset: the title is the ad's name, and there is no text. */
  creative?: MarketCreative;
  dailyBudget: number;
  /** Hidden truth: link clicks per impression. Unset: it follows from the texts of the creative, also if they change. */
  trueClickRate?: number;
  /** Hidden truth: conversions per link click. */
  trueConversionRate?: number;
}

/** Segments of a test's audience: four age groups in each of two placements, each ad with its own shares of them. */
export interface MarketSegments {
  /** What the click rate depends on. */
  by: 'age' | 'placement';
  /** The rate of the best segment over that of the worst. */
  contrast: number;
  /** Standard deviation of the logarithm of an ad's share of an age or a placement. */
  spread: number;
  /** How long an ad's shares remember, hours; null: they never change. */
  memoryHours: number | null;
}

/** Result of {@link Market.createTest}: ids in the order of the given ads. */
export interface MarketTest {
  campaignId: string;
  adSetIds: string[];
  adIds: string[];
}

/** What only the market knows about an ad. */
export interface AdTruth {
  adId: string;
  adSetId: string;
  campaignId: string;
  name: string;
  trueClickRate: number;
  trueConversionRate: number;
}

/** A write of a budget that reached the market. */
export interface AuditRow {
  sequence: number;
  /** When it reached the market. */
  at: number;
  adSetId: string;
  /** Who wrote it: a caller of the API, or a user of Ads Manager (through `/__market/edit`). */
  actor: 'api' | 'person';
  /** The user's name. */
  actorName?: string;
  before: number;
  requested: number;
  outcome: 'applied' | 'refused' | 'failed';
  /** When it took effect: later than `at` for `late_apply`, null if it never did. */
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

/** A fault. It strikes `times` matching requests, in the order in which they arrive. */
export interface FaultOrder {
  kind: FaultKind;
  /** Only requests for this object (an ad set, an ad, the account); null: any. */
  objectId?: string | null;
  /** Only requests for this edge of an object, e.g. `ad_studies`; null: any. */
  edge?: string | null;
  /** Only this method; null: any. */
  method?: 'GET' | 'POST' | null;
  /** Only a budget write of exactly this amount. */
  dailyBudget?: number | null;
  /** How many requests it strikes; null: all until it is withdrawn. Default 1; for `expired_token`, null. */
  times?: number | null;
  /** How many matching requests it lets through first. Default 0. */
  skip?: number;
  /** For `refuse` and `rate_limit`: Graph's code and subcode. */
  code?: number;
  subcode?: number;
  /** Experiment ms. For `late_apply`: how long after the request it takes effect; for `rate_limit`: the hint. */
  delayMs?: number;
}

export interface Market {
  /** `http://127.0.0.1:port`: the Graph base URL without a version. */
  readonly url: string;
  readonly account: MarketAccount;
  /** The hidden truth of texts: `creativeWorld` of this seed and these options gives the same. */
  readonly textWorld: MarketTextWorld & { seed: number };
  /**
   * `segments`: by default the audience has only one. `since`: when the ads began to deliver, epoch ms, not later than now;
   * by default now. `baseClickRate`: of this test's texts; by default the world's. Rejects with RangeError for an ad without
   * a click rate and without a creative.
   */
  createTest(spec: {
    name: string;
    ads: MarketAdSpec[];
    segments?: MarketSegments;
    since?: number;
    baseClickRate?: number;
  }): Promise<MarketTest>;
  /**
   * Adds an ad to an existing ad set, whose active ads share the budget equally. Its texts have the base rate of the ad set's
   * first ad. Rejects as {@link createTest} does.
   */
  addAd(spec: Omit<MarketAdSpec, 'dailyBudget'> & { adSetId: string }): Promise<{ adId: string }>;
  /** All campaigns with their ad sets and ads, in the order of creation. */
  tests(): Promise<(MarketTest & { name: string })[]>;
  order(fault: FaultOrder): Promise<string>;
  /** Withdraws one fault, or all. */
  withdraw(faultId?: string): Promise<void>;
  audit(): Promise<AuditRow[]>;
  /** Of all ads, as it is now, in the order of creation. */
  truth(): Promise<AdTruth[]>;
  /** Budgets as they are now. */
  budgets(adSetIds: string[]): Promise<Record<string, number>>;
  /**
   * Changes fields as a user of Ads Manager can, e.g. status and daily_budget of an ad set, or start_time and stop_time
   * of a campaign. An ad's new `creative` gets an id of its own, and replaces the old one as a whole. `actor` is the user's name in the activity log; the default is "Ads Manager user".
   */
  edit(objectId: string, fields: Record<string, unknown>, actor?: string): Promise<void>;
  /** Sets an ad's hidden click rate from the next quarter of an hour on. */
  setTruth(adId: string, trueClickRate: number): Promise<void>;
  close(): Promise<void>;
}
