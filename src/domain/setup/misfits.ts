/** Why an ad can't be part of a test, and what its owner can do about it in Ads Manager. Pure. */
import { type Problem, preflightProblems } from '../rollout/preflight.js';
import { HOUR_MS } from '../time.js';
import type { AccountAd, AccountAdSet, AccountCampaign, SetupFacts } from './account.js';

export type MisfitCode =
  | Problem['code']
  | 'in_running_test'
  | 'ad_set_unknown'
  | 'nothing_to_compare'
  | 'ad_sets_differ'
  | 'too_many_ads';

export interface Misfit {
  code: MisfitCode;
  /** What is the matter, in a sentence. */
  message: string;
  /** What cures it, in a sentence. */
  cure: string;
}

interface Described {
  ad: AccountAd;
  adSet: AccountAdSet;
  campaign: AccountCampaign;
  activeAds: AccountAd[];
}

const OFF: Record<string, string> = {
  PAUSED: 'is turned off',
  ADSET_PAUSED: 'is off because its ad set is',
  CAMPAIGN_PAUSED: 'is off because its campaign is',
  PENDING_REVIEW: 'is still being reviewed by Meta',
  IN_PROCESS: 'is still being processed by Meta',
  DISAPPROVED: 'was rejected by Meta',
  WITH_ISSUES: 'has issues that keep Meta from delivering it',
};
/** Nobody can turn these on: they take care of themselves, or Meta must be asked. */
const WAITING = ['PENDING_REVIEW', 'IN_PROCESS', 'PREAPPROVED'];
const REJECTED = ['DISAPPROVED', 'WITH_ISSUES'];

/** Empty if the ad could be in a test, as far as it alone is concerned. */
export function misfitsOf(
  ad: AccountAd,
  adSet: AccountAdSet | null,
  campaign: AccountCampaign | null,
  { account, found, leases, now, horizonHours }: SetupFacts,
): Misfit[] {
  if (adSet === null || campaign === null) {
    const what = adSet === null ? 'ad set' : 'campaign';
    return [
      {
        code: 'ad_set_unknown',
        message: `Meta lists no ${what} for this ad: it is archived or deleted.`,
        cure: `Copy the ad into an active ${what}.`,
      },
    ];
  }
  const lease = leases.get(adSet.id);
  if (lease) {
    return [
      {
        code: 'in_running_test',
        message: `Its ad set is part of the running test “${lease.name}”.`,
        cure: 'Wait until that test has ended, or stop it.',
      },
    ];
  }
  const activeAds = found.ads.filter(
    (other) => other.adSetId === adSet.id && other.effectiveStatus === 'ACTIVE',
  );
  const context = {
    variantId: ad.id,
    ad,
    adSet: { ...adSet, learningStage: null, lastSignificantEditAt: null },
    campaign,
    activeAds: activeAds.map(({ id }) => id),
  };
  const until = now + horizonHours * HOUR_MS;
  const problems = preflightProblems({ account, variants: [context] }, until);
  const codes = [...new Set(problems.map(({ code }) => code))];
  // An ad that is off says so once, not also for its ad set.
  const isOff = codes.includes('ad_not_active');
  return codes
    .filter((code) => !(isOff && code === 'ad_set_not_active'))
    .map((code) => ({ code, ...wordsOf(code, { ad, adSet, campaign, activeAds }, { account, until }) }));
}

function wordsOf(
  code: Problem['code'],
  { ad, adSet, campaign, activeAds }: Described,
  { account, until }: { account: SetupFacts['account']; until: number },
): Omit<Misfit, 'code'> {
  switch (code) {
    case 'several_active_ads': {
      const others = activeAds.filter(({ id }) => id !== ad.id).map(({ name }) => `“${name}”`);
      return {
        message: `Its ad set “${adSet.name}” also has ${listOf(others)}: they share one budget, and Meta decides which of them is shown.`,
        cure: `In Ads Manager, duplicate the ad set once for each further ad, with the same settings and a budget of its own, and leave one active ad in each.`,
      };
    }
    case 'campaign_budget':
      return {
        message: `The campaign “${campaign.name}” has a campaign budget, so its ad sets have no budgets that could be moved.`,
        cure: 'In Ads Manager, edit the campaign, turn off “Advantage campaign budget” under Budget, and give each ad set a daily budget.',
      };
    case 'lifetime_budget':
      return {
        message: 'Its ad set has a lifetime budget; a test moves daily budgets.',
        cure: 'In Ads Manager, duplicate the ad set and give the copy a daily budget: Meta does not turn one kind into the other.',
      };
    case 'no_daily_budget':
      return {
        message: 'Its ad set has no daily budget.',
        cure: 'In Ads Manager, give the ad set a daily budget.',
      };
    case 'budget_schedule':
      return {
        message: 'Its ad set has a budget schedule, which would change the budget during the test.',
        cure: 'In Ads Manager, edit the ad set and remove the scheduled budget increases.',
      };
    case 'ends_too_early': {
      const end = adSet.endTime ?? campaign.stopTime;
      const what = adSet.endTime === null ? 'campaign' : 'ad set';
      return {
        message: `Its ${what} ends on ${dateOf(end)}, before the planned end of a test, ${dateOf(until)}.`,
        cure: `In Ads Manager, remove the end date of the ${what} or set a later one.`,
      };
    }
    case 'ad_not_active':
    case 'ad_set_not_active': {
      const [what, status] =
        code === 'ad_not_active' ? ['The ad', ad.effectiveStatus] : ['Its ad set', adSet.effectiveStatus];
      return {
        message: `${what} ${OFF[status] ?? `has the status ${status}`}.`,
        cure: activeAds.some(({ id }) => id !== ad.id) ? CURE_OF_A_SECOND_AD : cureOf(status),
      };
    }
    case 'account_not_active':
      return {
        message: `The ad account is not active (status ${account.status}).`,
        cure: 'In Ads Manager, look at the account’s notices: it is often an unpaid bill.',
      };
    case 'other_account':
    case 'ad_moved':
    case 'shared_ad_set':
      return {
        message: 'Ad and ad set do not belong to this account.',
        cure: 'Copy the ad into an ad set of this account.',
      };
  }
}

const CURE_OF_A_SECOND_AD =
  'Leave it off here, since its ad set has another active ad. To test it, duplicate the ad set in Ads Manager and turn the ad on in the copy.';

function cureOf(status: string): string {
  if (WAITING.includes(status)) return 'Wait until Meta has finished, then open this page again.';
  if (REJECTED.includes(status))
    return 'In Ads Manager, open the ad, read what Meta objects to, and edit it or ask for another review.';
  const what =
    status === 'ADSET_PAUSED' ? 'the ad set' : status === 'CAMPAIGN_PAUSED' ? 'the campaign' : 'it';
  return `In Ads Manager, turn ${what} on if the ad is to be tested.`;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  const others = more > 0 ? `${more} more` : null;
  const all = [...shown, ...(others ? [others] : [])];
  return all.length < 2
    ? `the active ad ${all[0] ?? ''}`
    : `the active ads ${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

function dateOf(at: number | null): string {
  return at === null ? 'an unknown date' : new Date(at).toISOString().slice(0, 10);
}
