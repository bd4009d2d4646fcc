import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureSchedules } from '../../src/service/schedules.js';
import { appOf } from '../support/app.js';
import { startWorld, type World } from '../support/world.js';

type Json = Record<string, unknown>;

/** The API with the real workflow, worker, market and server; an hour of experiment time is half a second. */
describe('the API and the workflow', () => {
  let world: World;
  let app: ReturnType<typeof appOf>;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 7200 });
    app = appOf(world, { checkIntervalHours: 8 });
    await ensureSchedules(world.client, world.names, {
      timezone: 'UTC',
      timeBase: world.timeBase,
    });
  });
  afterAll(() => world?.stop());

  const call = async (method: string, path: string, body?: Json): Promise<{ status: number; json: Json }> => {
    const response = await app.request(path, {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    return { status: response.status, json: (await response.json()) as Json };
  };
  const create = async (id: string, clickRates: number[], policy: Json = {}) => {
    const ads = clickRates.map((trueClickRate, index) => ({
      name: `${id} ${index}`,
      dailyBudget: 20_000,
      trueClickRate,
    }));
    const { adIds, adSetIds } = await world.market.createTest({ name: id, ads });
    const answer = await call('POST', '/api/ab/experiments', {
      id,
      name: id,
      variants: adIds.map((ad_id, index) => ({ role: index === 0 ? 'control' : 'challenger', ad_id })),
      policy,
    });
    expect(answer.status).toBe(201);
    return { adIds, adSetIds };
  };

  it('checks by hand until the winner is promoted, and reports it in the forms that callers know', async () => {
    const { adIds } = await create('by-hand', [0.02, 0.034], {
      check_every_hours: 168,
      phases: [0.6, 0.7, 0.8].map((winner_share, index) => ({ winner_share, wait_hours: index })),
    });
    const early = await call('POST', '/api/ab/auto-promote/check', { experiment_id: 'by-hand' });
    expect([early.status, early.json.status]).toEqual([200, 'insufficient_data']);
    let result: Json = {};
    for (let tries = 0; tries < 20 && result.status !== 'promoted'; tries++) {
      await world.pass(tries === 0 ? 24 : 3);
      result = (await call('POST', '/api/ab/auto-promote/check', { experiment_id: 'by-hand' })).json;
    }
    expect(result).toMatchObject({
      experiment_id: 'by-hand',
      status: 'promoted',
      winner_ad_id: adIds[1],
      loser_ad_id: adIds[0],
      budget_reallocation: {
        status: 'in_progress',
        total_budget_cents: 40_000,
        winner_old_budget_cents: 20_000,
        winner_new_budget_cents: 32_000,
        loser_old_budget_cents: 20_000,
        loser_new_budget_cents: 8_000,
        winner_budget_pct: 0.8,
        loser_budget_pct: 0.2,
        phased_rollout: true,
      },
    });
    expect(Number((result.winner_metrics as Json).ctr)).toBeGreaterThan(
      Number((result.loser_metrics as Json).ctr),
    );
    expect(await world.market.budgets([]).then(() => world.store.listLedger('by-hand'))).not.toEqual([]);

    const history = await call('GET', '/api/ab/auto-promote/history');
    expect(history.json).toMatchObject({
      count: 1,
      history: [{ experiment_id: 'by-hand', winner_id: adIds[1] }],
    });
    const one = await call('GET', '/api/ab/experiments/by-hand');
    expect(one.json).toMatchObject({ source: 'workflow' });
    expect(
      (await call('POST', '/api/ab/experiments/by-hand/stop', { by: 'ana', reason: 'seen enough' })).status,
    ).toBe(409);
    const stopped = await call('POST', '/api/ab/experiments/by-hand/stop', {
      by: 'ana',
      reason: 'seen enough',
      budgets: 'restore',
    });
    expect(stopped.status).toBe(200);
    expect(await world.budgets((await world.store.getExperiment('by-hand'))!)).toEqual([20_000, 20_000]);
  });

  it('checks at the interval of the service if the policy sets none', async () => {
    await create('by-default', [0.02, 0.02]);
    const { json } = await call('GET', '/api/ab/experiments/by-default');
    expect(json.policy).toMatchObject({ check_every_hours: 8 });
    await call('POST', '/api/ab/experiments/by-default/stop', { by: 'ana', reason: 'seen enough' });
  });

  it('forces a promotion with a reason, and refuses one without', async () => {
    await create('by-force', [0.02, 0.034], { check_every_hours: 168 });
    const path = '/api/ab/auto-promote/check';
    const without = await call('POST', path, { experiment_id: 'by-force', force_promotion: true });
    expect(without.status).toBe(400);
    await world.pass(4);
    const forced = await call('POST', path, {
      experiment_id: 'by-force',
      force_promotion: true,
      reason: 'the sale ends',
    });
    expect([forced.status, forced.json.status]).toEqual([200, 'promoted']);
    await call('POST', '/api/ab/experiments/by-force/revert', { by: 'ana', reason: 'a mistake' });
    expect(await world.budgets((await world.store.getExperiment('by-force'))!)).toEqual([20_000, 20_000]);
  });

  it('checks all of them, and one failure hides none of the others', async () => {
    await create('one-of-two', [0.02, 0.02], { check_every_hours: 168 });
    await create('lost-ad', [0.02, 0.02], { check_every_hours: 168 });
    await world.client.workflow.getHandle(world.names.workflowId('lost-ad')).terminate();
    const { status, json } = await call('POST', '/api/ab/auto-promote/check-all');
    expect(status).toBe(200);
    const results = json.results as Json[];
    expect(results.map((result) => result.experiment_id)).toEqual(
      expect.arrayContaining(['one-of-two', 'lost-ad']),
    );
    // Its check started the terminated workflow again.
    expect(results.every((result) => result.status === 'insufficient_data')).toBe(true);
    const scheduler = await call('GET', '/api/ab/auto-promote/scheduler/status');
    expect(scheduler.json).toMatchObject({ is_running: true, scheduler_state: 'running' });
    expect((scheduler.json.jobs as Json[]).map((job) => job.id)).toEqual([
      'auto_promotion_check',
      'daily_promotion_summary',
      'weekly_compound_report',
      'lift_recheck',
    ]);
    const trigger = await call('POST', '/api/ab/auto-promote/scheduler/trigger');
    expect(trigger.json).toMatchObject({ status: 'completed' });
  });
});
