/** What must be true of the ads, ad sets, campaigns and the account before money moves. Pure: from what was read. */
import type { Finding } from '../finding.js';

/** One variant with the objects around its ad, as read from Meta. */
export interface VariantContext {
  variantId: string;
  ad: { id: string; adSetId: string; accountId: string; effectiveStatus: string };
  adSet: {
    id: string;
    accountId: string;
    effectiveStatus: string;
    dailyBudget: number | null;
    lifetimeBudget: number | null;
    endTime: number | null;
    hasBudgetSchedule: boolean;
    learningStage: string | null;
    /** Epoch ms. */
    lastSignificantEditAt: number | null;
  };
  campaign: {
    id: string;
    effectiveStatus: string;
    dailyBudget: number | null;
    lifetimeBudget: number | null;
    /** Null: none. */
    spendCap: number | null;
    /** Epoch ms; null: none. */
    stopTime: number | null;
  };
  /** Ids of the active ads in the ad set. */
  activeAds: string[];
}

/** The ad set of a variant that no longer takes part: only its budget matters. */
export type BudgetHolder = Pick<VariantContext, 'variantId' | 'campaign'> & {
  adSet: Pick<VariantContext['adSet'], 'id' | 'dailyBudget' | 'lifetimeBudget' | 'hasBudgetSchedule'>;
};

export interface BudgetContext {
  account: {
    id: string;
    status: number;
    currency: string;
    timezone: string;
    minDailyBudget: number;
    /** Null: none. */
    spendCap: number | null;
    /** Of the spend cap. */
    amountSpent: number;
  };
  /** The variants that take part. */
  variants: VariantContext[];
  /** The variants that were dropped; missing if there are none. */
  dropped?: BudgetHolder[];
}

/** Reasons why a split of these budgets would be wrong. */
export type ProblemCode =
  | 'account_not_active'
  | 'other_account'
  | 'ad_not_active'
  | 'ad_set_not_active'
  | 'ad_moved'
  | 'shared_ad_set'
  | 'several_active_ads'
  | 'campaign_budget'
  | 'lifetime_budget'
  | 'no_daily_budget'
  | 'budget_schedule'
  | 'ends_too_early';
export type Problem = Finding<ProblemCode>;

/**
 * Every problem at once, in the order of the variants; empty if money may move.
 * `until`: the ad sets and their campaigns must run at least to then, epoch ms.
 */
export function preflightProblems(context: BudgetContext, until: number): Problem[] {
  const problems: Problem[] = [];
  if (context.account.status !== 1) {
    problems.push({
      variantId: null,
      code: 'account_not_active',
      message: `Ad account ${context.account.id} is not active (status ${context.account.status}).`,
    });
  }
  const seen = new Map<string, string>();
  for (const variant of context.variants) {
    const { ad, adSet, campaign, variantId } = variant;
    const add = (code: ProblemCode, message: string) => problems.push({ variantId, code, message });
    const sharedWith = seen.get(adSet.id);
    if (sharedWith) {
      add(
        'shared_ad_set',
        `${variantId} and ${sharedWith} sit in one ad set (${adSet.id}); each needs an ad set of its own.`,
      );
    }
    seen.set(adSet.id, variantId);
    if (ad.accountId !== context.account.id) {
      add('other_account', `Ad ${ad.id} belongs to ${ad.accountId}, not to ${context.account.id}.`);
    } else if (adSet.accountId !== context.account.id) {
      add('other_account', `Ad set ${adSet.id} belongs to ${adSet.accountId}, not to ${context.account.id}.`);
    }
    if (ad.adSetId !== adSet.id)
      add('ad_moved', `Ad ${ad.id} is in ad set ${ad.adSetId}, not in ${adSet.id}.`);
    if (ad.effectiveStatus !== 'ACTIVE')
      add('ad_not_active', `Ad ${ad.id} is not active (${ad.effectiveStatus}).`);
    if (adSet.effectiveStatus !== 'ACTIVE') {
      add('ad_set_not_active', `Ad set ${adSet.id} is not active (${adSet.effectiveStatus}).`);
    }
    if (variant.activeAds.some((id) => id !== ad.id)) {
      add(
        'several_active_ads',
        `Ad set ${adSet.id} has other active ads (${variant.activeAds.filter((id) => id !== ad.id).join(', ')}); one ad per ad set.`,
      );
    }
    problems.push(...budgetProblems(variant));
    // Meta derives a campaign's end from its ad sets: if the ad set's own end is reported, once is enough.
    if (adSet.endTime !== null && adSet.endTime < until) {
      add('ends_too_early', endsTooEarly(`Ad set ${adSet.id}`, adSet.endTime, until));
    } else if (campaign.stopTime !== null && campaign.stopTime < until) {
      add('ends_too_early', endsTooEarly(`Campaign ${campaign.id}`, campaign.stopTime, until));
    }
  }
  return [...problems, ...(context.dropped ?? []).flatMap(budgetProblems)];
}

/** Why an ad set's daily budget can't be set. */
function budgetProblems({ variantId, adSet, campaign }: BudgetHolder): Problem[] {
  const problems: Problem[] = [];
  const add = (code: ProblemCode, message: string) => problems.push({ variantId, code, message });
  if (campaign.dailyBudget !== null || campaign.lifetimeBudget !== null) {
    add(
      'campaign_budget',
      `Campaign ${campaign.id} has a campaign budget; the budgets of its ad sets can't be set.`,
    );
  } else if (adSet.lifetimeBudget !== null) {
    add('lifetime_budget', `Ad set ${adSet.id} has a lifetime budget; a daily budget is needed.`);
  } else if (adSet.dailyBudget === null) {
    add('no_daily_budget', `Ad set ${adSet.id} has no daily budget.`);
  }
  if (adSet.hasBudgetSchedule) add('budget_schedule', `Ad set ${adSet.id} has a budget schedule.`);
  return problems;
}

function endsTooEarly(what: string, end: number, until: number): string {
  return `${what} ends on ${new Date(end).toISOString()}, before ${new Date(until).toISOString()}.`;
}

/** Daily budgets by ad set id. Call it only if {@link preflightProblems} found none. */
export function budgetsOf(context: BudgetContext): Record<string, number> {
  return Object.fromEntries(
    [...context.variants, ...(context.dropped ?? [])].map(({ adSet }) => {
      if (adSet.dailyBudget === null) throw new RangeError(`ad set ${adSet.id} has no daily budget`);
      return [adSet.id, adSet.dailyBudget];
    }),
  );
}
