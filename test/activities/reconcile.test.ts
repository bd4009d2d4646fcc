import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReconcileActivities } from '../../src/activities/reconcile.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { createStore } from '../../src/clients/postgres/store.js';
import type { Store } from '../../src/clients/postgres/types.js';
import { EXPERIMENT_WORKFLOW, namesOf } from '../../src/contract/names.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { anotherExperiment, START } from '../clients/postgres/fixtures.js';
import { migratedDatabase, type TestDatabase } from '../support/postgres.js';
import { startDevServer, type TestTemporal } from '../support/temporal.js';

const TIME_BASE = { epochMs: START, scale: 1800 };

let temporal: TestTemporal;
let database: TestDatabase;
let pool: pg.Pool;
let accounts = 0;

beforeAll(async () => {
  [temporal, database] = await Promise.all([startDevServer(), migratedDatabase()]);
  pool = createPool(database.config);
});

afterAll(async () => {
  await pool.end();
  await database.stop();
  await temporal.stop();
});

async function scene(count: number) {
  accounts += 1;
  const accountId = `act_${accounts}`;
  const store: Store = createStore(pool, { environment: 'sandbox', accountId });
  const experiments: Experiment[] = [];
  for (let number = 1; number <= count; number++) {
    const id = `a${accounts}_${number}`;
    experiments.push(await store.createExperiment(anotherExperiment(id, 1000 + number, { accountId })));
  }
  const names = namesOf({ environment: 'sandbox', accountId });
  const { client } = temporal;
  const { reconcile } = createReconcileActivities({ store, client, names, timeBase: TIME_BASE });
  const handle = (experiment: Experiment) => client.workflow.getHandle(names.workflowId(experiment.id));
  return { names, store, experiments, reconcile, handle };
}

describe('reconcile', () => {
  it('starts a workflow for each active experiment without one, and for no other', async () => {
    const { names, store, experiments, reconcile, handle } = await scene(4);
    const [running, without, paused, ended] = experiments as [Experiment, Experiment, Experiment, Experiment];
    await temporal.client.workflow.start(EXPERIMENT_WORKFLOW, {
      workflowId: names.workflowId(running.id),
      taskQueue: names.taskQueue,
      args: [{ experimentId: running.id, timeBase: TIME_BASE }],
    });
    const { runId } = await handle(running).describe();
    for (const [experiment, to] of [
      [paused, 'paused'],
      [ended, 'stopped'],
    ] as const) {
      await store.transition({
        experimentId: experiment.id,
        from: 'running',
        to,
        reason: { code: 'recorded', detail: 'test' },
        at: START,
      });
    }
    const { active, started } = await reconcile();
    expect({ active, started: started.sort() }).toEqual({
      active: 3,
      started: [without.id, paused.id].sort(),
    });
    expect((await handle(running).describe()).runId).toBe(runId);
    await expect(handle(ended).describe()).rejects.toThrow(/not found/i);

    const begun = await handle(without).fetchHistory();
    const attributes = begun.events?.[0]?.workflowExecutionStartedEventAttributes;
    expect(attributes?.workflowType?.name).toBe(EXPERIMENT_WORKFLOW);
    expect(attributes?.taskQueue?.name).toBe(names.taskQueue);
    const [input] = attributes?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(input!.data!).toString())).toEqual({
      experimentId: without.id,
      timeBase: TIME_BASE,
    });
  });

  it('starts no workflow the second time', async () => {
    const { reconcile } = await scene(3);
    expect((await reconcile()).started).toHaveLength(3);
    expect(await reconcile()).toEqual({ active: 3, started: [] });
  });

  it('starts each workflow once if it runs twice at the same time', async () => {
    const { experiments, reconcile } = await scene(5);
    const [one, other] = await Promise.all([reconcile(), reconcile()]);
    expect([...one.started, ...other.started].sort()).toEqual(experiments.map(({ id }) => id).sort());
  });

  it('starts a workflow for an experiment whose workflow was terminated', async () => {
    const { experiments, reconcile, handle } = await scene(1);
    const [experiment] = experiments as [Experiment];
    await reconcile();
    await handle(experiment).terminate('a person');
    expect((await reconcile()).started).toEqual([experiment.id]);
    expect((await handle(experiment).describe()).status.name).toBe('RUNNING');
  });

  it('reads further than the first page', async () => {
    const { names, store } = await scene(0);
    const all = Array.from({ length: 203 }, (_, index) => anotherExperiment(`page_${index}`, 1000 + index));
    const paged: Store = {
      ...store,
      listExperiments: async ({ limit, offset }) => all.slice(offset, offset + limit),
    };
    const { client } = temporal;
    const { reconcile } = createReconcileActivities({ store: paged, client, names, timeBase: TIME_BASE });
    const { active, started } = await reconcile();
    expect(active).toBe(203);
    expect(new Set(started).size).toBe(203);
  });

  it('fails and can be retried if Temporal does not answer', async () => {
    const { names, store } = await scene(1);
    const lost = await startDevServer();
    const { client } = lost;
    await lost.stop();
    const { reconcile } = createReconcileActivities({ store, client, names, timeBase: TIME_BASE });
    await expect(reconcile()).rejects.toThrow();
  });
});
