import { resultEventOf } from '../../domain/conversion-event.js';
import { invalid, transient } from './errors.js';
import { FieldReader } from './field-reader.js';
import type { Sdk } from './sdk.js';
import { type AccountInfo, type AdInfo, type AdSetInfo, type CampaignInfo, MetaError } from './types.js';

/** Reads accounts, campaigns, ad sets and ads, and writes the budget of an ad set. Rejects with MetaError only. */

const ROWS_PER_PAGE = 100;

/** The fields that campaigns, ad sets and ads have in common. */
const STANDING = ['id', 'name', 'status', 'effective_status'] as const;

export async function readAccount(sdk: Sdk, id: string): Promise<AccountInfo> {
  const fields = await sdk.read('account', id, [
    'id',
    'name',
    'currency',
    'timezone_name',
    'account_status',
    'min_daily_budget',
    'spend_cap',
    'amount_spent',
    'disable_reason',
  ]);
  return {
    id: fields.accountId('id'),
    name: fields.text('name'),
    currency: fields.text('currency'),
    timezone: fields.text('timezone_name'),
    status: fields.count('account_status'),
    minDailyBudget: fields.count('min_daily_budget'),
    spendCap: fields.budget('spend_cap'),
    amountSpent: fields.count('amount_spent'),
    disableReason: fields.countOrZero('disable_reason') || null,
  };
}

export const CAMPAIGN_FIELDS = [
  ...STANDING,
  'daily_budget',
  'lifetime_budget',
  'is_adset_budget_sharing_enabled',
  'spend_cap',
  'start_time',
  'stop_time',
] as const;

export async function readCampaign(sdk: Sdk, id: string): Promise<CampaignInfo> {
  return campaignOf(await sdk.read('campaign', id, CAMPAIGN_FIELDS));
}

export function campaignOf(fields: FieldReader): CampaignInfo {
  return {
    ...standingOf(fields),
    dailyBudget: fields.budget('daily_budget'),
    lifetimeBudget: fields.budget('lifetime_budget'),
    adSetBudgetSharing: fields.flag('is_adset_budget_sharing_enabled'),
    spendCap: fields.spendCap('spend_cap'),
    startTime: fields.instant('start_time'),
    stopTime: fields.instant('stop_time'),
  };
}

/** What a list of all ad sets reads: without the learning stage, which only a promotion asks for. */
export const AD_SET_FIELDS = [
  ...STANDING,
  'campaign_id',
  'account_id',
  'daily_budget',
  'lifetime_budget',
  'end_time',
  'is_budget_schedule_enabled',
  'targeting',
  'optimization_goal',
  'promoted_object',
  'bid_strategy',
  'bid_amount',
  'attribution_spec',
  'start_time',
  'adset_schedule',
  'pacing_type',
] as const;

export async function readAdSet(sdk: Sdk, id: string): Promise<AdSetInfo> {
  return adSetOf(await sdk.read('ad set', id, [...AD_SET_FIELDS, 'learning_stage_info']));
}

export function adSetOf(fields: FieldReader): AdSetInfo {
  const learning = fields.object('learning_stage_info');
  return {
    ...standingOf(fields),
    campaignId: fields.id('campaign_id'),
    accountId: fields.accountId('account_id'),
    dailyBudget: fields.budget('daily_budget'),
    lifetimeBudget: fields.budget('lifetime_budget'),
    endTime: fields.instant('end_time'),
    hasBudgetSchedule: fields.flag('is_budget_schedule_enabled'),
    learningStage: learning?.optionalText('status') ?? null,
    lastSignificantEditAt: learning?.unixSeconds('last_sig_edit_ts') ?? null,
    resultEvent: resultEventOf(
      fields.optionalText('optimization_goal'),
      fields.plainObject('promoted_object'),
    ),
    settings: {
      targeting: fields.plainObject('targeting'),
      optimizationGoal: fields.optionalText('optimization_goal'),
      bidStrategy: fields.optionalText('bid_strategy'),
      bidAmount: fields.budget('bid_amount'),
      attribution: fields.plainList('attribution_spec'),
      startTime: fields.instant('start_time'),
      endTime: fields.instant('end_time'),
      deliverySchedule: fields.plainList('adset_schedule'),
      pacing: fields.plainList('pacing_type').map(String),
    },
  };
}

/** In minor units; null if the ad set has none. */
export async function readDailyBudget(sdk: Sdk, adSetId: string): Promise<number | null> {
  return (await sdk.read('ad set', adSetId, ['id', 'daily_budget'])).budget('daily_budget');
}

export const AD_FIELDS = [...STANDING, 'adset_id', 'campaign_id', 'account_id'] as const;

export async function readAd(sdk: Sdk, id: string): Promise<AdInfo> {
  return adOf(await sdk.read('ad', id, AD_FIELDS));
}

export function adOf(fields: FieldReader): AdInfo {
  return {
    ...standingOf(fields),
    adSetId: fields.id('adset_id'),
    campaignId: fields.id('campaign_id'),
    accountId: fields.accountId('account_id'),
  };
}

export async function readActiveAds(sdk: Sdk, adSetId: string): Promise<string[]> {
  const subject = `ads of ad set ${adSetId}`;
  const params = { effective_status: ['ACTIVE'], limit: ROWS_PER_PAGE };
  const rows = await sdk.list('ad set', adSetId, 'getAds', {
    fields: ['id', 'effective_status'],
    params,
    subject,
  });
  return rows
    .map((row) => new FieldReader(subject, row))
    .filter((ad) => ad.text('effective_status') === 'ACTIVE')
    .map((ad) => ad.id('id'));
}

/** Studies of other types (lift, continuous lift) withhold all ads from some people; they don't split an audience. */
export async function readSplitTests(sdk: Sdk, adSetId: string): Promise<string[]> {
  const subject = `studies of ad set ${adSetId}`;
  const params = { limit: ROWS_PER_PAGE };
  const rows = await sdk.list('ad set', adSetId, 'getAdStudies', { fields: ['id', 'type'], params, subject });
  return rows
    .map((row) => new FieldReader(subject, row))
    .filter((study) => study.optionalText('type') === 'SPLIT_TEST')
    .map((study) => study.id('id'));
}

/** `amount` in minor units. */
export async function writeDailyBudget(sdk: Sdk, adSetId: string, amount: number): Promise<void> {
  await sendDailyBudget(sdk, adSetId, amount, {});
}

/** Meta says how it would answer the write, and applies nothing, whether or not this call succeeds. */
export async function validateDailyBudget(sdk: Sdk, adSetId: string, amount: number): Promise<void> {
  try {
    await sendDailyBudget(sdk, adSetId, amount, { execution_options: ['validate_only'] });
  } catch (error) {
    if (!(error instanceof MetaError) || error.details.outcome === 'not_applied') throw error;
    throw new MetaError(error.kind, error.message, { ...error.details, outcome: 'not_applied' });
  }
}

async function sendDailyBudget(
  sdk: Sdk,
  adSetId: string,
  amount: number,
  options: { execution_options?: ['validate_only'] },
): Promise<void> {
  if (!Number.isSafeInteger(amount) || amount <= 0) {
    throw invalid('A daily budget is a positive integer of minor units.');
  }
  const answer = await sdk.updateAdSet(adSetId, { daily_budget: amount, ...options });
  const acknowledged = typeof answer === 'object' && answer !== null && 'success' in answer;
  if (!acknowledged || answer.success !== true) {
    throw transient(`Meta did not acknowledge the budget of ad set ${adSetId}.`, 'unknown');
  }
}

function standingOf(fields: FieldReader): Pick<AdInfo, 'id' | 'name' | 'status' | 'effectiveStatus'> {
  return {
    id: fields.id('id'),
    name: fields.text('name'),
    status: fields.text('status'),
    effectiveStatus: fields.text('effective_status'),
  };
}
