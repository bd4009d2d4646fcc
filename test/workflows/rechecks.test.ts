import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECHECK_WORKFLOW } from '../../src/contract/names.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { startWorld, type World } from '../support/world.js';

/** The daily job, as its Schedule starts it, over two promotions whose rechecks are due. */
describe('the job of the rechecks', () => {
  let world: World;
  let one: Experiment;
  let two: Experiment;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
    const policy = { verification: { settleHours: 1, windowHours: 24 }, recheckDays: 4 };
    [one, two] = (await Promise.all(
      ['one', 'two'].map((id) => world.begin({ id, clickRates: [0.02, 0.04], policy })),
    )) as [Experiment, Experiment];
    await world.pass(25);
    for (const experiment of [one, two]) {
      await world.ask(experiment, 'promote');
      await world.until(experiment, ['completed'], 4 * 24);
    }
    await world.pass(4 * 24);
  }, 180_000);
  afterAll(() => world?.stop());

  let runs = 0;
  const run = () =>
    world.client.workflow.execute(RECHECK_WORKFLOW, {
      workflowId: `${world.names.jobWorkflowId('lift_recheck')}/${++runs}`,
      taskQueue: world.names.taskQueue,
      args: [],
    });
  const outcomeOf = async ({ id }: Experiment) => (await world.store.getRecheck(id))?.outcome;

  it('stops at an error of the account, and does nothing', async () => {
    await world.market.order({ kind: 'expired_token' });
    expect(await run()).toEqual({ due: 2, done: [], failed: ['one'] });
    await world.market.withdraw();
    expect(world.events.filter(({ text }) => text.includes("can't be measured again now"))).toHaveLength(1);
  });

  it('does the others if one cannot be read, and that one in its next run', async () => {
    const refused = { kind: 'refuse', code: 100, subcode: 33, method: 'GET', times: null } as const;
    await world.market.order({ ...refused, objectId: one.variants[0]!.adSetId });
    expect(await run()).toEqual({ due: 2, done: ['two'], failed: ['one'] });
    expect([await outcomeOf(one), await outcomeOf(two)]).toEqual([undefined, 'holds']);
    await world.market.withdraw();
    expect(await run()).toEqual({ due: 1, done: ['one'], failed: [] });
    expect(await outcomeOf(one)).toBe('holds');
    expect(await run()).toEqual({ due: 0, done: [], failed: [] });
    const reports = world.events.filter(({ kind }) => kind === 'report');
    expect(reports.map(({ experimentId }) => experimentId)).toEqual(['two', 'one']);
  });

  it('leaves state, budgets, ledger and leases as they were', async () => {
    for (const experiment of [one, two]) {
      expect((await world.state(experiment)).state).toBe('completed');
      expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
      expect(await world.audit(experiment)).toHaveLength(6);
    }
    // The ad sets are free for another test.
    await world.store.createExperiment({ ...one, id: 'next', startedAt: await world.clock.now() });
  });
});
