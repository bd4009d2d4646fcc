import { Ad, type AdAccount, AdSet, Campaign } from 'facebook-nodejs-business-sdk';
import { invalid, transient } from './errors.js';
import { Fields, isObjectId } from './fields.js';
import type { GraphApi } from './graph-api.js';
import { allRows } from './paging.js';
import { type AccountInfo, type AdInfo, type AdSetInfo, type CampaignInfo, MetaError } from './types.js';

/** Reads and the one write of Meta's objects. All reject with MetaError alone. */

interface Readable {
  read(fields: string[]): Promise<{ exportAllData(): unknown }>;
}

const ADS_A_PAGE = 100;

export async function readAccount(account: AdAccount, id: string): Promise<AccountInfo> {
  const fields = await read(account, 'account', id, [
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

export async function readCampaign(api: GraphApi, id: string): Promise<CampaignInfo> {
  const fields = await read(new Campaign(checked(id), {}, undefined, api), 'campaign', id, [
    'id',
    'name',
    'status',
    'effective_status',
    'daily_budget',
    'lifetime_budget',
    'is_adset_budget_sharing_enabled',
    'spend_cap',
    'start_time',
    'stop_time',
  ]);
  return {
    id: fields.id('id'),
    name: fields.text('name'),
    status: fields.text('status'),
    effectiveStatus: fields.text('effective_status'),
    dailyBudget: fields.budget('daily_budget'),
    lifetimeBudget: fields.budget('lifetime_budget'),
    adSetBudgetSharing: fields.flag('is_adset_budget_sharing_enabled'),
    spendCap: fields.spendCap('spend_cap'),
    startTime: fields.instant('start_time'),
    stopTime: fields.instant('stop_time'),
  };
}

export async function readAdSet(api: GraphApi, id: string): Promise<AdSetInfo> {
  const fields = await read(new AdSet(checked(id), {}, undefined, api), 'ad set', id, [
    'id',
    'name',
    'campaign_id',
    'account_id',
    'status',
    'effective_status',
    'daily_budget',
    'lifetime_budget',
    'end_time',
    'is_budget_schedule_enabled',
    'learning_stage_info',
    'targeting',
    'optimization_goal',
    'bid_strategy',
    'bid_amount',
    'attribution_spec',
    'start_time',
    'adset_schedule',
    'pacing_type',
  ]);
  const learning = fields.object('learning_stage_info');
  return {
    id: fields.id('id'),
    name: fields.text('name'),
    campaignId: fields.id('campaign_id'),
    accountId: fields.accountId('account_id'),
    status: fields.text('status'),
    effectiveStatus: fields.text('effective_status'),
    dailyBudget: fields.budget('daily_budget'),
    lifetimeBudget: fields.budget('lifetime_budget'),
    endTime: fields.instant('end_time'),
    hasBudgetSchedule: fields.flag('is_budget_schedule_enabled'),
    learningStage: learning?.optionalText('status') ?? null,
    lastSignificantEditAt: learning?.unixSeconds('last_sig_edit_ts') ?? null,
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

/** In minor units; null where the ad set has none. */
export async function readDailyBudget(api: GraphApi, adSetId: string): Promise<number | null> {
  const adSet = new AdSet(checked(adSetId), {}, undefined, api);
  return (await read(adSet, 'ad set', adSetId, ['id', 'daily_budget'])).budget('daily_budget');
}

export async function readAd(api: GraphApi, id: string): Promise<AdInfo> {
  const fields = await read(new Ad(checked(id), {}, undefined, api), 'ad', id, [
    'id',
    'name',
    'adset_id',
    'campaign_id',
    'account_id',
    'status',
    'effective_status',
  ]);
  return {
    id: fields.id('id'),
    name: fields.text('name'),
    adSetId: fields.id('adset_id'),
    campaignId: fields.id('campaign_id'),
    accountId: fields.accountId('account_id'),
    status: fields.text('status'),
    effectiveStatus: fields.text('effective_status'),
  };
}

export async function readActiveAds(api: GraphApi, adSetId: string): Promise<string[]> {
  const adSet = new AdSet(checked(adSetId), {}, undefined, api);
  const params = { effective_status: ['ACTIVE'], limit: ADS_A_PAGE };
  const subject = `ads of ad set ${adSetId}`;
  const rows = await allRows(adSet.getAds(['id', 'effective_status'], params, false), subject);
  return rows
    .map((row) => new Fields(subject, row))
    .filter((ad) => ad.text('effective_status') === 'ACTIVE')
    .map((ad) => ad.id('id'));
}

/** Studies of other types (lift, continuous lift) hold people back from all ads; they deal nobody out between these. */
export async function readSplitTests(api: GraphApi, adSetId: string): Promise<string[]> {
  const adSet = new AdSet(checked(adSetId), {}, undefined, api);
  const subject = `studies of ad set ${adSetId}`;
  const studies = adSet.getAdStudies(['id', 'type'], { limit: ADS_A_PAGE }, false);
  return (await allRows(studies, subject))
    .map((row) => new Fields(subject, row))
    .filter((study) => study.optionalText('type') === 'SPLIT_TEST')
    .map((study) => study.id('id'));
}

/** `amount` in minor units. */
export async function writeDailyBudget(api: GraphApi, adSetId: string, amount: number): Promise<void> {
  await sendDailyBudget(api, adSetId, amount, {});
}

/** The same, but Meta only says what it would answer: whatever becomes of the call, nothing is applied. */
export async function validateDailyBudget(api: GraphApi, adSetId: string, amount: number): Promise<void> {
  try {
    await sendDailyBudget(api, adSetId, amount, { execution_options: ['validate_only'] });
  } catch (error) {
    if (!(error instanceof MetaError) || error.details.outcome === 'not_applied') throw error;
    throw new MetaError(error.kind, error.message, { ...error.details, outcome: 'not_applied' });
  }
}

async function sendDailyBudget(
  api: GraphApi,
  adSetId: string,
  amount: number,
  options: { execution_options?: ['validate_only'] },
): Promise<void> {
  if (!Number.isSafeInteger(amount) || amount <= 0) {
    throw invalid('A daily budget is a positive integer of minor units.');
  }
  // A fresh object: one that was read would send its read fields along as changes.
  const adSet = new AdSet(checked(adSetId), {}, undefined, api);
  const answer: unknown = await adSet.update([], { daily_budget: amount, ...options });
  const acknowledged = typeof answer === 'object' && answer !== null && 'success' in answer;
  if (!acknowledged || answer.success !== true) {
    throw transient(`Meta did not acknowledge the budget of ad set ${adSetId}.`, 'unknown');
  }
}

async function read(object: Readable, noun: string, id: string, names: string[]): Promise<Fields> {
  const answer = await object.read(names);
  const fields = new Fields(`${noun} ${id}`, answer.exportAllData());
  if (fields.id('id') !== id) throw fields.wrong('id');
  return fields;
}

function checked(id: string): string {
  if (!isObjectId(id)) throw invalid("An id of Meta's is a string of digits.");
  return id;
}
