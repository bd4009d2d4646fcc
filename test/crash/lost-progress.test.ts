import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Experiment, HOUR_MS } from '../../src/domain/experiment.js';
import { RECONCILE_WORKFLOW } from '../../src/workflows/contract.js';
import { startWorld, type World } from '../support/world.js';

/** Cut before raise, 60/40, 70/30, 80/20 of two ad sets at 20,000. */
const SIX_WRITES = [
  ['loser', 20_000, 16_000],
  ['winner', 20_000, 24_000],
  ['loser', 16_000, 12_000],
  ['winner', 24_000, 28_000],
  ['loser', 12_000, 8_000],
  ['winner', 28_000, 32_000],
];

/** What the Web UI's buttons do to a run in mid-rollout. An experiment hour is a second. */
describe.concurrent('a run whose progress is lost in mid-rollout', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 3600 });
  });
  afterAll(() => world?.stop());

  const handleOf = (experiment: Experiment) =>
    world.client.workflow.getHandle(world.names.workflowId(experiment.id));

  /** Promoted by force; its first phase stands. */
  async function inRollout(id: string): Promise<Experiment> {
    // After an hour of data, whatever the hour: no luck lets the control lead.
    const experiment = await world.begin({ id, clickRates: [0.02, 0.3] });
    await world.pass(3);
    const { state } = await world.control(experiment, 'promote');
    expect(state).toBe('rolling_out');
    return experiment;
  }

  function reconcile(): Promise<{ started: string[] }> {
    return world.client.workflow.execute(RECONCILE_WORKFLOW, {
      workflowId: `reconcile-${randomUUID()}`,
      taskQueue: world.names.taskQueue,
      args: [],
    });
  }

  /** As the button does it: to before the workflow task that first scheduled this activity; null: the first task of all. */
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
      reason: 'a person pressed Reset',
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

  it('never starts again at 60 after Reset to the look that found the winner', {
    timeout: 90_000,
  }, async () => {
    const experiment = await world.begin({ id: 'by-rule', clickRates: [0.02, 0.04] });
    const writes = async () => (await world.audit(experiment)).length;
    await expect.poll(writes, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(2);
    const { lookNumber } = (await world.store.latestDecision(experiment.id))!;
    await resetTo(experiment, 'look', `"lookNumber":${lookNumber}`);
    await world.until(experiment, ['verifying'], 40);
    await expectSixWrites(experiment);
    expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(lookNumber);
  });

  it('goes on from the ledger after Terminate, once the reconciliation finds it', async () => {
    const experiment = await inRollout('terminated');
    await handleOf(experiment).terminate('a person pressed Terminate');
    expect((await reconcile()).started).toContain(experiment.id);
    await world.until(experiment, ['verifying'], 40);
    await expectSixWrites(experiment);
  });

  it('goes on from the ledger after Terminate, when a person asks for something', async () => {
    const experiment = await inRollout('asked-for');
    await handleOf(experiment).terminate();
    const { state } = await world.control(experiment, 'check');
    expect(state).toBe('rolling_out');
    await world.until(experiment, ['verifying'], 40);
    await expectSixWrites(experiment);
  });

  it.each([
    ['its first task', null, ''],
    ['before the promotion', 'openPromotion', ''],
    ['before the first write', 'writeBudget', '"60"'],
    ['between the cut and the raise', 'writeBudget', '24000'],
    ['before phase 60 was complete', 'completePhase', '"60"'],
  ])('never starts again at 60 after Reset to %s', async (where, activity, match) => {
    const experiment = await inRollout(`reset-${where.replaceAll(' ', '-')}`);
    await resetTo(experiment, activity, match);
    await world.until(experiment, ['verifying'], 40);
    await expectSixWrites(experiment);
  });

  it('never starts again at 60 after Reset from phase 80 to before the promotion, twice', async () => {
    const experiment = await inRollout('reset-late');
    const phases = async () => Object.keys((await world.store.getPromotion(experiment.id))!.phasesDone);
    await expect.poll(phases, { timeout: 10_000 }).toContain('70');
    await resetTo(experiment, 'openPromotion');
    await resetTo(experiment, null);
    await world.until(experiment, ['verifying'], 40);
    await expectSixWrites(experiment);
  });

  it.each([
    ['Terminate', (experiment: Experiment) => handleOf(experiment).terminate().then(reconcile)],
    ['Reset to before the hold', (experiment: Experiment) => resetTo(experiment, 'completePhase', '"60"')],
    [
      'Reset to before the first write',
      (experiment: Experiment) => resetTo(experiment, 'writeBudget', '"60"'),
    ],
  ])('stays held by a person after %s, and goes on when resumed', async (how, lose) => {
    const experiment = await inRollout(`held-${how.replaceAll(' ', '-')}`);
    await world.control(experiment, 'pause');
    await lose(experiment);
    await world.pass(2);
    expect((await world.state(experiment)).state).toBe('held');
    expect(await world.audit(experiment)).toHaveLength(2);
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 40);
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
    await world.until(experiment, ['reverted'], 40);
    const before = await world.audit(experiment);
    await resetTo(experiment, activity, match);
    await expect(handleOf(experiment).result()).resolves.toMatchObject({ state: 'reverted' });
    expect(await world.audit(experiment)).toEqual(before);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    expect((await world.store.getPromotion(experiment.id))!.status).toBe('reverted');
  });

  it('goes back after Terminate on the way back: each ad set ends at its base', async () => {
    const experiment = await inRollout('terminated-revert');
    await world.control(experiment, 'revert');
    await handleOf(experiment).terminate();
    expect((await world.state(experiment)).state).toBe('reverting');
    await reconcile();
    await world.until(experiment, ['reverted'], 40);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });
});
