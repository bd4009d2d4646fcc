import type { WorkflowUpdateHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlOutcome } from '../../src/contract/messages.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { beforeFirst } from '../support/store-taps.js';
import { startWorld, type World } from '../support/world.js';

type Asked = Promise<WorkflowUpdateHandle<ControlOutcome>>;

/** Requests in the moments in which a run ends: each must get an answer. */
describe('the end of a run', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const verifying = async (id: string) => {
    const verification = { settleHours: 24, windowHours: 24 };
    const experiment = await world.begin({ id, clickRates: [0.02, 0.034], policy: { verification } });
    await world.until(experiment, ['verifying'], 80);
    return experiment;
  };

  /** Asks while the experiment is being recorded as completed. */
  const whileCompleting = <T>(experiment: Experiment, ask: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const ends = ({ experimentId, to }: { experimentId: string; to: string }) =>
        experimentId === experiment.id && to === 'completed';
      beforeFirst(world.store, 'transition', ends, () => ask().then(resolve, reject));
    });

  /** Asks while the refusal of `controlId` is being recorded. */
  const whileRefusing = (controlId: string, ask: () => Asked) =>
    new Promise<Awaited<Asked>>((resolve, reject) => {
      const refused = (row: { controlId: string }) => row.controlId === controlId;
      beforeFirst(world.store, 'recordControl', refused, () => ask().then(resolve, reject));
    });

  const messageOf = async (update: Awaited<Asked>) => {
    const failure = await update.result().then(
      () => null,
      (error: { cause?: Error }) => error,
    );
    return failure?.cause?.message;
  };

  it('replies to a request that comes while the run refuses others because the record disagrees', async () => {
    const experiment = await world.begin({ id: 'disagreeing', clickRates: [0.02, 0.02] });
    await world.pass(1);
    const changed = await world.store.transition({
      experimentId: experiment.id,
      from: 'running',
      to: 'paused',
      reason: { code: 'recorded', detail: 'Changed elsewhere.' },
      at: await world.clock.now(),
    });
    expect(changed.ok).toBe(true);
    const second = whileRefusing('first', () => world.ask(experiment, 'resume', { controlId: 'second' }));
    const first = await world.ask(experiment, 'stop', { controlId: 'first' });
    const elsewhere = 'The experiment was changed elsewhere; look at it again.';
    expect(await messageOf(first)).toBe(elsewhere);
    expect(await messageOf(await second)).toBe(elsewhere);
    await world.pass(1);
    // In a separate task: the real server may drop an answer that is in the same task.
    const run = world.client.workflow.getHandle(world.names.workflowId(experiment.id), first.workflowRunId);
    const [before, last] = ((await run.fetchHistory()).events ?? []).slice(-2);
    expect(last!.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    expect(before!.workflowTaskCompletedEventAttributes).toBeTruthy();
    expect(await world.status(experiment)).toMatchObject({ state: 'paused', queued: 0 });
    expect((await world.control(experiment, 'resume')).state).toBe('running');
    await world.control(experiment, 'stop');
  });

  it('needs attention if the record has lost the promotion during the verification, and does not loop', async () => {
    const experiment = await verifying('promotion-lost');
    await world.sql('alter table auto_promotion.rollout_gates disable trigger all');
    await world.sql('delete from auto_promotion.rollout_gates where experiment_id = $1', [experiment.id]);
    await world.sql('alter table auto_promotion.rollout_gates enable trigger all');
    await world.sql('delete from auto_promotion.promotions where experiment_id = $1', [experiment.id]);
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    // A run that starts anew has only the record.
    await handle.terminate('lost');
    await expect(world.control(experiment, 'check')).rejects.toThrow();
    const lost = await world.until(experiment, ['needs_attention'], 2);
    expect(lost).toMatchObject({ reason: { code: 'promotion_lost' } });
    expect(lost.stateReason).toMatch(
      /so the budgets before it are not known\. Check the ad sets \d+, \d+ in/,
    );
    const { runId } = await handle.describe();
    await world.pass(2);
    expect((await handle.describe()).runId).toBe(runId);
    await expect(world.control(experiment, 'resolve', { action: 'retry_restore' })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/not on record/) },
    });
    const ended = await world.control(experiment, 'resolve', { action: 'accept_current' });
    expect(ended.state).toBe('stopped');
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });

  it('accepts a revert that comes while the verification is ending', async () => {
    const experiment = await verifying('reverted-at-the-end');
    const asked = whileCompleting(experiment, () => world.ask(experiment, 'revert', { controlId: 'back' }));
    await world.until(experiment, ['reverted'], 3 * 24);
    const { state, message } = await (await asked).result();
    expect({ state, message }).toEqual({
      state: 'reverting',
      message: expect.stringMatching(/^Every ad set is back at its base: /),
    });
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    const [control] = await world.store.listControls(experiment.id);
    expect(control).toMatchObject({ controlId: 'back', outcome: 'accepted' });
  });

  it('refuses what does not fit a completed experiment, and accepts a revert that comes meanwhile', async () => {
    const experiment = await verifying('refused-then-reverted');
    const revert = whileRefusing('check', () => world.ask(experiment, 'revert'));
    const check = whileCompleting(experiment, () => world.ask(experiment, 'check', { controlId: 'check' }));
    await world.until(experiment, ['reverted'], 3 * 24);
    expect(await messageOf(await check)).toBe(
      "check doesn't fit an experiment that is completed. What fits: revert.",
    );
    expect((await (await revert).result()).state).toBe('reverting');
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });

  it('ends if no control fits, with each refusal on record', async () => {
    const experiment = await verifying('refused-at-the-end');
    const check = whileCompleting(experiment, () => world.ask(experiment, 'check', { controlId: 'late' }));
    await world.until(experiment, ['completed'], 3 * 24);
    expect(await messageOf(await check)).toMatch(/^check doesn't fit an experiment that is completed/);
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).result();
    expect(await world.store.listControls(experiment.id)).toMatchObject([
      { controlId: 'late', outcome: 'refused' },
    ]);
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });
});
