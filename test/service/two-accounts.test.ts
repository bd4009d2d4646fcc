import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_IDS } from '../../src/contract/names.js';
import { prepareUpkeep } from '../../src/service/upkeep.js';
import { startWorld, type World } from '../support/world.js';

/** Two services that share one Temporal server, one namespace and one database. An experiment hour takes a second. */
describe('two accounts in one namespace and one database', () => {
  let worlds: World[] = [];
  beforeAll(async () => {
    const first = await startWorld({ kind: 'dev', scale: 3600, market: { account: { id: 'act_1' } } });
    worlds = [first];
    worlds.push(
      await startWorld({ kind: 'dev', scale: 3600, market: { account: { id: 'act_2' } }, beside: first }),
    );
    for (const { collaborators } of worlds) await prepareUpkeep(collaborators, () => {});
  });
  afterAll(async () => {
    for (const world of worlds.toReversed()) await world.stop();
  });

  it('each roll out a test with the same id, without disturbing the other', async () => {
    await Promise.all(
      worlds.map(async (world) => {
        const experiment = await world.begin({ id: 'spring-sale', clickRates: [0.02, 0.3] });
        await world.pass(3);
        expect((await world.control(experiment, 'promote')).state).toBe('rolling_out');
        await world.until(experiment, ['verifying'], 60);
        expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
        expect((await world.audit(experiment)).map((row) => row.outcome)).toEqual(Array(6).fill('applied'));
      }),
    );
    for (const { client, names, temporal, collaborators } of worlds) {
      const { events } = await client.workflow.getHandle(names.workflowId('spring-sale')).fetchHistory();
      const failed = events?.filter(
        (event) => event.workflowTaskFailedEventAttributes ?? event.activityTaskFailedEventAttributes,
      );
      expect(failed).toEqual([]);
      const queues = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled ? [`${scheduled.activityType?.name} in ${scheduled.taskQueue?.name}`] : [],
      );
      // Neither writes of budgets nor the record wait behind checks.
      const money = ['ingest', 'standing', 'openPromotion', 'gate', 'writeBudget', 'completePhase'];
      expect(queues).toEqual(
        expect.arrayContaining([
          ...money.map((activity) => `${activity} in ${names.taskQueue}/money`),
          `transition in ${names.taskQueue}`,
        ]),
      );
      expect(queues.filter((one) => one.startsWith('look in') && !one.endsWith('/checks'))).toEqual([]);
      const { pollers } = await client.workflowService.describeTaskQueue({
        namespace: temporal.namespace,
        taskQueue: { name: names.taskQueue },
        taskQueueType: 1,
      });
      expect(pollers).toHaveLength(1);
      expect(names.taskQueue).toContain(collaborators.meta.accountId);
    }
  });

  it('have their own schedules, which reconcile their own experiments', async () => {
    for (const world of worlds) {
      const { client, names } = world;
      for (const job of JOB_IDS) {
        const { action } = await client.schedule.getHandle(names.scheduleId(job)).describe();
        expect(action).toMatchObject({ taskQueue: names.taskQueue });
      }
      const id = `lost-${world.market.account.id}`;
      const lost = await world.begin({ id, clickRates: [0.02, 0.02] });
      await client.workflow.getHandle(names.workflowId(lost.id)).terminate();
      await client.schedule.getHandle(names.scheduleId('auto_promotion_check')).trigger();
      const isBack = async () =>
        (await client.workflow.getHandle(names.workflowId(lost.id)).describe()).status.name;
      await expect.poll(isBack, { timeout: 20_000 }).toBe('RUNNING');
    }
    const ids: string[] = [];
    for await (const { workflowId } of worlds[0]!.client.workflow.list({
      query: `WorkflowType = 'experimentWorkflow'`,
    })) {
      ids.push(workflowId);
    }
    expect([...new Set(ids)].sort()).toEqual([
      'sandbox/act_1/experiment/lost-act_1',
      'sandbox/act_1/experiment/spring-sale',
      'sandbox/act_2/experiment/lost-act_2',
      'sandbox/act_2/experiment/spring-sale',
    ]);
  });
});
