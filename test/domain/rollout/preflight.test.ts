import { describe, expect, it } from 'vitest';
import {
  type BudgetContext,
  budgetsOf,
  type Problem,
  preflightProblems,
  type VariantContext,
} from '../../../src/domain/rollout/preflight.js';

const UNTIL = Date.UTC(2026, 9, 1);

function variant(number: number): VariantContext {
  return {
    variantId: number === 1 ? 'control' : 'challenger',
    ad: { id: `60${number}`, adSetId: `50${number}`, accountId: 'act_1', effectiveStatus: 'ACTIVE' },
    adSet: {
      id: `50${number}`,
      accountId: 'act_1',
      effectiveStatus: 'ACTIVE',
      dailyBudget: 5000 + number,
      lifetimeBudget: null,
      endTime: null,
      hasBudgetSchedule: false,
      learningStage: 'SUCCESS',
      lastSignificantEditAt: null,
    },
    campaign: {
      id: '401',
      effectiveStatus: 'ACTIVE',
      dailyBudget: null,
      lifetimeBudget: null,
      spendCap: null,
      stopTime: null,
    },
    activeAds: [`60${number}`],
  };
}

/** A context in which all is well, changed by `spoil`. */
function context(spoil: (context: BudgetContext, challenger: VariantContext) => void = () => {}) {
  const challenger = variant(2);
  const made: BudgetContext = {
    account: {
      id: 'act_1',
      status: 1,
      currency: 'USD',
      timezone: 'UTC',
      minDailyBudget: 100,
      spendCap: null,
      amountSpent: 0,
    },
    variants: [variant(1), challenger],
  };
  spoil(made, challenger);
  return made;
}

interface Case {
  code: Problem['code'];
  spoil: Parameters<typeof context>[0];
  variantId?: string | null;
  message: string;
}

const CASES: Case[] = [
  {
    code: 'account_not_active',
    spoil: ({ account }) => {
      account.status = 2;
    },
    variantId: null,
    message: 'Ad account act_1 is not active (status 2).',
  },
  {
    code: 'other_account',
    spoil: (_, { ad }) => {
      ad.accountId = 'act_2';
    },
    message: 'Ad 602 belongs to act_2, not to act_1.',
  },
  {
    code: 'other_account',
    spoil: (_, { adSet }) => {
      adSet.accountId = 'act_2';
    },
    message: 'Ad set 502 belongs to act_2, not to act_1.',
  },
  {
    code: 'ad_not_active',
    spoil: (_, { ad }) => {
      ad.effectiveStatus = 'CAMPAIGN_PAUSED';
    },
    message: 'Ad 602 is not active (CAMPAIGN_PAUSED).',
  },
  {
    code: 'ad_set_not_active',
    spoil: (_, { adSet }) => {
      adSet.effectiveStatus = 'PAUSED';
    },
    message: 'Ad set 502 is not active (PAUSED).',
  },
  {
    code: 'ad_moved',
    spoil: (_, { ad }) => {
      ad.adSetId = '509';
    },
    message: 'Ad 602 is in ad set 509, not in 502.',
  },
  {
    code: 'shared_ad_set',
    spoil: (_, { ad, adSet }) => {
      adSet.id = '501';
      ad.adSetId = '501';
    },
    message: 'challenger and control sit in one ad set (501); each needs an ad set of its own.',
  },
  {
    code: 'several_active_ads',
    spoil: (_, challenger) => {
      challenger.activeAds = ['602', '603', '604'];
    },
    message: 'Ad set 502 has other active ads (603, 604); one ad per ad set.',
  },
  {
    code: 'campaign_budget',
    spoil: (_, { campaign, adSet }) => {
      campaign.dailyBudget = 10_000;
      adSet.dailyBudget = null;
    },
    message: "Campaign 401 has a campaign budget; the budgets of its ad sets can't be set.",
  },
  {
    code: 'campaign_budget',
    spoil: (_, { campaign, adSet }) => {
      campaign.lifetimeBudget = 90_000;
      adSet.dailyBudget = null;
    },
    message: "Campaign 401 has a campaign budget; the budgets of its ad sets can't be set.",
  },
  {
    code: 'lifetime_budget',
    spoil: (_, { adSet }) => {
      adSet.lifetimeBudget = 90_000;
      adSet.dailyBudget = null;
    },
    message: 'Ad set 502 has a lifetime budget; a daily budget is needed.',
  },
  {
    code: 'no_daily_budget',
    spoil: (_, { adSet }) => {
      adSet.dailyBudget = null;
    },
    message: 'Ad set 502 has no daily budget.',
  },
  {
    code: 'budget_schedule',
    spoil: (_, { adSet }) => {
      adSet.hasBudgetSchedule = true;
    },
    message: 'Ad set 502 has a budget schedule.',
  },
  {
    code: 'ends_too_early',
    spoil: (_, { adSet }) => {
      adSet.endTime = UNTIL - 1;
    },
    message: 'Ad set 502 ends on 2026-09-30T23:59:59.999Z, before 2026-10-01T00:00:00.000Z.',
  },
  {
    code: 'ends_too_early',
    spoil: (_, { campaign }) => {
      campaign.stopTime = UNTIL - 1;
    },
    message: 'Campaign 401 ends on 2026-09-30T23:59:59.999Z, before 2026-10-01T00:00:00.000Z.',
  },
  {
    code: 'ends_too_early',
    spoil: (_, { adSet, campaign }) => {
      adSet.endTime = UNTIL;
      campaign.stopTime = UNTIL - 1;
    },
    message: 'Campaign 401 ends on 2026-09-30T23:59:59.999Z, before 2026-10-01T00:00:00.000Z.',
  },
];

describe('preflight', () => {
  it('finds nothing if all is well', () => {
    expect(preflightProblems(context(), UNTIL)).toEqual([]);
  });

  it.each(CASES)('finds $code alone: $message', ({ code, spoil, variantId = 'challenger', message }) => {
    expect(preflightProblems(context(spoil), UNTIL)).toEqual([{ variantId, code, message }]);
  });

  it('accepts an ad set and a campaign that end exactly then', () => {
    const ends = context((_, { adSet, campaign }) => {
      adSet.endTime = UNTIL;
      campaign.stopTime = UNTIL;
    });
    expect(preflightProblems(ends, UNTIL)).toEqual([]);
  });

  it("reports an end once, although Meta derives the campaign's from those of its ad sets", () => {
    const ends = context((_, { adSet, campaign }) => {
      adSet.endTime = UNTIL - 1;
      campaign.stopTime = UNTIL - 1;
    });
    expect(preflightProblems(ends, UNTIL).map(({ message }) => message)).toEqual([
      'Ad set 502 ends on 2026-09-30T23:59:59.999Z, before 2026-10-01T00:00:00.000Z.',
    ]);
  });

  it('ignores a list of active ads that lacks the ad itself', () => {
    const paused = context((_, challenger) => {
      challenger.activeAds = [];
    });
    expect(preflightProblems(paused, UNTIL)).toEqual([]);
  });

  it('reports all problems at once: the account first, then in the order of the variants', () => {
    const spoilt = context((made) => {
      made.account.status = 3;
      for (const each of made.variants) {
        each.ad.effectiveStatus = 'PAUSED';
        each.adSet.hasBudgetSchedule = true;
      }
    });
    expect(preflightProblems(spoilt, UNTIL).map((problem) => `${problem.variantId} ${problem.code}`)).toEqual(
      [
        'null account_not_active',
        'control ad_not_active',
        'control budget_schedule',
        'challenger ad_not_active',
        'challenger budget_schedule',
      ],
    );
  });
});

describe('budgetsOf', () => {
  it('is by ad set id', () => {
    expect(budgetsOf(context())).toEqual({ '501': 5001, '502': 5002 });
  });

  it('throws if an ad set has none', () => {
    const none = context((_, { adSet }) => {
      adSet.dailyBudget = null;
    });
    expect(() => budgetsOf(none)).toThrow(RangeError);
  });
});
