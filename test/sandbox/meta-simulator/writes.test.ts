import { AdSet } from 'facebook-nodejs-business-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, START, Stage } from './support.js';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().open();
});
afterEach(async () => {
  await stage.dispose();
});

const MINUTE = 60_000;

describe('budget writes', () => {
  it('of the real SDK are applied, read back, and entered in the audit', async () => {
    stage.clock.pass(HOUR);
    const adSet = new AdSet(stage.adSets[0], {}, undefined, stage.sdk());
    await adSet.update([], { daily_budget: 6_000 });
    const read = await new AdSet(stage.adSets[0], {}, undefined, stage.sdk()).read(['daily_budget'], {});
    expect(read.exportAllData().daily_budget).toBe('6000');
    expect(await stage.market.audit()).toEqual([
      {
        sequence: 1,
        at: START + HOUR,
        adSetId: stage.adSets[0],
        actor: 'api',
        before: 5_000,
        requested: 6_000,
        outcome: 'applied',
        appliedAt: START + HOUR,
        code: null,
        subcode: null,
        fault: null,
      },
    ]);
  });

  it('are answered with usage headers, and can be form fields and text', async () => {
    const { status, body, headers } = await stage.setBudget(stage.adSets[0], '7000');
    expect([status, body]).toEqual([200, { success: true }]);
    const usage = JSON.parse(headers.get('x-business-use-case-usage')!);
    expect(usage[stage.market.account.id.slice(4)][0]).toMatchObject({
      type: 'ads_management',
      estimated_time_to_regain_access: 0,
    });
    for (const name of ['x-ad-account-usage', 'x-app-usage']) expect(headers.get(name)).toMatch(/^\{/);
    const form = await fetch(`${stage.market.url}/v23.0/${stage.adSets[0]}`, {
      method: 'POST',
      body: new URLSearchParams({ daily_budget: '7500', access_token: 'token-of-the-tests' }),
    });
    expect(await form.json()).toEqual({ success: true });
    expect(await stage.budget(stage.adSets[0])).toBe(7_500);
    const insights = await stage.get(`${stage.market.account.id}/insights`, { level: 'ad' });
    expect(insights.headers.get('x-fb-ads-insights-throttle')).toMatch(/acc_id_util_pct/);
  });

  it('are only validated if the request says so', async () => {
    const body = { daily_budget: 6_000, execution_options: ['validate_only'] };
    expect((await stage.post(stage.adSets[0], body)).body).toEqual({ success: true });
    const low = { ...body, daily_budget: 50 };
    expect((await stage.post(stage.adSets[0], low)).body.error.error_subcode).toBe(1_885_272);
    expect(await stage.budget(stage.adSets[0])).toBe(5_000);
    expect(await stage.market.audit()).toEqual([]);
  });

  it.each([
    [99, 1_885_272],
    [0, 1_885_272],
    [60.5, undefined],
    ['lots', undefined],
  ])('are refused for %s', async (amount, subcode) => {
    const { status, body } = await stage.setBudget(stage.adSets[0], amount);
    expect([status, body.error.code, body.error.error_subcode]).toEqual([400, 100, subcode]);
    expect(await stage.budget(stage.adSets[0])).toBe(5_000);
    expect(await stage.market.audit()).toMatchObject([
      { outcome: 'refused', appliedAt: null, code: 100, subcode: subcode ?? null },
    ]);
  });

  it('are refused for a campaign budget, a lifetime budget, an unknown object and a wrong token', async () => {
    const [control, challenger] = stage.adSets;
    expect((await stage.setBudget('120299999999999999', 6_000)).body.error.error_subcode).toBe(33);
    await stage.market.edit(challenger, { daily_budget: null, lifetime_budget: 50_000 });
    expect((await stage.setBudget(challenger, 6_000)).body.error.code).toBe(100);
    const wrong = await stage.post(control, { daily_budget: 6_000 }, 'other');
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 190]);
    await stage.market.edit(stage.test.campaignId, { daily_budget: 20_000 });
    expect((await stage.setBudget(control, 6_000)).body.error.error_subcode).toBe(1_885_621);
    const audit = await stage.market.audit();
    expect(audit.map(({ adSetId, code }) => [adSetId, code])).toEqual([
      [challenger, 100],
      [control, 190],
      [control, 100],
    ]);
    expect(await stage.budget(control)).toBe(5_000);
  });

  it('are limited to four changes per hour and ad set, then none for an hour', async () => {
    const [control, challenger] = stage.adSets;
    for (const amount of [5_100, 5_200, 5_300, 5_400]) {
      expect((await stage.setBudget(control, amount)).status).toBe(200);
      // Neither the same value again nor a refused value is a change.
      expect((await stage.setBudget(control, amount)).status).toBe(200);
      expect((await stage.setBudget(control, 1)).status).toBe(400);
      stage.clock.pass(10 * MINUTE);
    }
    const fifth = await stage.setBudget(control, 5_500);
    expect(fifth.body.error).toMatchObject({ code: 613, error_subcode: 1_487_632 });
    expect((await stage.setBudget(challenger, 5_500)).status).toBe(200);
    // The hour begins with the first refusal, and further refused attempts don't prolong it.
    stage.clock.pass(59 * MINUTE);
    expect((await stage.setBudget(control, 5_500)).body.error.error_subcode).toBe(1_487_632);
    stage.clock.pass(MINUTE);
    expect((await stage.setBudget(control, 5_500)).status).toBe(200);
    expect(await stage.budget(control)).toBe(5_500);
  });

  it('are allowed again as earlier changes become older than an hour', async () => {
    for (const amount of [5_100, 5_200, 5_300, 5_400]) {
      await stage.setBudget(stage.adSets[0], amount);
      stage.clock.pass(15 * MINUTE);
    }
    expect((await stage.setBudget(stage.adSets[0], 5_500)).status).toBe(200);
    expect((await stage.setBudget(stage.adSets[0], 5_600)).body.error.code).toBe(613);
  });

  it("include a user's edits, which are entered under the user and count as changes", async () => {
    await stage.market.edit(stage.adSets[0], { daily_budget: 9_000 });
    for (const amount of [5_100, 5_200, 5_300]) await stage.setBudget(stage.adSets[0], amount);
    expect((await stage.setBudget(stage.adSets[0], 5_400)).body.error.code).toBe(613);
    const audit = await stage.market.audit();
    expect(audit.map(({ actor, before, requested }) => [actor, before, requested]).slice(0, 2)).toEqual([
      ['person', 5_000, 9_000],
      ['api', 9_000, 5_100],
    ]);
  });

  it('also set the other fields of an object that was read from an edge', async () => {
    expect((await stage.post(stage.ads[0], { status: 'PAUSED' })).body).toEqual({ success: true });
    await stage.post(stage.adSets[0], { daily_budget: 6_000, status: 'PAUSED', effective_status: 'ACTIVE' });
    expect((await stage.get(stage.adSets[0], { fields: 'status,daily_budget' })).body).toMatchObject({
      status: 'PAUSED',
      daily_budget: '6000',
    });
    expect((await stage.post(stage.adSets[0], { status: 'ASLEEP' })).body.error.code).toBe(100);
    expect((await stage.get(stage.ads[0], { fields: 'status' })).body.status).toBe('PAUSED');
  });

  it('leave a consistent audit if many come at once', async () => {
    const amounts = Array.from({ length: 20 }, (_, i) => 6_000 + i);
    const answers = await Promise.all(amounts.map((amount) => stage.setBudget(stage.adSets[0], amount)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    const audit = await stage.market.audit();
    expect(audit.map(({ sequence }) => sequence)).toEqual(amounts.map((_, i) => i + 1));
    const applied = audit.filter(({ outcome }) => outcome === 'applied');
    applied.forEach((row, i) => {
      expect(row.before).toBe(applied[i - 1]?.requested ?? 5_000);
    });
    expect(await stage.budget(stage.adSets[0])).toBe(applied.at(-1)!.requested);
  });
});

describe('a cut below what was spent today', () => {
  let strict: Stage;
  afterEach(() => strict.dispose());

  const spent = async () =>
    Math.round(
      100 *
        (await strict.hours())
          .filter(({ adId, day }) => adId === strict.ads[0] && day === '2026-11-23')
          .reduce((sum, row) => sum + row.spend, 0),
    );

  it('is refused until midnight if the market is set to, but a raise and a smaller cut are not', async () => {
    strict = await new Stage({ market: { refuseBelowSpent: true } }).open();
    const [control] = strict.adSets;
    strict.clock.pass(12 * HOUR);
    const today = await spent();
    expect(today).toBeGreaterThan(1_500);
    const low = { daily_budget: today - 50, execution_options: ['validate_only'] };
    expect((await strict.post(control, low)).body.error.error_subcode).toBe(1_885_650);
    expect((await strict.setBudget(control, today - 50)).body.error).toMatchObject({
      code: 100,
      error_subcode: 1_885_650,
    });
    expect((await strict.setBudget(control, today + 50)).status).toBe(200);
    await strict.market.edit(control, { daily_budget: 200 });
    // Also below what was spent, but not a cut.
    expect((await strict.setBudget(control, 300)).status).toBe(200);
    await strict.market.edit(control, { daily_budget: 5_000 });
    strict.clock.pass(12 * HOUR);
    expect((await strict.setBudget(control, 300)).status).toBe(200);
    expect((await strict.market.audit()).map(({ actor, outcome }) => [actor, outcome])).toEqual([
      ['api', 'refused'],
      ['api', 'applied'],
      ['person', 'applied'],
      ['api', 'applied'],
      ['person', 'applied'],
      ['api', 'applied'],
    ]);
  });

  it("goes by the account's day", async () => {
    // 05:00 in UTC is midnight in New York.
    strict = await new Stage({
      account: { timezone: 'America/New_York' },
      market: { refuseBelowSpent: true },
    }).open();
    strict.clock.pass(4.75 * HOUR);
    expect((await strict.setBudget(strict.adSets[0], 200)).body.error.error_subcode).toBe(1_885_650);
    strict.clock.pass(HOUR / 4);
    expect((await strict.setBudget(strict.adSets[0], 200)).status).toBe(200);
  });

  it('is applied otherwise', async () => {
    strict = await new Stage().open();
    strict.clock.pass(12 * HOUR);
    expect((await strict.setBudget(strict.adSets[0], 200)).status).toBe(200);
  });
});
