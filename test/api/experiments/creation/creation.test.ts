import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CreationFacts, VariantFacts } from '../../../../src/api/experiments/creation/facts.js';
import { problemsOf } from '../../../../src/api/experiments/creation/problems.js';
import { TemporalUnavailable } from '../../../../src/api/temporal/errors.js';
import { DEFAULT_POLICY } from '../../../../src/domain/experiment.js';
import type { MarketTest } from '../../../../src/sandbox/meta-simulator/index.js';
import { PLAIN_SETTINGS } from '../../../support/ad-set-settings.js';
import { type Answer, type Api, HOUR, START, startApi } from '../../support/harness.js';

let api: Api;
let test: MarketTest;
let serial = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  test = await api.market.createTest({
    name: `test ${++serial}`,
    ads: [
      { name: 'control', dailyBudget: 5_000, trueClickRate: 0.02 },
      { name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.03 },
    ],
  });
});

function request(more: Record<string, unknown> = {}) {
  return {
    name: 'Hooks in November',
    variants: [
      { role: 'control', ad_id: test.adIds[0] },
      { role: 'challenger', ad_id: test.adIds[1] },
    ],
    ...more,
  };
}

const create = (body: unknown) => api.post('/api/ab/experiments', body);

function errorsOf(answer: Answer): { field: string; message: string }[] {
  expect(answer.type).toBe('application/problem+json');
  return answer.body.errors as unknown as { field: string; message: string }[];
}

describe('a valid test', () => {
  it("is registered and started, and the answer has Meta's data on it", async () => {
    const id = `sound_${serial}`;
    const answer = await create(
      request({
        id,
        variants: [
          { role: 'challenger', ad_id: test.adIds[1], creative: { hook: 'Stop', visual_notes: 'red' } },
          { role: 'control', ad_id: test.adIds[0], creative: { headline: null } },
        ],
        policy: { confidence: 0.99, verification: { window_hours: 72 }, approval_required: true },
      }),
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/ab/experiments/${id}`);
    expect(answer.body).toMatchObject({
      experiment_id: id,
      state: 'running',
      environment: 'sandbox',
      account_id: api.market.account.id,
      currency: api.market.account.currency,
      start_date: '2026-11-23T09:00:00Z',
      promoted_at: null,
      end_date: null,
      winner_ad_id: null,
      workflow: 'started',
      note: null,
    });
    expect(answer.body.variants).toEqual([
      {
        id: 'control',
        role: 'control',
        ad_id: test.adIds[0],
        ad_set_id: test.adSetIds[0],
        creative: { hook: null, headline: null, text: null, script: null, visual_notes: null },
        draft_id: null,
        dropped_at: null,
      },
      {
        id: 'challenger-1',
        role: 'challenger',
        ad_id: test.adIds[1],
        ad_set_id: test.adSetIds[1],
        creative: { hook: 'Stop', headline: null, text: null, script: null, visual_notes: 'red' },
        draft_id: null,
        dropped_at: null,
      },
    ]);
    expect(answer.body.policy).toEqual({
      objective: 'click_through_rate',
      rule: 'sequential',
      strict: false,
      buckets: 'hour',
      strata: 'hour',
      confidence: 0.99,
      minimum_run_hours: 24,
      minimum_impressions: 100,
      minimum_clicks: 25,
      minimum_conversions: 25,
      conversion_event: 'purchase',
      attribution_window_hours: 24,
      guardrails: [{ metric: 'cost_per_conversion', mode: 'non_inferiority', margin: 0.25 }],
      guardrail_wait_hours: 168,
      horizon_hours: 672,
      check_every_hours: 6,
      minimum_detectable_effect: 0.1,
      indifference: 0.05,
      drop_beaten: false,
      phases: DEFAULT_POLICY.phases.map((phase) => ({
        winner_share: phase.winnerShare,
        wait_hours: phase.waitHours,
      })),
      approval_required: true,
      approval_hours: 72,
      at_risk_limit_cents: null,
      max_step_factor: 2,
      recheck_days: 28,
      verification: { settle_hours: 24, window_hours: 72 },
    });
    expect(api.gateway.started).toContain(id);
    expect((await api.store.getExperiment(id))?.policy.approvalRequired).toBe(true);
  });

  it('may use ad sets that differ if a user accepts that', async () => {
    await api.market.edit(test.adSetIds[1]!, { bid_strategy: 'COST_CAP', bid_amount: 250 });
    const id = `differs_${serial}`;
    const accept = { by: 'ana@example.com', reason: 'the cap is part of the offer' };
    const answer = await create(request({ id, accept_differences: accept }));
    expect(answer.status).toBe(201);
    const accepted = {
      ...accept,
      differences: [
        {
          variant_id: 'challenger-1',
          field: 'bid_strategy',
          message: expect.stringContaining('strategy cost cap against lowest cost without cap'),
        },
      ],
    };
    expect(answer.body.accepted_differences).toEqual(accepted);
    const again = await create(request({ id, accept_differences: accept }));
    expect([again.status, again.body.accepted_differences]).toEqual([200, accepted]);
    const nobody = await create(request({ id: `${id}b`, accept_differences: { by: 'ana@example.com' } }));
    expect(errorsOf(nobody)).toContainEqual({
      field: 'accept_differences.reason',
      message: 'is missing: must be text of 1 to 500 characters',
    });
    // There is nothing to accept, so nothing is stored.
    await api.market.edit(test.adSetIds[1]!, { bid_strategy: null, bid_amount: null });
    await api.store.transition({
      ...{
        experimentId: id,
        from: 'running',
        to: 'stopped',
        reason: { code: 'recorded', detail: 'over' },
        at: START,
      },
    });
    const alike = await create(request({ id: `${id}c`, accept_differences: accept }));
    expect([alike.status, alike.body.accepted_differences]).toEqual([201, null]);
  });

  it('says how many days a lift of 10 % takes if its ads have run before', async () => {
    expect((await create(request())).body.days_to_detect_10_percent).toBeNull();
    const started = api.clock.at;
    const later = await api.market.createTest({
      name: 'run before',
      ads: [0.02, 0.02].map((trueClickRate, index) => ({
        name: `ad ${index}`,
        dailyBudget: 50_000,
        trueClickRate,
      })),
    });
    api.clock.at = started + 24 * HOUR;
    const variants = later.adIds.map((ad_id, index) => ({
      role: index === 0 ? 'control' : 'challenger',
      ad_id,
    }));
    const answer = await create(request({ variants }));
    expect(answer.status).toBe(201);
    // About 1,000 clicks per day and variant: information 500 of 1,500.
    expect(answer.body.days_to_detect_10_percent).toBeGreaterThan(1.5);
    expect(answer.body.days_to_detect_10_percent).toBeLessThan(6);
  });

  it('with day buckets, estimates the days that a lift takes from the last whole day', async () => {
    const policy = { buckets: 'day', horizon_hours: 96, strict: true };
    const answer = await create(request({ id: `days_${serial}`, policy }));
    expect(answer.status).toBe(201);
    expect(answer.body.policy).toMatchObject(policy);
    expect(answer.body.days_to_detect_10_percent).toBeNull();
    const { body } = await api.get(`/api/ab/experiments/days_${serial}`);
    expect(body.policy).toMatchObject(policy);
    expect((await api.store.getExperiment(`days_${serial}`))?.policy.buckets).toBe('day');

    const later = await api.market.createTest({
      name: 'run before',
      ads: [0.02, 0.02].map((trueClickRate, index) => ({
        name: `ad ${index}`,
        dailyBudget: 50_000,
        trueClickRate,
      })),
    });
    const created = api.clock.at;
    const detect = async (hours: number, buckets: 'hour' | 'day') => {
      api.clock.at = created + hours * HOUR;
      const variants = later.adIds.map((ad_id, index) => ({
        role: index === 0 ? 'control' : 'challenger',
        ad_id,
      }));
      const { body } = await create(
        request({ id: `days_${serial}_${hours}_${buckets}`, variants, policy: { buckets } }),
      );
      const id = body.experiment_id as string;
      const { state } = (await api.store.getExperiment(id))!;
      const at = api.clock.at;
      await api.store.transition({
        experimentId: id,
        from: state,
        to: 'stopped',
        reason: { code: 'recorded', detail: 'a test' },
        at,
      });
      return body.days_to_detect_10_percent as number | null;
    };
    const byHours = (await detect(72, 'hour'))!;
    const byDays = (await detect(72, 'day'))!;
    expect(Math.abs(byDays / byHours - 1)).toBeLessThan(0.2);
    // The current day doesn't count: until midnight the answer is based on yesterday.
    expect(await detect(74, 'day')).toBe(byDays);
    expect(await detect(74, 'hour')).not.toBe(byHours);
  });

  it.each([
    { buckets: 'day', horizon_hours: 48, rule: 'anytime' },
    { buckets: 'day', horizon_hours: 48, rule: 'welch' },
    { buckets: 'day', horizon_hours: 264, objective: 'conversion_rate' },
    { buckets: 'day', check_every_hours: 1 },
  ])('of days can be asked for with $rule $objective $horizon_hours', async (policy) => {
    const answer = await create(request({ policy }));
    expect(answer.status).toBe(201);
    expect(answer.body.policy).toMatchObject(policy);
  });

  it('gets an id if the caller gives none', async () => {
    const answer = await create(request());
    expect(answer.status).toBe(201);
    expect(answer.body.experiment_id).toMatch(/^exp_[0-9a-f]{10}$/);
  });

  it('has no warnings if nothing weakens it', async () => {
    expect((await create(request())).body.warnings).toEqual([]);
  });

  it('is registered once if the same request is sent twice, even after its ads have stopped', async () => {
    const body = request({ id: `twice_${serial}` });
    const first = await create(body);
    await api.market.edit(test.adSetIds[0]!, { status: 'PAUSED' });
    const second = await create(body);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.variants).toEqual(first.body.variants);
    expect(await create({ ...body, name: 'Another' })).toMatchObject({ status: 409 });
  });

  it('has warnings for what weakens it, one per campaign', async () => {
    const id = test.campaignId;
    const start_time = api.clock.at + 2 * HOUR;
    await api.market.edit(id, { is_adset_budget_sharing_enabled: true, start_time });
    const body = request({ id: `warned_${serial}` });
    const answer = await create(body);
    expect(answer.status).toBe(201);
    expect(answer.body.warnings).toEqual([
      `Campaign ${id} shares up to 20 % of its ad sets' budgets between them: the split between the ads is not exact.`,
      `Campaign ${id} starts on ${new Date(start_time).toISOString()}: its ads don't deliver before that.`,
    ]);
    expect((await create(body)).body.warnings).toEqual([]);
  });

  it('has a warning if clicks decide and Meta optimises the delivery for conversions', async () => {
    for (const id of test.adSetIds) await api.market.edit(id, { optimization_goal: 'OFFSITE_CONVERSIONS' });
    const answer = await create(request({ id: `goal_${serial}` }));
    expect(answer.status).toBe(201);
    expect(answer.body.warnings).toEqual([
      expect.stringMatching(
        /^Clicks decide this test, but Meta optimises the delivery of control \(OFFSITE_CONVERSIONS\) and .* for conversions: more clicks may not mean more sales\.$/,
      ),
    ]);
  });

  it('has a warning per winner whose rollout needs more steps because a budget would grow too much at once', async () => {
    const [, small] = test.adSetIds;
    await api.market.edit(small!, { daily_budget: 1_000 });
    const id = `stepped_${serial}`;
    const answer = await create(request({ id, policy: { max_step_factor: 2.5 } }));
    expect(answer.status).toBe(201);
    expect(answer.body.policy).toMatchObject({ max_step_factor: 2.5 });
    expect(answer.body.warnings).toEqual([
      `If ad set ${small} (USD 10.00 a day) wins, a step is added to the phases. The largest step, phase 41.67, multiplies ad set ${small}'s budget by 2.5 (limit 2.5).`,
    ]);
    expect((await api.store.getExperiment(id))?.policy.maxStepFactor).toBe(2.5);
  });

  it('is registered while Temporal does not answer, and says that its workflow starts later', async () => {
    api.gateway.failure = new TemporalUnavailable('away');
    const answer = await create(request({ id: `later_${serial}` }));
    api.gateway.failure = null;
    expect(answer.status).toBe(201);
    expect(answer.body.workflow).toBe('deferred');
    expect(answer.body.note).toMatch(/Temporal does not answer/);
    expect(await api.store.getExperiment(`later_${serial}`)).not.toBeNull();
  });
});

describe('reasons against a test from Meta', () => {
  const refusals: {
    what: string;
    prepare: () => Promise<void>;
    body?: () => Record<string, unknown>;
    field: string;
    says: RegExp;
  }[] = [
    {
      what: 'two variants in one ad set',
      prepare: async () => {},
      body: () => ({
        variants: [
          { role: 'control', ad_id: test.adIds[0] },
          { role: 'challenger', ad_id: test.adIds[0] },
        ],
      }),
      field: 'variants[1].ad_id',
      says: /is also the ad of variants\[0\]/,
    },
    {
      what: 'a campaign budget',
      prepare: () => api.market.edit(test.campaignId, { daily_budget: 10_000 }),
      field: 'variants[0].ad_id',
      says: /campaign budget/,
    },
    {
      what: 'a lifetime budget',
      prepare: () => api.market.edit(test.adSetIds[1]!, { daily_budget: null, lifetime_budget: 90_000 }),
      field: 'variants[1].ad_id',
      says: /lifetime budget/,
    },
    {
      what: 'a budget schedule',
      prepare: () => api.market.edit(test.adSetIds[1]!, { is_budget_schedule_enabled: true }),
      field: 'variants[1].ad_id',
      says: /budget schedule/,
    },
    {
      what: 'a campaign that ends before the test can',
      prepare: () => api.market.edit(test.campaignId, { stop_time: START + 3 * 24 * HOUR }),
      field: 'variants[0].ad_id',
      says: /^Campaign \d+ ends on 2026-11-26T09:00:00\.000Z, before 2026-12-\d\dT\d\d:00:00\.000Z\.$/,
    },
    {
      what: 'another audience',
      prepare: () => api.market.edit(test.adSetIds[1]!, { targeting: { age_min: 18, age_max: 45 } }),
      field: 'variants[1].ad_id',
      says: /the ad set of challenger-1 differs from that of control in targeting \(age up to 45 against 65, .*\): the verdict would not be about the ads alone\. Make the ad sets alike, or send accept_differences with by and reason\.$/,
    },
    {
      what: 'another optimisation goal of the control, listed last',
      prepare: () => api.market.edit(test.adSetIds[0]!, { optimization_goal: 'REACH' }),
      body: () => ({
        variants: [
          { role: 'challenger', ad_id: test.adIds[1] },
          { role: 'control', ad_id: test.adIds[0] },
        ],
      }),
      field: 'variants[0].ad_id',
      says: /challenger-1 differs from that of control in optimisation goal \(goal link clicks against reach\)/,
    },
    {
      what: 'an ad that is not active',
      prepare: () => api.market.edit(test.adIds[1]!, { status: 'PAUSED' }),
      field: 'variants[1].ad_id',
      says: /Ad \d+ is not active/,
    },
    {
      what: 'an ad set that is not active',
      prepare: () => api.market.edit(test.adSetIds[0]!, { status: 'PAUSED' }),
      field: 'variants[0].ad_id',
      says: /Ad set \d+ is not active/,
    },
    {
      what: 'an ad that Meta does not know',
      prepare: async () => {},
      body: () => ({
        variants: [
          { role: 'control', ad_id: test.adIds[0] },
          { role: 'challenger', ad_id: '999999999999999' },
        ],
      }),
      field: 'variants[1].ad_id',
      says: /knows no ad 999999999999999/,
    },
    {
      what: "an ad set's id as an ad's",
      prepare: async () => {},
      body: () => ({
        variants: [
          { role: 'control', ad_id: test.adIds[0] },
          { role: 'challenger', ad_id: test.adSetIds[1] },
        ],
      }),
      field: 'variants[1].ad_id',
      says: /^\d+ is the id of an ad set: give the id of the ad in it\.$/,
    },
    {
      what: "a campaign's id as an ad's",
      prepare: async () => {},
      body: () => ({
        variants: [
          { role: 'control', ad_id: test.campaignId },
          { role: 'challenger', ad_id: test.adIds[1] },
        ],
      }),
      field: 'variants[0].ad_id',
      says: /^\d+ is the id of a campaign: give the id of the ad in it\.$/,
    },
    {
      what: 'an end before the horizon',
      prepare: () => api.market.edit(test.adSetIds[1]!, { end_time: START + 671 * HOUR }),
      field: 'variants[1].ad_id',
      says: /ends on .* before/,
    },
    {
      what: "a phase below Meta's minimum",
      prepare: async () => {
        const daily_budget = 2 * api.market.account.minDailyBudget;
        for (const adSetId of test.adSetIds) await api.market.edit(adSetId, { daily_budget });
      },
      field: 'policy.phases',
      says: /below Meta's minimum/,
    },
    {
      what: 'a rollout of more steps than its evidence would last',
      prepare: () => api.market.edit(test.adSetIds[1]!, { daily_budget: 100_000 }),
      body: () => ({ policy: { max_step_factor: 1.1 } }),
      field: 'policy.max_step_factor',
      says: /^if ad set \d+ \(USD 50\.00 a day\) wins: Phase 60 would raise .* by at most 1\.1 .* more than 24 steps\.$/,
    },
    {
      what: 'another account',
      prepare: async () => {},
      body: () => ({ account_id: 'act_1' }),
      field: 'account_id',
      says: /is not the account/,
    },
    {
      what: 'another currency',
      prepare: async () => {},
      body: () => ({ currency: 'JPY' }),
      field: 'currency',
      says: /is JPY, but/,
    },
    {
      what: 'an account without act_',
      prepare: async () => {},
      body: () => ({ account_id: '123456' }),
      field: 'account_id',
      says: /with its prefix, act_/,
    },
  ];

  it.each(refusals)('$what is refused with 400', async ({ prepare, body, field, says }) => {
    await prepare();
    const answer = await create(request(body?.()));
    expect(answer.status).toBe(400);
    const found = errorsOf(answer).filter((error) => error.field === field);
    expect(found.map((error) => error.message).join(' ')).toMatch(says);
  });

  it('an ad set of a live experiment is refused with 409, which names it', async () => {
    expect((await create(request({ id: `holder_${serial}` }))).status).toBe(201);
    const answer = await create(request({ id: `second_${serial}` }));
    expect(answer.status).toBe(409);
    expect(answer.body.experiment_id).toBe(`holder_${serial}`);
    expect(errorsOf(answer).map((error) => error.field)).toEqual(['variants[0].ad_id', 'variants[1].ad_id']);
    expect(await api.store.getExperiment(`second_${serial}`)).toBeNull();
  });

  it('all problems are reported at once', async () => {
    await api.market.edit(test.adIds[0]!, { status: 'PAUSED' });
    await api.market.edit(test.adSetIds[1]!, { end_time: START + HOUR, is_budget_schedule_enabled: true });
    const messages = errorsOf(await create(request({ currency: 'JPY' })))
      .map((error) => error.message)
      .join(' ');
    for (const part of [/JPY/, /is not active/, /ends on/, /budget schedule/]) expect(messages).toMatch(part);
  });

  it('each problem is an entry of its own and a sentence of the detail', async () => {
    const variants = [
      { role: 'challenger', ad_id: test.adIds[0] },
      { role: 'challenger', ad_id: test.adIds[0] },
    ];
    const shape = await create(request({ variants }));
    expect(errorsOf(shape)).toEqual([
      { field: 'variants', message: 'must have exactly one control, not 0' },
      { field: 'variants[1].ad_id', message: 'is also the ad of variants[0]' },
    ]);
    expect(shape.body.detail).toBe(
      'variants must have exactly one control, not 0. variants[1].ad_id is also the ad of variants[0].',
    );
    const form = await create(request({ name: undefined, colour: 'red' }));
    expect(form.body.detail).toBe(
      'name is missing: must be text of 1 to 200 characters. colour is not a field of this request; leave it out.',
    );
  });

  it("an ad's id that is a number is not reported as missing", async () => {
    const variants = [
      { role: 'control', ad_id: 120210000000000 },
      { role: 'challenger', ad_id: null },
      { role: 'challenger' },
    ];
    const must = "must be a string: write the ad's id in quotes";
    expect(errorsOf(await create(request({ variants })))).toEqual([
      { field: 'variants[0].ad_id', message: must },
      { field: 'variants[1].ad_id', message: must },
      { field: 'variants[2].ad_id', message: `is missing: ${must}` },
    ]);
  });

  it.each([
    ['/api/ab/auto-promote/history?days_back=abc', 'days_back', 'must be a whole number from 1 to 3650'],
    ['/api/ab/auto-promote/history?limit=', 'limit', 'must be a whole number from 1 to 1000'],
    ['/api/ab/experiments?offset=x', 'offset', 'must be a whole number from 0 to 1000000'],
  ])('%s says what it must be, not that it is missing', async (url, field, message) => {
    expect(await api.get(url)).toMatchObject({
      status: 400,
      body: { errors: [{ field, message }], detail: `${field} ${message}.` },
    });
  });

  it('a winner that already has the share of the last phase is accepted', async () => {
    await api.market.edit(test.adSetIds[0]!, { daily_budget: 90_000 });
    await api.market.edit(test.adSetIds[1]!, { daily_budget: 10_000 });
    expect((await create(request())).status).toBe(201);
  });

  it('no answer from Meta is 502 and registers nothing', async () => {
    const fault = await api.market.order({ kind: 'html', objectId: test.adIds[0]!, times: null });
    const answer = await create(request({ id: `unread_${serial}` }));
    await api.market.withdraw(fault);
    expect(answer.status).toBe(502);
    expect(await api.store.getExperiment(`unread_${serial}`)).toBeNull();
  });

  it('a rate limit is 503', async () => {
    const fault = await api.market.order({ kind: 'rate_limit', delayMs: 120_000, times: null });
    const answer = await create(request());
    await api.market.withdraw(fault);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(60);
  });
});

describe('reasons that the market cannot produce', () => {
  const account = {
    id: 'act_1',
    name: 'One',
    currency: 'USD',
    timezone: 'UTC',
    status: 1,
    minDailyBudget: 100,
    spendCap: null,
    amountSpent: 0,
    disableReason: null,
  };
  const standing = { status: 'ACTIVE', effectiveStatus: 'ACTIVE' };
  const facts = (adId: string, adSetId: string, dailyBudget: number, accountId = 'act_1'): VariantFacts => ({
    ad: { id: adId, name: adId, adSetId, campaignId: '3', accountId, ...standing },
    adSet: {
      id: adSetId,
      name: adSetId,
      campaignId: '3',
      accountId,
      ...standing,
      dailyBudget,
      lifetimeBudget: null,
      endTime: null,
      hasBudgetSchedule: false,
      resultEvent: null,
      learningStage: null,
      lastSignificantEditAt: null,
      settings: PLAIN_SETTINGS,
    },
    campaign: {
      id: '3',
      name: '3',
      ...standing,
      dailyBudget: null,
      lifetimeBudget: null,
      adSetBudgetSharing: false,
      spendCap: null,
      startTime: null,
      stopTime: null,
    },
    activeAds: [adId],
  });
  const problems = (variants: VariantFacts[], more: Partial<CreationFacts> = {}) =>
    problemsOf(
      {
        name: 'x',
        variants: variants.map(({ ad }, index) => ({
          role: index === 0 ? ('control' as const) : ('challenger' as const),
          ad_id: ad.id,
        })),
      },
      DEFAULT_POLICY,
      { account, variants, leases: new Map(), ...more },
      START,
    );

  it('none against two valid ads', () => {
    expect(problems([facts('1', '11', 500), facts('2', '12', 500)])).toEqual([]);
  });

  it('two ads in one ad set', () => {
    const shared = [facts('1', '11', 500), facts('2', '11', 500)].map((variant) => ({
      ...variant,
      activeAds: ['1', '2'],
    }));
    const found = problems(shared);
    expect(found.map(({ field }) => field)).toEqual([
      'variants[0].ad_id',
      'variants[1].ad_id',
      'variants[1].ad_id',
    ]);
    expect(found[1]?.message).toMatch(/one ad set \(11\)/);
    expect(found[2]?.message).toMatch(/other active ads \(1\)/);
  });

  it('an ad of another account', () => {
    expect(problems([facts('1', '11', 500), facts('2', '12', 500, 'act_2')])).toEqual([
      { field: 'variants[1].ad_id', message: expect.stringMatching(/belongs to act_2, not to act_1/) },
    ]);
  });

  it('an account that is not active', () => {
    const found = problems([facts('1', '11', 500), facts('2', '12', 500)], {
      account: { ...account, status: 2 },
    });
    expect(found).toEqual([{ field: 'account_id', message: expect.stringMatching(/act_1 is not active/) }]);
  });

  it('an amount below the minimum for either winner, with the phase and both amounts', () => {
    const messages = problems([facts('1', '11', 900), facts('2', '12', 150)]).map(({ message }) => message);
    expect(messages).toEqual([]);
    const narrow = problems([facts('1', '11', 240), facts('2', '12', 240)]).map(({ message }) => message);
    expect(narrow).toHaveLength(2);
    expect(narrow[0]).toMatch(/ad set 11 .*Phase 80 would set ad set 12 to USD 0.96, below .*USD 1.00/);
    expect(narrow[1]).toMatch(/ad set 12 .*Phase 80 would set ad set 11/);
  });

  it('a budget of 0', () => {
    const found = problems([facts('1', '11', 0), facts('2', '12', 500)]);
    expect(found).toEqual([
      { field: 'variants[0].ad_id', message: 'Ad set 11 has a daily budget of 0: give it a budget.' },
    ]);
  });
});

describe('reasons against a test in the request', () => {
  const variants = (count: number) => [
    { role: 'control', ad_id: test.adIds[0] },
    ...Array.from({ length: count }, (_, i) => ({ role: 'challenger', ad_id: `9${i}` })),
  ];
  const bodies: { field: string; says: RegExp; body: () => Record<string, unknown> }[] = [
    { field: 'name', says: /is missing/, body: () => ({ name: undefined }) },
    { field: 'name', says: /1 to 200/, body: () => ({ name: '  ' }) },
    { field: 'id', says: /letters, digits/, body: () => ({ id: 'a/b' }) },
    { field: 'colour', says: /is not a field/, body: () => ({ colour: 'red' }) },
    { field: 'variants', says: /at least one challenger/, body: () => ({ variants: variants(0) }) },
    { field: 'variants', says: /at most 6/, body: () => ({ variants: variants(6) }) },
    {
      field: 'variants',
      says: /exactly one control, not 0/,
      body: () => ({ variants: variants(2).slice(1) }),
    },
    {
      field: 'variants[1].role',
      says: /control or challenger/,
      body: () => ({ variants: [...variants(0), { role: 'rival', ad_id: '9' }] }),
    },
    {
      field: 'variants[1].id',
      says: /is also the id of variants\[0\]/,
      body: () => ({
        variants: [
          { id: 'x', role: 'control', ad_id: '1' },
          { id: 'x', role: 'challenger', ad_id: '2' },
        ],
      }),
    },
    {
      field: 'variants[0].creative.slogan',
      says: /is not a field/,
      body: () => ({
        variants: [{ role: 'control', ad_id: '1', creative: { slogan: 'x' } }, ...variants(1)],
      }),
    },
    {
      field: 'policy.rule',
      says: /one of sequential, anytime, welch/,
      body: () => ({ policy: { rule: 'bayes' } }),
    },
    {
      field: 'policy.rule',
      says: /only compares click_through_rate, not conversion_rate/,
      body: () => ({ policy: { rule: 'welch', objective: 'conversion_rate' } }),
    },
    { field: 'policy.buckets', says: /one of hour, day/, body: () => ({ policy: { buckets: 'week' } }) },
    {
      field: 'policy.horizon_hours',
      says: /3 whole days after the day of the start if buckets are days \(95 < 96\)/,
      body: () => ({ policy: { buckets: 'day', horizon_hours: 95 } }),
    },
    {
      field: 'policy.horizon_hours',
      says: /3 whole days .* plus attribution_window_hours \(168\) if buckets are days \(263 < 264\)/,
      body: () => ({
        policy: { buckets: 'day', objective: 'conversion_rate', horizon_hours: 263, minimum_run_hours: 48 },
      }),
    },
    {
      field: 'policy.objective',
      says: /one of click_through_rate, conversion_rate, cost_per_conversion/,
      body: () => ({ policy: { objective: 'revenue' } }),
    },
    {
      field: 'policy.horizon_hours',
      says: /minimum_run_hours plus attribution_window_hours, .* \(168 < 192\)/,
      body: () => ({ policy: { objective: 'conversion_rate', horizon_hours: 168 } }),
    },
    ...[0.005, 1.5].map((minimum_detectable_effect) => ({
      field: 'policy.minimum_detectable_effect',
      says: /from 0.01 to 1 /,
      body: () => ({ policy: { minimum_detectable_effect } }),
    })),
    {
      field: 'policy.drop_beaten',
      says: /moves budgets without an approval, but approval_required is true/,
      body: () => ({ policy: { drop_beaten: true, approval_required: true } }),
    },
    { field: 'policy.drop_beaten', says: /true or false/, body: () => ({ policy: { drop_beaten: 'yes' } }) },
    ...[-0.01, 0.21].map((indifference) => ({
      field: 'policy.indifference',
      says: /from 0 to 0.2 \(a relative lift; 0: the winner must beat every ad\)/,
      body: () => ({ policy: { indifference } }),
    })),
    {
      field: 'policy.minimum_conversions',
      says: /from 25/,
      body: () => ({ policy: { minimum_conversions: 5 } }),
    },
    {
      field: 'policy.guardrails[0].margin',
      says: /required in non_inferiority/,
      body: () => ({ policy: { guardrails: [{ metric: 'conversion_rate', mode: 'non_inferiority' }] } }),
    },
    {
      field: 'policy.guardrails[0].margin',
      says: /no meaning in no_harm/,
      body: () => ({
        policy: { guardrails: [{ metric: 'conversion_rate', mode: 'no_harm', margin: 0.1 }] },
      }),
    },
    {
      field: 'policy.guardrails[0].metric',
      says: /one of cost_per_conversion, conversion_rate, revenue_per_spend/,
      body: () => ({ policy: { guardrails: [{ metric: 'clicks', mode: 'no_harm' }] } }),
    },
    {
      field: 'policy.guardrails',
      says: /must not have a metric twice/,
      body: () => ({
        policy: { guardrails: Array(2).fill({ metric: 'conversion_rate', mode: 'no_harm' }) },
      }),
    },
    {
      field: 'policy.strict',
      says: /a form of the rule sequential, not of welch/,
      body: () => ({ policy: { rule: 'welch', strict: true } }),
    },
    {
      field: 'policy.max_step_factor',
      says: /from 1\.1 to 10 \(times the previous budget\)/,
      body: () => ({ policy: { max_step_factor: 1 } }),
    },
    {
      field: 'policy.max_step_factor',
      says: /from 1\.1 to 10/,
      body: () => ({ policy: { max_step_factor: 11 } }),
    },
    { field: 'policy.confidence', says: /error rates/, body: () => ({ policy: { confidence: 0.97 } }) },
    { field: 'policy.minimum_clicks', says: /25/, body: () => ({ policy: { minimum_clicks: 5 } }) },
    {
      field: 'policy.minimum_run_hours',
      says: /from 24/,
      body: () => ({ policy: { minimum_run_hours: 2 } }),
    },
    { field: 'policy.horizon_hours', says: /to 2160/, body: () => ({ policy: { horizon_hours: 1e6 } }) },
    {
      field: 'policy.horizon_hours',
      says: /at least minimum_run_hours \(72 < 100\)/,
      body: () => ({ policy: { horizon_hours: 72, minimum_run_hours: 100 } }),
    },
    {
      field: 'policy.check_every_hours',
      says: /from 1/,
      body: () => ({ policy: { check_every_hours: 0.5 } }),
    },
    {
      field: 'policy.phases[1].winner_share',
      says: /more than in the previous phase/,
      body: () => ({
        policy: {
          phases: [
            { winner_share: 0.7, wait_hours: 0 },
            { winner_share: 0.6, wait_hours: 1 },
          ],
        },
      }),
    },
    {
      field: 'policy.phases[0].wait_hours',
      says: /must be 0/,
      body: () => ({ policy: { phases: [{ winner_share: 0.7, wait_hours: 1 }] } }),
    },
    {
      field: 'policy.phases[1].wait_hours',
      says: /4 budget changes per hour and ad set/,
      body: () => ({
        policy: {
          phases: [
            { winner_share: 0.6, wait_hours: 0 },
            { winner_share: 0.7, wait_hours: 0.1 },
          ],
        },
      }),
    },
    { field: 'policy.horizon', says: /is not a field/, body: () => ({ policy: { horizon: 1 } }) },
  ];

  it.each(bodies)('$field $says', async ({ field, says, body }) => {
    const answer = await create(request(body()));
    expect(answer.status).toBe(400);
    const found = errorsOf(answer).filter((error) => error.field === field);
    expect(found.map((error) => error.message).join(' ')).toMatch(says);
    expect(answer.body.detail).toContain(field);
  });
});
