import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetaClient } from '../../../src/clients/meta/types.js';
import { type Market, type MarketTest, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { clientOf, failureOf, TOKEN } from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
/** Two days before New York's clocks go back. */
const START = Date.UTC(2026, 9, 30, 4);
const TIMEZONE = 'America/New_York';

let directory: string;
let now: number;
let market: Market;
let client: MetaClient;
let made: MarketTest;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meta-client-'));
  now = START;
  market = await startMarket({
    directory,
    clock: { now: async () => now, scale: 1 },
    seed: 7,
    port: 0,
    accessToken: TOKEN,
    account: { timezone: TIMEZONE, currency: 'EUR', minDailyBudget: 200 },
  });
  client = clientOf(market.url, { accountId: market.account.id, socketTimeoutMs: 1000, now: () => now });
  made = await market.createTest({
    name: 'Hooks',
    ads: [
      { name: 'Control', dailyBudget: 5000, trueClickRate: 0.02, trueConversionRate: 0.1 },
      { name: 'Challenger', dailyBudget: 5000, trueClickRate: 0.03, trueConversionRate: 0.1 },
    ],
  });
});

afterEach(async () => {
  await market.close();
  await rm(directory, { recursive: true, force: true });
});

const first = (): { adSetId: string; adId: string } => ({ adSetId: made.adSetIds[0]!, adId: made.adIds[0]! });

describe('objects', () => {
  it('are read as the market holds them', async () => {
    const { adSetId, adId } = first();
    expect(await client.getAccount()).toMatchObject({
      id: market.account.id,
      currency: 'EUR',
      timezone: TIMEZONE,
      status: 1,
      minDailyBudget: 200,
      spendCap: null,
      amountSpent: 0,
    });
    expect(await client.getAd(adId)).toMatchObject({
      adSetId,
      campaignId: made.campaignId,
      accountId: market.account.id,
      effectiveStatus: 'ACTIVE',
    });
    expect(await client.getAdSet(adSetId)).toMatchObject({
      dailyBudget: 5000,
      lifetimeBudget: null,
      endTime: null,
      hasBudgetSchedule: false,
      learningStage: 'LEARNING',
    });
    expect(await client.getCampaign(made.campaignId)).toMatchObject({
      dailyBudget: null,
      lifetimeBudget: null,
    });
    expect(await client.getDailyBudget(adSetId)).toBe(5000);
    expect(await client.getActiveAds(adSetId)).toEqual([adId]);
  });

  it('show what a user changed', async () => {
    const { adSetId, adId } = first();
    await market.edit(adSetId, { end_time: START + 9 * DAY, is_budget_schedule_enabled: true });
    await market.edit(adId, { status: 'PAUSED' });
    await market.edit(made.campaignId, { daily_budget: 9000, is_adset_budget_sharing_enabled: true });
    expect(await client.getAdSet(adSetId)).toMatchObject({
      dailyBudget: null,
      endTime: START + 9 * DAY,
      hasBudgetSchedule: true,
    });
    expect(await client.getDailyBudget(adSetId)).toBeNull();
    expect(await client.getCampaign(made.campaignId)).toMatchObject({
      dailyBudget: 9000,
      adSetBudgetSharing: true,
    });
    expect((await client.getAd(adId)).status).toBe('PAUSED');
    expect(await client.getActiveAds(adSetId)).toEqual([]);
  });

  it('show caps and times', async () => {
    const { adSetId } = first();
    await market.edit(market.account.id, { spend_cap: 90_000, disable_reason: 1 });
    await market.edit(made.campaignId, { spend_cap: 40_000 });
    for (const id of made.adSetIds) await market.edit(id, { end_time: START + 9 * DAY });
    expect(await client.getAccount()).toMatchObject({ spendCap: 90_000, disableReason: 1 });
    expect(await client.getCampaign(made.campaignId)).toMatchObject({
      spendCap: 40_000,
      startTime: START,
      stopTime: START + 9 * DAY,
    });
    expect(await client.getAdSet(adSetId)).toMatchObject({
      settings: { startTime: START },
      lastSignificantEditAt: START,
    });
    now += HOUR;
    await client.writeDailyBudget(adSetId, 9000);
    expect((await client.getAdSet(adSetId)).lastSignificantEditAt).toBe(now);
  });

  it("show the total spend of a campaign's ads", async () => {
    expect(await client.getCampaignSpend(made.campaignId)).toBe(0);
    now += 30 * HOUR;
    const rows = await client.getInsights({
      ...{ adIds: made.adIds, since: START, until: now, granularity: 'hour', timezone: TIMEZONE },
    });
    const spent = await client.getCampaignSpend(made.campaignId);
    expect(spent).toBe(rows.reduce((sum, { spend }) => sum + spend, 0));
    expect(spent).toBeGreaterThan(10_000);
    expect((await failureOf(client.getCampaignSpend('1'))).kind).toBe('not_found');
    expect((await failureOf(client.getCampaignSpend('../me'))).kind).toBe('invalid');
  });

  it('that do not exist are not found', async () => {
    const error = await failureOf(client.getAdSet('1'));
    expect(error.kind).toBe('not_found');
    expect(error.details).toMatchObject({ httpStatus: 400, code: 100, subcode: 33, retryAfterMs: null });
  });

  it('are closed to another token', async () => {
    const stranger = clientOf(market.url, { accountId: market.account.id, accessToken: 'EAAstranger-12345' });
    expect((await failureOf(stranger.getAccount())).kind).toBe('auth');
  });
});

describe('a read that hangs', () => {
  it('ends at the time-out of a read, a write at that of a write', async () => {
    const { adSetId } = first();
    await market.order({ kind: 'hang', objectId: adSetId, times: 2 });
    const timeouts = { socketTimeoutMs: 400, readTimeoutMs: 100, now: () => now };
    const patient = clientOf(market.url, { accountId: market.account.id, ...timeouts });
    expect((await failureOf(patient.getAdSet(adSetId))).message).toContain('within 100 ms');
    const write = await failureOf(patient.writeDailyBudget(adSetId, 6000));
    expect(write.message).toContain('within 400 ms');
    expect(write.details.outcome).toBe('unknown');
    expect((await patient.getAdSet(adSetId)).dailyBudget).toBe(5000);
  });
});

describe('budget writes', () => {
  it('are applied once and can be read back', async () => {
    const { adSetId } = first();
    await client.writeDailyBudget(adSetId, 6000);
    expect((await client.getAdSet(adSetId)).dailyBudget).toBe(6000);
    expect(await market.audit()).toMatchObject([
      { adSetId, actor: 'api', before: 5000, requested: 6000, outcome: 'applied' },
    ]);
  });

  it('below the minimum are refused, with no wait to try again', async () => {
    const { kind, details } = await failureOf(client.writeDailyBudget(first().adSetId, 199));
    expect(kind).toBe('invalid');
    expect(details).toMatchObject({ subcode: 1885272, outcome: 'not_applied', retryAfterMs: null });
  });

  it('beyond four per hour wait an hour', async () => {
    const { adSetId } = first();
    for (const amount of [5100, 5200, 5300, 5400]) await client.writeDailyBudget(adSetId, amount);
    const { kind, details } = await failureOf(client.writeDailyBudget(adSetId, 5500));
    expect(kind).toBe('rate');
    expect(details).toMatchObject({
      code: 613,
      subcode: 1487632,
      retryAfterMs: HOUR,
      outcome: 'not_applied',
    });
    now += HOUR + 1;
    await client.writeDailyBudget(adSetId, 5500);
    expect(await market.budgets([adSetId])).toEqual({ [adSetId]: 5500 });
  });

  it.each([
    [{ kind: 'refuse' as const }, 'invalid', 'not_applied', null, 5000],
    [{ kind: 'refuse' as const, code: 100, subcode: 1885650 }, 'not_yet', 'not_applied', 15 * MINUTE, 5000],
    [{ kind: 'refuse' as const, code: 368 }, 'policy', 'not_applied', null, 5000],
    [{ kind: 'refuse' as const, code: 2635 }, 'version', 'not_applied', null, 5000],
    [{ kind: 'refuse' as const, code: 294 }, 'permission', 'not_applied', null, 5000],
    [{ kind: 'rate_limit' as const, delayMs: 17 * MINUTE }, 'rate', 'not_applied', 17 * MINUTE, 5000],
    [{ kind: 'expired_token' as const }, 'auth', 'not_applied', null, 5000],
    [{ kind: 'server_error' as const }, 'transient', 'unknown', null, 5000],
    [{ kind: 'html' as const }, 'transient', 'unknown', null, 5000],
    [{ kind: 'lost_request' as const }, 'transient', 'unknown', null, 5000],
    [{ kind: 'hang' as const }, 'transient', 'unknown', null, 5000],
    [{ kind: 'applied_then_reset' as const }, 'transient', 'unknown', null, 6000],
  ])('under the fault %j fail as %s, outcome %s', async (fault, kind, outcome, retryAfterMs, budget) => {
    const { adSetId } = first();
    await market.order({ ...fault, objectId: adSetId, method: 'POST' });
    const error = await failureOf(client.writeDailyBudget(adSetId, 6000));
    expect(error.kind).toBe(kind);
    expect(error.details).toMatchObject({ outcome, retryAfterMs });
    if (error.kind === 'rate') now += retryAfterMs ?? 0;
    expect((await client.getAdSet(adSetId)).dailyBudget).toBe(budget);
  });

  it('that are applied late read as the old value at first', async () => {
    const { adSetId } = first();
    await market.order({ kind: 'late_apply', objectId: adSetId, delayMs: 30 * MINUTE });
    expect((await failureOf(client.writeDailyBudget(adSetId, 6000))).details.outcome).toBe('unknown');
    expect((await client.getAdSet(adSetId)).dailyBudget).toBe(5000);
    now += 31 * MINUTE;
    expect((await client.getAdSet(adSetId)).dailyBudget).toBe(6000);
  });
});

describe('validation of a budget', () => {
  it('fails as the write would, and changes nothing', async () => {
    const { adSetId } = first();
    await client.validateDailyBudget(adSetId, 6000);
    const low = await failureOf(client.validateDailyBudget(adSetId, 199));
    expect([low.kind, low.details.subcode]).toEqual(['invalid', 1885272]);
    await market.edit(made.campaignId, { daily_budget: 9000 });
    const shared = await failureOf(client.validateDailyBudget(adSetId, 6000));
    expect([shared.kind, shared.details.subcode]).toEqual(['invalid', 1885621]);
    await market.edit(made.campaignId, { daily_budget: null });
    expect(await market.audit()).toEqual([]);
    expect((await client.getAdSet(adSetId)).dailyBudget).toBe(5000);
  });

  it('knows the hourly limit, but neither counts as a change nor starts the block', async () => {
    const { adSetId } = first();
    for (let i = 0; i < 6; i++) await client.validateDailyBudget(adSetId, 6000 + i);
    for (const amount of [5100, 5200, 5300, 5400]) await client.writeDailyBudget(adSetId, amount);
    const limited = await failureOf(client.validateDailyBudget(adSetId, 5500));
    expect(limited.details).toMatchObject({ code: 613, subcode: 1487632, retryAfterMs: HOUR });
    now += HOUR;
    await client.writeDailyBudget(adSetId, 5500);
    expect(await market.audit()).toHaveLength(5);
  });
});

describe('budget edits', () => {
  it('give author and amounts, oldest first, of one ad set, over all pages', async () => {
    const { adSetId } = first();
    await client.writeDailyBudget(adSetId, 6000);
    now += HOUR;
    await market.edit(made.adSetIds[1]!, { daily_budget: 4000 });
    const early = await client.getBudgetEdits(adSetId, START);
    expect(early).toEqual([
      { at: START, actor: 'Auto-promotion', application: 'Auto-promotion', before: 5000, after: 6000 },
    ]);
    for (let i = 1; i <= 120; i++) await market.edit(adSetId, { daily_budget: 6000 + i }, `Ana ${i}`);
    const edits = await client.getBudgetEdits(adSetId, START);
    expect(edits.map(({ after }) => after)).toEqual(Array.from({ length: 121 }, (_, i) => 6000 + i));
    expect(edits.at(-1)).toEqual({
      at: now,
      actor: 'Ana 120',
      application: 'Ads Manager',
      before: 6119,
      after: 6120,
    });
    expect(await client.getBudgetEdits(adSetId, START + 1000)).toHaveLength(120);
  });
});

describe('insights', () => {
  const query = () => ({
    adIds: made.adIds,
    since: START,
    until: START + 5 * DAY,
    granularity: 'hour' as const,
    timezone: TIMEZONE,
  });

  beforeEach(() => {
    now = START + 5 * DAY;
  });

  it('have every hour, over all pages and over the repeated hour', async () => {
    const rows = await client.getInsights({ ...query(), until: START + 3 * DAY });
    const buckets = rows.filter((row) => row.adId === first().adId).map((row) => row.bucketStart);
    // 72 hours. In New York, 1 November has the hour from 1:00 twice; both runs share one row.
    const repeated = Date.UTC(2026, 10, 1, 6);
    const expected = Array.from({ length: 72 }, (_, index) => START + index * HOUR).filter(
      (at) => at !== repeated,
    );
    expect(buckets).toEqual(expected);
    const busiest = rows.find((row) => row.bucketStart === repeated - HOUR);
    expect(busiest?.adSetId).toBe(first().adSetId);
  });

  it('by hour add up to those by day', async () => {
    const hours = await client.getInsights(query());
    const days = await client.getInsights({ ...query(), granularity: 'day' });
    for (const field of ['impressions', 'clicks', 'linkClicks', 'spend', 'conversions', 'revenue'] as const) {
      const total = (rows: typeof hours): number => rows.reduce((sum, row) => sum + row[field], 0);
      expect(total(days)).toBeGreaterThan(0);
      expect(total(hours)).toBe(total(days));
    }
    expect(hours.every((row) => row.linkClicks <= row.clicks && row.clicks <= row.impressions)).toBe(true);
  });

  it('follow the pages if one page does not hold all rows', async () => {
    now = START + 14 * DAY;
    const rows = await client.getInsights({ ...query(), until: now });
    // Two ads with 336 hours, one of which repeats: 670 rows, at 500 per page.
    expect(rows).toHaveLength(670);
  });

  it('are read in halves, and by a report, if a call asks for too much', async () => {
    const whole = await client.getInsights(query());
    const fault = { objectId: market.account.id, method: 'GET' as const, kind: 'refuse' as const };
    await market.order({ ...fault, code: 100, subcode: 1487534 });
    expect(await client.getInsights(query())).toEqual(whole);
    await market.order({ ...fault, code: 100, subcode: 1504018, times: null });
    const day = await client.getInsights({ ...query(), until: START + DAY });
    expect(day).toEqual(whole.filter((row) => row.bucketStart < START + DAY));
    expect(day.length).toBeGreaterThan(0);
  });

  it('come from the same report on the next try if the report is not ready in time', async () => {
    const day = { ...query(), until: START + DAY };
    const whole = await client.getInsights(day);
    const impatient = clientOf(market.url, {
      accountId: market.account.id,
      reportWaitMs: 0,
      now: () => now,
    });
    const fault = { objectId: market.account.id, kind: 'refuse' as const, times: null };
    await market.order({ ...fault, method: 'GET', code: 100, subcode: 1504018 });
    expect((await failureOf(impatient.getInsights(day))).message).toContain('not ready yet');
    await market.order({ ...fault, method: 'POST', code: 100 });
    expect(await impatient.getInsights(day)).toEqual(whole);
  });

  it('fail as other reads do', async () => {
    await market.order({ kind: 'rate_limit', objectId: market.account.id, code: 80004, delayMs: 3 * MINUTE });
    const error = await failureOf(client.getInsights(query()));
    expect(error.kind).toBe('rate');
    expect(error.details).toMatchObject({ retryAfterMs: 3 * MINUTE, outcome: 'not_applied' });
  });
});
