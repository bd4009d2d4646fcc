import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, START, Stage } from './support.js';

const MINUTE = 60_000;

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().open();
});
afterEach(async () => {
  await stage.dispose();
});

const FIELDS = 'event_time,event_type,actor_name,application_name,object_id,extra_data';
const log = (params: Record<string, unknown> = {}) =>
  stage.get(`${stage.market.account.id}/activities`, { fields: FIELDS, ...params });
const changes = async (params: Record<string, unknown> = {}) =>
  (await log(params)).body.data.map((row) => {
    const { old_value, new_value } = JSON.parse(row.extra_data!);
    return [row.object_id, old_value.old_value, new_value.new_value];
  });

describe('the activity log', () => {
  it('names who changed a budget, newest change first, and survives a restart', async () => {
    const [control, challenger] = stage.adSets;
    await stage.setBudget(control, 6_000);
    stage.clock.pass(HOUR);
    await stage.market.edit(control, { daily_budget: 7_000 }, 'Ana Ruiz');
    await stage.market.edit(challenger, { daily_budget: 4_000 });
    await stage.restart();
    const { data } = (await log()).body;
    expect(data.map((row) => [row.event_type, row.event_time, row.actor_name, row.application_name])).toEqual(
      [
        ['update_ad_set_budget', '2026-11-23T01:00:00+0000', 'Ads Manager user', 'Ads Manager'],
        ['update_ad_set_budget', '2026-11-23T01:00:00+0000', 'Ana Ruiz', 'Ads Manager'],
        ['update_ad_set_budget', '2026-11-23T00:00:00+0000', 'Auto-promotion', 'Auto-promotion'],
      ],
    );
    expect(await changes()).toEqual([
      [challenger, 5_000, 4_000],
      [control, 6_000, 7_000],
      [control, 5_000, 6_000],
    ]);
  });

  it('also takes a name over HTTP', async () => {
    const body = JSON.stringify({ objectId: stage.adSets[0], fields: { daily_budget: 7_000 }, actor: 'Bo' });
    await fetch(`${stage.market.url}/__market/edit`, { method: 'POST', body });
    expect((await log()).body.data.map((row) => row.actor_name)).toEqual(['Bo']);
  });

  it('has no refused, lost or ineffective write, and has a late write from the instant at which it took effect', async () => {
    const [control] = stage.adSets;
    await stage.setBudget(control, 1);
    await stage.setBudget(control, 5_000);
    await stage.post(control, { daily_budget: 6_000, execution_options: ['validate_only'] });
    await stage.market.order({ kind: 'late_apply', delayMs: HOUR });
    await expect(stage.setBudget(control, 6_000)).rejects.toThrow();
    stage.clock.pass(30 * MINUTE);
    await stage.setBudget(control, 4_000);
    expect(await changes()).toEqual([[control, 5_000, 4_000]]);
    stage.clock.pass(30 * MINUTE);
    expect(await changes()).toEqual([
      [control, 4_000, 6_000],
      [control, 5_000, 4_000],
    ]);
  });

  it('is filtered by object and time, by default the last week', async () => {
    const [control, challenger] = stage.adSets;
    await stage.setBudget(control, 6_000);
    stage.clock.pass(8 * DAY);
    await stage.setBudget(challenger, 6_100);
    stage.clock.pass(DAY);
    await stage.setBudget(control, 6_200);
    expect(await changes()).toEqual([
      [control, 6_000, 6_200],
      [challenger, 5_000, 6_100],
    ]);
    expect(await changes({ oid: challenger })).toEqual([[challenger, 5_000, 6_100]]);
    expect(await changes({ since: START / 1_000, oid: control })).toHaveLength(2);
    expect(await changes({ since: '2026-11-23', until: '2026-12-01T12:00:00Z' })).toHaveLength(2);
    expect(await changes({ since: (START + 8 * DAY) / 1_000 + 1 })).toEqual([[control, 6_000, 6_200]]);
    expect((await log({ since: 'soon' })).body.error.code).toBe(100);
    expect((await log({ fields: 'colour' })).body.error.code).toBe(100);
  });

  it('has pages', async () => {
    for (const amount of [6_000, 6_100, 6_200]) {
      await stage.market.edit(stage.adSets[0], { daily_budget: amount });
    }
    const first = (await log({ limit: 2 })).body;
    const second = await (await fetch(first.paging.next!)).json();
    expect([first.data.length, (second as { data: unknown[] }).data.length]).toEqual([2, 1]);
  });

  it('is an edge of the account only', async () => {
    expect((await stage.get(`${stage.test.campaignId}/activities`)).body.error.code).toBe(100);
  });
});
