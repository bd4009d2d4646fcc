import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_REFUSED } from '../../src/contract/messages.js';
import { EXPERIMENT_WORKFLOW } from '../../src/contract/names.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

const REFUSED = { cause: { type: CONTROL_REFUSED } };

/** Faults of Meta, of the record, and of users' input during a rollout. */
describe('faults in a rollout', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const CLEAR = [0.02, 0.034];
  const midRollout = async (id: string) => {
    const experiment = await world.begin({ id, clickRates: CLEAR });
    await world.until(experiment, ['rolling_out'], 60);
    await world.pass(0.1);
    return experiment;
  };
  const ledgerAgainstAudit = async (experiment: Parameters<World['audit']>[0]) => {
    const ledger = await world.store.listLedger(experiment.id);
    const applied = (rows: { outcome: string }[]) => rows.filter((row) => row.outcome === 'applied');
    const audit = (await world.audit(experiment)).filter((row) => row.actor === 'api');
    return { ledger: applied(ledger), audit: applied(audit) };
  };

  const strikesOf = async (fault: string) => {
    const response = await fetch(`${world.market.url}/__market/faults`);
    const faults = (await response.json()) as { id: string; struck: number }[];
    return faults.find(({ id }) => id === fault)!.struck;
  };

  it('restores the base if writes get no answer', async () => {
    const experiment = await midRollout('silent-writes');
    const winner = experiment.variants[1]!.adSetId;
    await world.market.order({
      kind: 'server_error',
      objectId: winner,
      method: 'POST',
      dailyBudget: 28_000,
      times: null,
    });
    const ended = await world.until(experiment, ['reverted'], 6);
    expect(ended.stateReason).toMatch(/left 4 writes of ad set \d+ without an answer/);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });

  it('writes once if the request was lost, and ledger and audit agree', async () => {
    const experiment = await world.begin({ id: 'lost', clickRates: CLEAR });
    const loser = experiment.variants[0]!.adSetId;
    await world.market.order({
      kind: 'lost_request',
      objectId: loser,
      method: 'POST',
      dailyBudget: 16_000,
      times: 1,
    });
    await world.until(experiment, ['verifying'], 80);
    const { ledger, audit } = await ledgerAgainstAudit(experiment);
    expect(ledger).toHaveLength(6);
    expect(audit).toHaveLength(6);
    expect((await world.store.listLedger(experiment.id)).map((row) => row.outcome)).toContain('unknown');
  });

  it('is held while the token has expired, and continues by itself when it works again', async () => {
    const experiment = await midRollout('expired');
    await world.market.order({ kind: 'expired_token', times: null });
    const held = await world.until(experiment, ['held'], 3);
    expect(held.hold?.code).toBe('auth');
    const before = (await historyOf(experiment.id)).length;
    await world.pass(2);
    // It retries every ten minutes with a few events each: a long hold must not fill the history.
    expect((await historyOf(experiment.id)).length - before).toBeLessThan(250);
    await world.market.withdraw();
    await world.until(experiment, ['verifying'], 4);
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });

  it('can be paused by a user while it is held, and then continues only when resumed', async () => {
    const experiment = await midRollout('held-then-paused');
    await world.market.order({ kind: 'expired_token', times: null });
    await world.until(experiment, ['held'], 3);
    await world.control(experiment, 'pause');
    await world.market.withdraw();
    await world.pass(5);
    expect((await world.state(experiment)).state).toBe('held');
    expect(await world.budgets(experiment)).toEqual([16_000, 24_000]);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('records a malformed signal as a refused control', async () => {
    const experiment = await midRollout('nonsense');
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    await handle.signal('stop', { by: 'ana', reason: 'typed by hand', budgets: 'Restore' });
    await handle.signal('pause', { by: 'ana', reason: 'a\u0000b' });
    await world.pass(0.1);
    expect((await world.state(experiment)).state).toBe('rolling_out');
    const controls = await world.store.listControls(experiment.id);
    expect(controls.map(({ kind, outcome, message }) => ({ kind, outcome, message }))).toEqual([
      { kind: 'stop', outcome: 'refused', message: 'budgets must be keep or restore' },
      { kind: 'pause', outcome: 'refused', message: 'reason has control characters' },
    ]);
    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });

  it('acts once on a control that is sent twice with the same id, in the same run and in the next one', async () => {
    const experiment = await world.begin({ id: 'twice', clickRates: CLEAR });
    const { message } = await world.control(experiment, 'pause', { controlId: 'key-1' });
    await world.control(experiment, 'resume', { controlId: 'key-2' });
    // The control would fit again: a second time, it would pause a test that a user has resumed.
    const again = { state: 'running', message };
    expect(await world.control(experiment, 'pause', { controlId: 'key-1' })).toMatchObject(again);
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).terminate();
    // A new run doesn't know the control any more, but the record does.
    expect(await world.control(experiment, 'pause', { controlId: 'key-1' })).toMatchObject(again);
    expect((await world.state(experiment)).state).toBe('running');
    const controls = await world.store.listControls(experiment.id);
    expect(controls.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['pause', 'accepted'],
      ['resume', 'accepted'],
    ]);
    await world.control(experiment, 'stop');
  });

  it('needs attention if the record has lost a promotion that the run knows', async () => {
    const experiment = await midRollout('amnesia');
    await world.pass(1);
    const promotion = (await world.store.getPromotion(experiment.id))!;
    expect(Object.keys(promotion.phasesDone)).toEqual(['60', '70']);
    await world.sql('alter table auto_promotion.budget_ledger disable trigger all');
    await world.sql('delete from auto_promotion.budget_ledger where experiment_id = $1', [experiment.id]);
    await world.sql('alter table auto_promotion.rollout_gates disable trigger all');
    await world.sql('delete from auto_promotion.rollout_gates where experiment_id = $1', [experiment.id]);
    await world.sql('delete from auto_promotion.promotions where experiment_id = $1', [experiment.id]);
    await world.sql('alter table auto_promotion.rollout_gates enable trigger all');
    await world.sql(
      "update auto_promotion.ab_tests set state = 'running', last_ledger_sequence = 0, winner_variant_id = null where experiment_id = $1",
      [experiment.id],
    );
    await world.sql('alter table auto_promotion.budget_ledger enable trigger all');
    const before = await world.budgets(experiment);
    const lost = await world.until(experiment, ['needs_attention'], 4);
    await world.pass(1);
    expect((await world.state(experiment)).stateReason).toMatch(
      /A part of the record of this rollout is lost.*base is .*USD 200\.00.*now .*USD 120\.00/,
    );
    expect(lost.state).toBe('needs_attention');
    expect(await world.budgets(experiment)).toEqual(before);
    await world.control(experiment, 'resolve', { action: 'accept_current' });
  });

  it('answers a pending control if the record has changed elsewhere', async () => {
    const experiment = await world.begin({ id: 'overtaken', clickRates: CLEAR });
    await world.pass(2);
    await world.sql("update auto_promotion.ab_tests set state = 'paused' where experiment_id = $1", [
      experiment.id,
    ]);
    await expect(world.control(experiment, 'pause')).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/changed elsewhere/) },
    });
    // Until the next run has the record, every caller gets the same answer.
    await world.pass(0.01);
    expect((await world.control(experiment, 'resume')).state).toBe('running');
    await world.control(experiment, 'stop');
  });

  it('keeps a requested approval open if Meta is silent for a moment, even past the horizon', async () => {
    const experiment = await world.begin({
      id: 'silent-approval',
      clickRates: CLEAR,
      policy: { approvalRequired: true, horizonHours: 31, checkEveryHours: 30 },
    });
    await world.until(experiment, ['awaiting_approval'], 60);
    await world.pass(10);
    await world.market.order({
      kind: 'server_error',
      method: 'GET',
      objectId: experiment.variants[0]!.adId,
      times: null,
    });
    await expect(world.control(experiment, 'approve')).rejects.toMatchObject({
      cause: {
        type: CONTROL_REFUSED,
        message: expect.stringMatching(/^challenger is not promoted: .*HTTP 500/),
      },
    });
    expect((await world.state(experiment)).state).toBe('awaiting_approval');
    await world.market.withdraw();
    await world.control(experiment, 'approve');
    expect(await world.budgets(experiment)).toEqual([16_000, 24_000]);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('promotes when Meta answers again if the winner was found at the horizon itself', async () => {
    const experiment = await world.begin({
      id: 'silent-horizon',
      clickRates: CLEAR,
      policy: { horizonHours: 25, checkEveryHours: 168 },
    });
    await world.market.order({
      kind: 'server_error',
      method: 'GET',
      objectId: experiment.variants[0]!.adId,
      times: null,
    });
    await world.pass(25.2);
    expect((await world.status(experiment)).trouble).toMatch(/is not promoted/);
    expect((await world.state(experiment)).state).toBe('running');
    await world.market.withdraw();
    await world.until(experiment, ['rolling_out', 'verifying'], 2);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('uses the data up to now after a pause, even if a look failed before it', async () => {
    const experiment = await world.begin({ id: 'stale', clickRates: [0.02, 0.02] });
    await world.pass(7);
    await world.market.order({ kind: 'server_error', method: 'GET', times: 8 });
    await world.pass(6);
    await world.control(experiment, 'pause');
    await world.market.withdraw();
    await world.pass(120);
    await world.control(experiment, 'resume');
    await world.pass(0.2);
    const look = (await world.store.latestDecision(experiment.id))!;
    expect(((await world.clock.now()) - look.dueAt) / HOUR_MS).toBeLessThan(7);
    await world.control(experiment, 'stop');
  });

  it('needs no attention if the budgets are at their base when Meta answers at the last attempt', async () => {
    const silentFor = async (id: string, times: number | null) => {
      const experiment = await midRollout(id);
      const objectId = experiment.variants[1]!.adSetId;
      await world.market.order({
        kind: 'refuse',
        objectId,
        method: 'POST',
        dailyBudget: 28_000,
        times: null,
      });
      await world.until(experiment, ['reverting'], 3);
      await world.pass(0.1);
      await world.client.workflow.getHandle(world.names.workflowId(id)).terminate();
      // A day has passed since.
      await world.sql(
        "update auto_promotion.ab_tests set state_changed_at = state_changed_at - interval '25 hours' where experiment_id = $1",
        [id],
      );
      const fault = await world.market.order({ kind: 'server_error', objectId, method: 'GET', times });
      await world.client.workflow.start(EXPERIMENT_WORKFLOW, {
        workflowId: world.names.workflowId(id),
        taskQueue: world.names.taskQueue,
        args: [{ experimentId: id, timeBase: world.timeBase }],
      });
      for (let step = 0; step < 20 && (await world.state(experiment)).state === 'reverting'; step++)
        await world.pass(0.02);
      const struck = await strikesOf(fault);
      await world.market.withdraw(fault);
      return { experiment, struck };
    };
    const never = await silentFor('silent-for-good', null);
    expect((await world.state(never.experiment)).state).toBe('needs_attention');
    await world.control(never.experiment, 'resolve', { action: 'accept_current' });

    // The last attempt of the last read gets an answer.
    const atLast = await silentFor('silent-to-the-last', never.struck - 1);
    expect(atLast.struck).toBe(never.struck - 1);
    await world.until(atLast.experiment, ['reverted'], 3);
  });

  it('corrects a late write while it needs attention, with as many attempts as it takes', async () => {
    const experiment = await midRollout('late-in-attention');
    const [loser, winner] = experiment.variants.map((variant) => variant.adSetId) as [string, string];
    await world.market.order({
      kind: 'late_apply',
      objectId: winner,
      method: 'POST',
      dailyBudget: 28_000,
      times: 1,
      delayMs: 2 * HOUR_MS,
    });
    await world.pass(1.2);
    await world.market.edit(loser, { daily_budget: 13_000 });
    await expect(world.control(experiment, 'revert')).rejects.toMatchObject(REFUSED);
    await world.until(experiment, ['needs_attention'], 3);
    await world.market.order({
      kind: 'rate_limit',
      objectId: winner,
      method: 'POST',
      times: 2,
      delayMs: 60_000,
    });
    await world.pass(4);
    expect(await world.budgets(experiment)).toEqual([13_000, 20_000]);
    await world.control(experiment, 'resolve', { action: 'accept_current' });
  });

  it('answers waiting callers when the workflow is cancelled, and later ones too', async () => {
    const experiment = await midRollout('cancelled-in-attention');
    await world.market.edit(experiment.variants[1]!.adSetId, { daily_budget: 26_000 });
    await expect(world.control(experiment, 'revert')).rejects.toMatchObject(REFUSED);
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).cancel();
    await world.pass(0.1);
    expect((await world.control(experiment, 'resolve', { action: 'accept_current' })).state).toBe('stopped');
  });

  it('can be stopped during a revert, with the budgets kept', async () => {
    const experiment = await midRollout('stuck-way-back');
    await world.market.order({ kind: 'expired_token', times: null });
    const reverting = (await world.ask(experiment, 'revert')).result().catch((error: unknown) => error);
    await world.until(experiment, ['reverting'], 1);
    await world.pass(0.5);
    await world.market.withdraw();
    await world.market.order({ kind: 'rate_limit', method: 'POST', times: null, delayMs: HOUR_MS });
    await world.pass(0.5);
    expect((await world.control(experiment, 'stop', { budgets: 'keep' })).state).toBe('stopped');
    expect(await reverting).toMatchObject(REFUSED);
    await world.market.withdraw();
    expect(await world.budgets(experiment)).toEqual([16_000, 24_000]);
  });

  const historyOf = async (id: string) =>
    (await world.client.workflow.getHandle(world.names.workflowId(id)).fetchHistory()).events ?? [];

  it('never starts again at phase 60 after a reset to before the promotion, nor after its end', async () => {
    const experiment = await midRollout('restarted');
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    await handle.terminate();
    await world.client.workflow.start(EXPERIMENT_WORKFLOW, {
      workflowId: world.names.workflowId(experiment.id),
      taskQueue: world.names.taskQueue,
      args: [{ experimentId: experiment.id, timeBase: world.timeBase }],
    });
    await world.until(experiment, ['verifying'], 5);
    const phases = (await world.audit(experiment)).map((row) => row.requested);
    expect(phases).toEqual([16_000, 24_000, 12_000, 28_000, 8_000, 32_000]);
  });
});
