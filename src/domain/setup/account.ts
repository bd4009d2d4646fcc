/** What an ad account has, as it is read before a test: campaigns, ad sets and ads with their last days. Plain data. */
import type { AdSetSettings } from '../comparability.js';
import type { VariantMetrics } from '../metric.js';
import type { BudgetContext } from '../rollout/preflight.js';

export interface AccountCampaign {
  id: string;
  name: string;
  status: string;
  effectiveStatus: string;
  /** Null unless the campaign has a budget of its own. */
  dailyBudget: number | null;
  lifetimeBudget: number | null;
  adSetBudgetSharing: boolean;
  /** The total that the campaign may ever spend; null: no cap. */
  spendCap: number | null;
  /** Over all its ad sets, epoch ms; null if Meta gives none. */
  startTime: number | null;
  stopTime: number | null;
}

export interface AccountAdSet {
  id: string;
  name: string;
  campaignId: string;
  accountId: string;
  status: string;
  effectiveStatus: string;
  /** Minor units; null if the campaign has the budget, or the ad set has a lifetime budget. */
  dailyBudget: number | null;
  lifetimeBudget: number | null;
  endTime: number | null;
  hasBudgetSchedule: boolean;
  /** The event that Meta optimises it for; null if there is none that is counted. */
  resultEvent: string | null;
  settings: AdSetSettings;
}

/** What an ad shows, as Meta keeps it. Null: Meta gives none. */
export interface AdCreative {
  title: string | null;
  body: string | null;
  /** Meta's name of the button, e.g. `SHOP_NOW`. */
  callToAction: string | null;
  /** Whether Meta has a picture of it. */
  hasPicture: boolean;
}

export interface AccountAd {
  id: string;
  name: string;
  adSetId: string;
  campaignId: string;
  accountId: string;
  status: string;
  effectiveStatus: string;
  createdAt: number | null;
  creative: AdCreative;
  /** What it did in the account's window of days; all 0 without delivery. Conversions are its ad set's own, or purchases. */
  delivered: VariantMetrics;
}

/** All of it at one instant. */
export interface AccountAds {
  campaigns: AccountCampaign[];
  adSets: AccountAdSet[];
  ads: AccountAd[];
  /** The days that `delivered` covers: today and the six days before it, in the account's time zone. Epoch ms. */
  since: number;
  until: number;
}

/** What is known when tests are proposed. */
export interface SetupFacts {
  account: BudgetContext['account'];
  found: AccountAds;
  /** The running test that holds an ad set, by ad set id. */
  leases: ReadonlyMap<string, { experimentId: string; name: string }>;
  /** Epoch ms. */
  now: number;
  /** The planned duration of a test. */
  horizonHours: number;
  /** Names of earlier tests, which a proposal doesn't repeat. */
  usedNames?: ReadonlySet<string>;
}
