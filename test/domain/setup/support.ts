import { NOTHING_DELIVERED } from '../../../src/domain/metric.js';
import type {
  AccountAd,
  AccountAdSet,
  AccountCampaign,
  SetupFacts,
} from '../../../src/domain/setup/account.js';
import { PLAIN_SETTINGS } from '../../support/ad-set-settings.js';

export const NOW = Date.UTC(2026, 10, 23, 12);
export const DAY = 86_400_000;

export function campaignNamed(name: string, changes: Partial<AccountCampaign> = {}): AccountCampaign {
  return {
    id: `c-${name}`,
    name,
    status: 'ACTIVE',
    effectiveStatus: 'ACTIVE',
    dailyBudget: null,
    lifetimeBudget: null,
    adSetBudgetSharing: false,
    spendCap: null,
    startTime: null,
    stopTime: null,
    ...changes,
  };
}

export interface AdSpec {
  name: string;
  campaign?: AccountCampaign;
  /** Name of the ad set; by default the ad's own. */
  set?: string;
  ad?: Partial<AccountAd>;
  adSet?: Partial<AccountAdSet>;
}

export const CAMPAIGN = campaignNamed('Winter');

/** An account with these ads, each in an ad set of its own unless it names one. */
export function accountOf(ads: AdSpec[], more: Partial<SetupFacts> = {}): SetupFacts {
  const adSets = new Map<string, AccountAdSet>();
  const campaigns = new Map<string, AccountCampaign>();
  const found = ads.map(({ name, campaign = CAMPAIGN, set = name, ad, adSet }): AccountAd => {
    campaigns.set(campaign.id, campaign);
    const adSetId = `s-${set}`;
    if (!adSets.has(adSetId))
      adSets.set(adSetId, {
        id: adSetId,
        name: `${set} (ad set)`,
        campaignId: campaign.id,
        accountId: 'act_1',
        status: 'ACTIVE',
        effectiveStatus: 'ACTIVE',
        dailyBudget: 5_000,
        lifetimeBudget: null,
        endTime: null,
        hasBudgetSchedule: false,
        resultEvent: null,
        settings: PLAIN_SETTINGS,
        ...adSet,
      });
    return {
      id: `a-${name}`,
      name,
      adSetId,
      campaignId: campaign.id,
      accountId: 'act_1',
      status: 'ACTIVE',
      effectiveStatus: 'ACTIVE',
      createdAt: NOW - 30 * DAY,
      creative: { title: name, body: null, callToAction: null, hasPicture: true },
      delivered: { ...NOTHING_DELIVERED, impressions: 1_000, linkClicks: 20 },
      ...ad,
    };
  });
  return {
    account: {
      id: 'act_1',
      status: 1,
      currency: 'USD',
      timezone: 'UTC',
      minDailyBudget: 100,
      spendCap: null,
      amountSpent: 0,
    },
    found: {
      campaigns: [...campaigns.values()],
      adSets: [...adSets.values()],
      ads: found,
      since: NOW - 7 * DAY,
      until: NOW,
    },
    leases: new Map(),
    now: NOW,
    horizonHours: 672,
    ...more,
  };
}
