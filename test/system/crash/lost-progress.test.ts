import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RECONCILE_WORKFLOW } from '../../../src/contract/names.js';
import type { Experiment, Policy } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { beforeFirst } from '../../support/store-taps.js';
import { startWorld, type World } from '../../support/world.js';

/** Cut before raise, 60/40, 70/30, 80/20 of two ad sets at 20,000. */
const SIX_WRITES = [
  ['loser', 20_000, 16_000],
  ['winner', 20_000, 24_000],
  ['loser', 16_000, 12_000],
  ['winner', 24_000, 28_000],
  ['loser', 12_000, 8_000],
  ['winner', 28_000, 32_000],
];

/** How long the tests wait for a state, in hours that are seconds: a busy machine takes ten times as long as an idle one. */
const PATIENCE = 150;

/**
 * What the buttons of the Web UI do to a run in the middle of a rollout. One experiment hour takes one second, however slow
 * the machine is: no test may depend on acting in time.
 */
describe.concurrent('a run whose progress is lost in the middle of a rollout', { timeout: 180_000 }, () => {
  let world: World;
  /** All reconciliations of this file: one may also start a run that another test has terminated. */
  const reconciled: string[] = [];
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 3600 });
  });
  afterAll(() => world?.stop());

  const handleOf = (experiment: Experiment) =>
    world.client.workflow.getHandle(world.names.workflowId(experiment.id));

  /** Promoted by force; its first phase is complete. */
  async function inRollout(id: string, policy: Partial<Policy> = {}): Promise<Experiment> {
    // After an hour of data at any hour of the day: the control can't lead by luck.
    const experiment = await world.begin({ id, clickRates: [0.02, 0.3], policy });
    await world.pass(3);
    const { state } = await world.control(experiment, 'promote');
    expect(state).toBe('rolling_out');
    return experiment;
  }

  /** A reconciliation gives the terminated experiment a new run. */
  async function reconcile({ id }: Experiment): Promise<void> {
    const { started }: { started: string[] } = await world.client.workflow.execute(RECONCILE_WORKFLOW, {
      workflowId: `reconcile-${randomUUID()}`,
      taskQueue: world.names.taskQueue,
      args: [],
    });
    reconciled.push(...started);
    await vi.waitFor(() => expect(reconciled).toContain(id), { timeout: 60_000 });
  }

  /** Waits until the run after the loss has the recorded state. */
  async function known(experiment: Experiment, state: Experiment['state']): Promise<void> {
    const said = () => world.status(experiment).catch(() => null);
    await vi.waitFor(async () => expect(await said()).toMatchObject({ state }), { timeout: 60_000 });
  }

  /** As the button does it: to before the workflow task that first scheduled this activity; null: to the first task. */
  async function resetTo(experiment: Experiment, activity: string | null, match = ''): Promise<void> {
    const handle = handleOf(experiment);
    const { events } = await handle.fetchHistory();
    const index = (events ?? []).findIndex((event) => {
      if (activity === null) return event.workflowTaskCompletedEventAttributes;
      const scheduled = event.activityTaskScheduledEventAttributes;
      return (
        scheduled?.activityType?.name === activity &&
        Buffer.from(scheduled.input?.payloads?.[0]?.data ?? []).includes(match)
      );
    });
    expect(index, `${activity} ${match} in the history`).toBeGreaterThan(0);
    const task = (events ?? [])
      .slice(0, index + 1)
      .findLast((event) => event.workflowTaskCompletedEventAttributes);
    await world.client.workflowService.resetWorkflowExecution({
      namespace: world.temporal.namespace,
      workflowExecution: { workflowId: handle.workflowId, runId: (await handle.describe()).runId },
      workflowTaskFinishEventId: task!.eventId,
      reason: 'someone pressed Reset',
      requestId: randomUUID(),
    });
  }

  async function expectSixWrites(experiment: Experiment): Promise<void> {
    const winner = experiment.variants[1]!.adSetId;
    const audit = await world.audit(experiment);
    expect(
      audit.map((row) => [row.adSetId === winner ? 'winner' : 'loser', row.before, row.requested]),
    ).toEqual(SIX_WRITES);
    expect(audit.map((row) => row.outcome)).toEqual(audit.map(() => 'applied'));
    const ledger = await world.store.listLedger(experiment.id);
    expect(ledger.map((row) => [row.adSetId, row.before, row.readBack])).toEqual(
      audit.map((row) => [row.adSetId, row.before, row.requested]),
    );
    const { phasesDone } = (await world.store.getPromotion(experiment.id))!;
    expect(audit[2]!.at - phasesDone['60']!).toBeGreaterThanOrEqual(HOUR_MS);
    expect(audit[4]!.at - phasesDone['70']!).toBeGreaterThanOrEqual(2 * HOUR_MS);
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  }

  it('never starts again at phase 60 after Reset to the look that found the winner', async () => {
    const experiment = await world.begin({ id: 'by-rule', clickRates: [0.02, 0.04] });
    const writes = async () => (await world.audit(experiment)).length;
    await vi.waitFor(async () => expect(await writes()).toBeGreaterThanOrEqual(2), {
      timeout: 120_000,
      interval: 20,
    });
    const { lookNumber } = (await world.store.latestDecision(experiment.id))!;
    await resetTo(experiment, 'look', `"lookNumber":${lookNumber}`);
    await world.until(experiment, ['verifying'], PATIENCE);
    await expectSixWrites(experiment);
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(lookNumber);
  });

  it('continues from the ledger after Terminate when the reconciliation finds it', async () => {
    const experiment = await inRollout('terminated');
    await handleOf(experiment).terminate('someone pressed Terminate');
    await reconcile(experiment);
    await world.until(experiment, ['verifying'], PATIENCE);
    await expectSixWrites(experiment);
  });

  it('continues from the ledger after Terminate when a user sends a control', async () => {
    const experiment = await inRollout('asked-for');
    await handleOf(experiment).terminate();
    const { state } = await world.control(experiment, 'check');
    expect(state).toBe('rolling_out');
    await world.until(experiment, ['verifying'], PATIENCE);
    await expectSixWrites(experiment);
  });

  it.each([
    ['its first task', null, ''],
    ['before the promotion', 'openPromotion', ''],
    ['before the first write', 'writeBudget', '"60"'],
    ['between the cut and the raise', 'writeBudget', '24000'],
    ['before phase 60 was complete', 'completePhase', '"60"'],
  ])('never starts again at phase 60 after Reset to %s', async (where, activity, match) => {
    const experiment = await inRollout(`reset-${where.replaceAll(' ', '-')}`);
    await resetTo(experiment, activity, match);
    await world.until(experiment, ['verifying'], PATIENCE);
    await expectSixWrites(experiment);
  });

  it('never starts again at phase 60 after Reset from phase 80 to before the promotion, twice', async () => {
    const experiment = await inRollout('reset-late');
    const phases = async () => Object.keys((await world.store.getPromotion(experiment.id))!.phasesDone);
    await vi.waitFor(async () => expect(await phases()).toContain('70'), { timeout: 60_000 });
    await resetTo(experiment, 'openPromotion');
    await resetTo(experiment, null);
    await world.until(experiment, ['verifying'], PATIENCE);
    await expectSixWrites(experiment);
  });

  it.each([
    [
      'Terminate',
      (experiment: Experiment) =>
        handleOf(experiment)
          .terminate()
          .then(() => reconcile(experiment)),
    ],
    ['Reset to before the hold', (experiment: Experiment) => resetTo(experiment, 'completePhase', '"60"')],
    [
      'Reset to before the first write',
      (experiment: Experiment) => resetTo(experiment, 'writeBudget', '"60"'),
    ],
  ])("stays held by a user's pause after %s, and continues when resumed", async (how, lose) => {
    // A pause takes time on a busy machine, and a phase may be written meanwhile: so there must be another one after it.
    const experiment = await inRollout(`held-${how.replaceAll(' ', '-')}`, {
      phases: [
        { winnerShare: 0.6, waitHours: 0 },
        { winnerShare: 0.7, waitHours: 5 },
        { winnerShare: 0.8, waitHours: 5 },
      ],
    });
    await world.control(experiment, 'pause');
    const before = await world.audit(experiment);
    await lose(experiment);
    await known(experiment, 'held');
    await world.pass(2);
    expect((await world.state(experiment)).state).toBe('held');
    expect(await world.audit(experiment)).toEqual(before);
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], PATIENCE);
    await expectSixWrites(experiment);
  });

  it.each([
    ['the promotion', 'openPromotion', ''],
    ['the first write', 'writeBudget', '"60"'],
    ['phase 60 was complete', 'completePhase', '"60"'],
    ['the revert', 'transition', '"reverting"'],
  ])('moves no money after Reset of a reverted run to before %s', async (where, activity, match) => {
    const experiment = await inRollout(`reverted-${where.replaceAll(' ', '-')}`);
    await world.control(experiment, 'revert');
    await world.until(experiment, ['reverted'], PATIENCE);
    const before = await world.audit(experiment);
    await resetTo(experiment, activity, match);
    await expect(handleOf(experiment).result()).resolves.toMatchObject({ state: 'reverted' });
    expect(await world.audit(experiment)).toEqual(before);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    expect((await world.store.getPromotion(experiment.id))!.status).toBe('reverted');
  });

  it('reverts after Terminate during a revert: each ad set ends at its base', async () => {
    const experiment = await inRollout('terminated-revert');
    // Terminate just before the cut of the winner is sent.
    const cuts = ({ experimentId, phase }: { experimentId: string; phase: string }) =>
      experimentId === experiment.id && phase === 'revert';
    beforeFirst(world.store, 'enterAttempt', cuts, () => handleOf(experiment).terminate());
    await expect(world.control(experiment, 'revert')).rejects.toThrow(Error);
    expect((await world.state(experiment)).state).toBe('reverting');
    await reconcile(experiment);
    await world.until(experiment, ['reverted'], PATIENCE);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });
});
