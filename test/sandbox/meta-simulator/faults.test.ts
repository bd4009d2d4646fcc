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

const lastRow = async () => (await stage.market.audit()).at(-1);
const control = () => stage.adSets[0];
const sdkWrite = (amount: number) =>
  new AdSet(control(), {}, undefined, stage.sdk()).update([], { daily_budget: amount });

describe('faults', () => {
  it('refuse with the ordered code until they are withdrawn', async () => {
    const id = await stage.market.order({ kind: 'refuse', code: 100, subcode: 1_885_650, times: null });
    for (let i = 0; i < 3; i++) {
      await expect(sdkWrite(6_000)).rejects.toMatchObject({
        status: 400,
        response: {
          code: 100,
          error_subcode: 1_885_650,
          is_transient: false,
          error_user_title: expect.any(String),
        },
      });
    }
    expect(await lastRow()).toMatchObject({
      outcome: 'refused',
      subcode: 1_885_650,
      fault: 'refuse',
      appliedAt: null,
    });
    await stage.market.withdraw(id);
    await sdkWrite(6_000);
    expect(await stage.budget(control())).toBe(6_000);
    await expect(stage.market.withdraw(id)).rejects.toThrow(RangeError);
  });

  it('can strike one edge of an object, without striking the object or its other edges', async () => {
    await stage.market.order({ kind: 'server_error', edge: 'ad_studies', times: null });
    expect((await stage.get(`${control()}/ad_studies`)).status).toBe(500);
    expect((await stage.get(control())).status).toBe(200);
    expect((await stage.get(`${control()}/ads`)).status).toBe(200);
  });

  it('can limit the rate, with a hint in minutes', async () => {
    await stage.market.order({ kind: 'rate_limit', delayMs: 7 * 60_000 });
    const { status, body, headers } = await stage.setBudget(control(), 6_000);
    expect([status, body.error.code, body.error.error_subcode]).toEqual([400, 17, 2_446_079]);
    const usage = JSON.parse(headers.get('x-business-use-case-usage')!);
    expect(usage[stage.market.account.id.slice(4)][0].estimated_time_to_regain_access).toBe(7);
    expect(JSON.parse(headers.get('x-ad-account-usage')!).reset_time_duration).toBe(420);
    expect(await lastRow()).toMatchObject({ outcome: 'refused', code: 17, fault: 'rate_limit' });
    expect((await stage.setBudget(control(), 6_000)).status).toBe(200);
    await stage.market.order({ kind: 'rate_limit', code: 613, subcode: 1_487_742 });
    expect((await stage.get(control())).body.error).toMatchObject({ code: 613, error_subcode: 1_487_742 });
  });

  it('can fail as a server does, in JSON and in HTML', async () => {
    await stage.market.order({ kind: 'server_error' });
    const failed = await stage.setBudget(control(), 6_000);
    expect(failed.status).toBe(500);
    expect(failed.body.error).toMatchObject({ code: 2, is_transient: true });
    expect(await lastRow()).toMatchObject({ outcome: 'failed', code: 2, fault: 'server_error' });
    await stage.market.order({ kind: 'html' });
    const html = await stage.setBudget(control(), 6_000);
    expect([html.status, html.headers.get('content-type')]).toEqual([
      502,
      expect.stringMatching(/^text\/html/),
    ]);
    expect(await lastRow()).toMatchObject({ outcome: 'failed', code: null, fault: 'html' });
    expect(await stage.budget(control())).toBe(5_000);
  });

  it('can lose a request without a trace', async () => {
    await stage.market.order({ kind: 'lost_request' });
    await expect(sdkWrite(6_000)).rejects.toMatchObject({ status: null });
    expect(await stage.market.audit()).toEqual([]);
    expect(await stage.budget(control())).toBe(5_000);
    await sdkWrite(6_000);
    expect(await stage.budget(control())).toBe(6_000);
    await stage.market.order({ kind: 'lost_request', method: 'GET' });
    await expect(stage.get(control())).rejects.toThrow();
    expect((await stage.get(control())).status).toBe(200);
  });

  it('can apply a write and then close the connection', async () => {
    await stage.market.order({ kind: 'applied_then_reset' });
    await expect(sdkWrite(6_000)).rejects.toMatchObject({ status: null });
    expect(await stage.budget(control())).toBe(6_000);
    expect(await lastRow()).toMatchObject({
      outcome: 'applied',
      appliedAt: START,
      fault: 'applied_then_reset',
    });
    await stage.market.order({ kind: 'applied_then_reset' });
    await expect(stage.setBudget(control(), 50)).rejects.toThrow();
    expect(await lastRow()).toMatchObject({ outcome: 'refused', subcode: 1_885_272 });
  });

  it('can apply a write late, over a value that was written in between', async () => {
    await stage.market.order({ kind: 'late_apply', delayMs: HOUR, dailyBudget: 6_000 });
    await expect(sdkWrite(6_000)).rejects.toMatchObject({ status: null });
    expect(await stage.budget(control())).toBe(5_000);
    stage.clock.pass(HOUR / 2);
    expect((await stage.setBudget(control(), 4_000)).status).toBe(200);
    expect(await stage.budget(control())).toBe(4_000);
    stage.clock.pass(HOUR / 2 - 1);
    expect(await stage.budget(control())).toBe(4_000);
    stage.clock.pass(1);
    expect(await stage.budget(control())).toBe(6_000);
    expect(await stage.market.audit()).toMatchObject([
      { at: START, appliedAt: START + HOUR, requested: 6_000, before: 5_000, fault: 'late_apply' },
      { at: START + HOUR / 2, appliedAt: START + HOUR / 2, requested: 4_000, before: 5_000 },
    ]);
    await stage.setBudget(control(), 4_500);
    expect((await lastRow())!.before).toBe(6_000);
  });

  it('can hang until the client gives up, without applying anything', async () => {
    await stage.market.order({ kind: 'hang' });
    const url = `${stage.market.url}/v24.0/${control()}?access_token=token-of-the-tests`;
    const body = new URLSearchParams({ daily_budget: '6000' });
    await expect(fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(150) })).rejects.toThrow(
      /abort|timeout/i,
    );
    expect(await stage.budget(control())).toBe(5_000);
    expect(await lastRow()).toMatchObject({ outcome: 'failed', fault: 'hang', appliedAt: null });
    expect((await stage.setBudget(control(), 6_000)).status).toBe(200);
  });

  it('release hanging requests when the market closes', async () => {
    await stage.market.order({ kind: 'hang', method: 'GET', times: null });
    const hanging = [1, 2, 3].map(() => stage.get(control()));
    const failures = Promise.all(hanging.map((call) => expect(call).rejects.toThrow()));
    while (((await firstFault()).struck as number) < 3) await new Promise(setImmediate);
    await stage.restart();
    await failures;
  });

  it('can expire the token until they are withdrawn', async () => {
    await stage.market.order({ kind: 'expired_token' });
    for (let i = 0; i < 2; i++) {
      expect((await stage.get(control())).body.error).toMatchObject({ code: 190, error_subcode: 463 });
    }
    expect((await stage.setBudget(control(), 6_000)).body.error.code).toBe(190);
    expect(await lastRow()).toMatchObject({ outcome: 'refused', code: 190, subcode: 463 });
    await stage.market.withdraw();
    expect((await stage.setBudget(control(), 6_000)).status).toBe(200);
  });

  it('strike only the requests that they are ordered for', async () => {
    await stage.market.order({ kind: 'refuse', objectId: stage.adSets[1] });
    await stage.market.order({ kind: 'refuse', method: 'POST', dailyBudget: 7_000, skip: 1, times: 2 });
    expect((await stage.setBudget(control(), 6_000)).status).toBe(200);
    expect((await stage.get(control())).status).toBe(200);
    const validated = { daily_budget: 7_000, execution_options: ['validate_only'] };
    expect((await stage.post(control(), validated)).status).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await stage.setBudget(control(), 7_000)).status);
    expect(statuses).toEqual([200, 400, 400, 200]);
    expect((await stage.get(stage.adSets[1])).status).toBe(400);
    expect((await stage.get(stage.adSets[1])).status).toBe(200);
  });

  it('can strike insights of the account, one fault per request, in the given order', async () => {
    const account = stage.market.account.id;
    await stage.market.order({ kind: 'server_error', objectId: account });
    await stage.market.order({ kind: 'html', objectId: account });
    expect((await stage.get(`${account}/insights`, { level: 'ad' })).status).toBe(500);
    expect((await stage.get(`${account}/insights`, { level: 'ad' })).status).toBe(502);
    expect((await stage.get(`${account}/insights`, { level: 'ad' })).status).toBe(200);
  });

  it('do not count a request with a wrong token', async () => {
    await stage.market.order({ kind: 'refuse' });
    await stage.post(control(), { daily_budget: 6_000 }, 'other');
    expect((await stage.setBudget(control(), 6_000)).body.error.code).toBe(100);
  });
});

async function firstFault(): Promise<Record<string, unknown>> {
  const faults = (await (await fetch(`${stage.market.url}/__market/faults`)).json()) as Record<
    string,
    unknown
  >[];
  return faults[0]!;
}
