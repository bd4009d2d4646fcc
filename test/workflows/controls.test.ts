import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_REFUSED } from '../../src/contract/messages.js';
import { beforeFirst } from '../support/store-taps.js';
import { startWorld, type World } from '../support/world.js';

const refused = (message: unknown) => ({ cause: { type: CONTROL_REFUSED, message } });

/** Controls during and after a rollout, in yen. */
describe('a rollout and its users', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping', market: { account: { currency: 'JPY' } } });
  });
  afterAll(() => world?.stop());

  const midRollout = async (id: string, maxHistoryEvents?: number) => {
    const experiment = await world.begin({ id, clickRates: [0.02, 0.034], maxHistoryEvents });
    await world.until(experiment, ['rolling_out'], 60);
    return experiment;
  };

  /** Names of the activities of each run, from the first run on. */
  const activitiesOfRuns = async (id: string) => {
    const runs: string[][] = [];
    let runId: string | undefined;
    do {
      const history = await world.client.workflow.getHandle(world.names.workflowId(id), runId).fetchHistory();
      const events = history.events ?? [];
      runs.unshift(
        events.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []),
      );
      runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    } while (runId);
    return runs;
  };

  it('stops with the budgets kept', async () => {
    const experiment = await midRollout('stop-keep');
    await expect(world.control(experiment, 'stop')).rejects.toMatchObject(
      refused('Budgets have been moved: a stop needs budgets: keep or restore.'),
    );
    const before = await world.budgets(experiment);
    expect((await world.control(experiment, 'stop', { budgets: 'keep' })).state).toBe('stopped');
    await world.pass(5);
    expect(await world.budgets(experiment)).toEqual(before);
    expect((await world.state(experiment)).state).toBe('stopped');
  });

  it('stops with the budgets restored to the exact base', async () => {
    const experiment = await midRollout('stop-restore');
    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    const ended = await world.until(experiment, ['stopped'], 3);
    expect(ended.stateReason).toMatch(/Stopped with restore by ana/);
  });

  it('says in reply to a second revert what the first is doing', async () => {
    const experiment = await midRollout('twice');
    await world.control(experiment, 'revert');
    const again = await world.control(experiment, 'revert');
    expect(again).toMatchObject({
      state: 'reverting',
      message: 'The budgets are being restored already.',
    });
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    const stopped = await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(stopped).toMatchObject({ state: 'reverting', message: 'The budgets are being restored already.' });
    const ended = await world.until(experiment, ['stopped', 'reverted'], 3);
    expect(ended).toMatchObject({ state: 'stopped', reason: { before: { code: 'restore_asked' } } });
  });

  it("answers a revert that is blocked by someone's budget with what happened and what is possible", async () => {
    const experiment = await midRollout('revert-foreign');
    await world.market.edit(experiment.variants[0]!.adSetId, { daily_budget: 17_500 });
    await world.until(experiment, ['held'], 3);
    await expect(world.control(experiment, 'revert')).rejects.toMatchObject({
      cause: {
        message: expect.stringMatching(
          /^The base was not reached: .*changed a budget.* What works now: resolve,/,
        ),
        details: [{ state: 'needs_attention', allowed: ['resolve'] }],
      },
    });
    expect((await world.control(experiment, 'resolve', { action: 'accept_current' })).state).toBe('stopped');
  });

  it('treats a cancellation in Temporal as a stop that restores', async () => {
    const experiment = await midRollout('cancelled');
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).cancel();
    await world.until(experiment, ['stopped'], 4);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });

  it('is held by a pause, however long, and continues where it was', async () => {
    const experiment = await midRollout('held');
    expect((await world.control(experiment, 'pause')).state).toBe('held');
    const before = await world.audit(experiment);
    await world.pass(10);
    expect(await world.audit(experiment)).toEqual(before);
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 4);
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });

  it("holds for someone's edit, never overwrites it, and refuses to resume before it is undone", async () => {
    const experiment = await midRollout('foreign');
    const loser = experiment.variants[0]!.adSetId;
    await world.market.edit(loser, { daily_budget: 17_500 });
    const held = await world.until(experiment, ['held'], 3);
    expect(held.stateReason).toMatch(
      /Ads Manager user changed a budget: ad set \d+ stands at JPY 17500, but JPY 16000 was expected/,
    );
    await expect(world.control(experiment, 'resume')).rejects.toMatchObject({
      cause: {
        message: expect.stringMatching(/Someone else's budget still stands: ad set \d+ at JPY 17500/),
      },
    });
    expect((await world.budgets(experiment))[0]).toBe(17_500);
    await world.market.edit(loser, { daily_budget: 16_000 });
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 4);
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });

  it('leaves a budget that someone sets after the revert, and says so', async () => {
    const experiment = await midRollout('set-afterwards');
    await world.control(experiment, 'revert');
    await world.market.edit(experiment.variants[1]!.adSetId, { daily_budget: 26_000 });
    const ended = await world.until(experiment, ['reverted'], 2);
    expect(ended.stateReason).toMatch(
      /Every ad set was back at its base; someone has changed budgets since: ad set \d+ at JPY 26000\./,
    );
    expect(await world.budgets(experiment)).toEqual([20_000, 26_000]);
  });

  it("reverts on request; someone else's value is left, and a user must resolve", async () => {
    const experiment = await midRollout('needs-attention');
    const winner = experiment.variants[1]!.adSetId;
    await world.market.edit(winner, { daily_budget: 26_000 });
    await expect(world.control(experiment, 'revert')).rejects.toMatchObject(
      refused(expect.stringMatching(/^The base was not reached: Ads Manager user changed a budget: /)),
    );
    const stuck = await world.state(experiment);
    expect(stuck.state).toBe('needs_attention');
    expect(stuck.stateReason).toMatch(/base is .*JPY 20000.*now .*JPY 26000/);
    expect(await world.budgets(experiment)).toEqual([16_000, 26_000]);
    await world.pass(1);
    expect(await world.budgets(experiment)).toEqual([16_000, 26_000]);

    await world.market.edit(winner, { daily_budget: 24_000 });
    await world.control(experiment, 'resolve', { action: 'retry_restore' });
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    await world.until(experiment, ['reverted'], 2);
  });

  it('needs attention if someone edits an ad set while the revert still writes another', async () => {
    const experiment = await midRollout('edit-in-revert');
    const [loser, winner] = experiment.variants.map((variant) => variant.adSetId);
    const raises = ({ phase, adSetId }: { phase: string; adSetId: string }) =>
      phase === 'revert' && adSetId === loser;
    beforeFirst(world.store, 'enterAttempt', raises, () =>
      world.market.edit(winner!, { daily_budget: 26_000 }, 'Bo of the agency'),
    );
    const refusal = await world.control(experiment, 'revert').catch((error) => error.cause.message);
    expect(refusal).toMatch(
      /^The base was not reached: Bo of the agency changed a budget: .* stands at JPY 26000, .*; now /,
    );
    expect((await world.state(experiment)).state).toBe('needs_attention');
    expect(await world.budgets(experiment)).toEqual([20_000, 26_000]);
    await world.control(experiment, 'resolve', { action: 'accept_current' });
  });

  it('accepts the amounts as they are if a user says so', async () => {
    const experiment = await midRollout('accepted');
    await world.market.edit(experiment.variants[1]!.adSetId, { daily_budget: 26_000 });
    await expect(world.control(experiment, 'revert')).rejects.toMatchObject(refused(expect.any(String)));
    expect((await world.control(experiment, 'resolve', { action: 'accept_current' })).state).toBe('stopped');
    expect(await world.budgets(experiment)).toEqual([16_000, 26_000]);
  });

  it('corrects a write that was given up and lands after the revert', async () => {
    const experiment = await midRollout('late');
    const winner = experiment.variants[1]!.adSetId;
    await world.market.order({
      kind: 'late_apply',
      objectId: winner,
      method: 'POST',
      dailyBudget: 28_000,
      times: 1,
      delayMs: 20 * 60_000,
    });
    await world.pass(1.02);
    await world.control(experiment, 'revert');
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    await world.until(experiment, ['reverted'], 3);
    const audit = await world.audit(experiment);
    expect(audit.some((row) => row.fault === 'late_apply' && row.appliedAt !== null)).toBe(true);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });

  it('continues as new during the test, between phases and in verification, and is then reverted to the exact base', async () => {
    const experiment = await midRollout('continued', 40);
    await world.until(experiment, ['verifying'], 5);
    await world.pass(30);
    const runs = await activitiesOfRuns(experiment.id);
    expect(runs[0]).toContain('look');
    expect(runs[0]).not.toContain('writeBudget');
    expect(runs.at(-1)).not.toContain('writeBudget');
    // It also continued as new between the phases.
    expect(runs.filter((run) => run.includes('writeBudget')).length).toBeGreaterThan(1);
    expect(
      (await world.store.listLedger(experiment.id)).map(({ phase, outcome }) => [phase, outcome]),
    ).toEqual(['60', '60', '70', '70', '80', '80'].map((phase) => [phase, 'applied']));
    await world.control(experiment, 'revert');
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    await world.until(experiment, ['reverted'], 3);
  });

  it('reverts a completed rollout within 30 days, in a run of its own', async () => {
    const experiment = await midRollout('completed');
    await world.until(experiment, ['verifying'], 5);
    await world.pass(24 * 8 + 1);
    expect((await world.state(experiment)).state).toBe('completed');
    await world.control(experiment, 'revert');
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    await world.until(experiment, ['reverted'], 3);
  });

  it('refuses to revert a completed rollout while another test has its ad sets', async () => {
    const experiment = await midRollout('leased');
    await world.until(experiment, ['verifying'], 5);
    await world.pass(24 * 8 + 1);
    const [control, challenger] = experiment.variants;
    const now = await world.clock.now();
    await world.store.createExperiment({
      ...experiment,
      id: 'the-next',
      startedAt: now,
      stateChangedAt: now,
      variants: [control!, challenger!],
    });
    await expect(world.control(experiment, 'revert')).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/in use: ad set \d+ is part of the live experiment the-next/) },
    });
    expect((await world.state(experiment)).state).toBe('completed');
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });
});
