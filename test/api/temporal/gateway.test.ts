import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlFailed, ControlInvalid, TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { createGateway, type Gateway } from '../../../src/api/temporal/gateway.js';
import { JOB_IDS, namesOf, RECONCILE_WORKFLOW } from '../../../src/contract/names.js';
import { startDevServer, startTimeSkipping, type TestTemporal } from '../../support/temporal.js';

const timeBase = { epochMs: Date.UTC(2026, 10, 23, 9), scale: 1800 };
const names = namesOf({ environment: 'sandbox', accountId: 'act_1' });
const { taskQueue } = names;
/** Its task queue has no worker. */
const unattended = namesOf({ environment: 'sandbox', accountId: 'act_2' });
const asked = (controlId: string) => ({ by: 'Ada', reason: 'to see', controlId });
const experiment = (id: string) => ({ id, name: `Test ${id}` });

let temporal: TestTemporal;
let gateway: Gateway;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  temporal = await startDevServer();
  gateway = createGateway({ client: temporal.client, names, timeBase });
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('../support/workflows.ts', import.meta.url)),
  });
  const running = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await running;
  };
}, 120_000);
afterAll(async () => {
  await stopWorker?.();
  await temporal?.stop();
});

describe('control', () => {
  it('starts the workflow if it does not run, and otherwise uses the running one', async () => {
    const first = await gateway.control(experiment('fresh'), 'check', asked('a'), 20_000);
    expect(first).toEqual({
      kind: 'done',
      outcome: { state: 'running', message: 'look 1 of fresh at scale 1800 for Ada: to see', decision: null },
    });
    const second = await gateway.control(experiment('fresh'), 'check', asked('b'), 20_000);
    expect(second).toMatchObject({ outcome: { message: expect.stringMatching(/^look 2/) } });
    const { workflowId, staticSummary } = await temporal.client.workflow
      .getHandle(names.workflowId('fresh'))
      .describe()
      .then(async (description) => ({
        workflowId: description.workflowId,
        staticSummary: await description.staticSummary(),
      }));
    expect({ workflowId, staticSummary }).toEqual({
      workflowId: 'sandbox/act_1/experiment/fresh',
      staticSummary: 'Test fresh',
    });
  });

  it('acts once on one control id', async () => {
    const first = await gateway.control(experiment('once'), 'check', asked('same'), 20_000);
    expect(await gateway.control(experiment('once'), 'check', asked('same'), 20_000)).toEqual(first);
    expect(await gateway.status('once')).toMatchObject({ kind: 'open', status: { queued: 1 } });
  });

  it('is pending without an outcome in time, and returns it when it is sent again', async () => {
    const waiting = await gateway.control(experiment('slow'), 'promote', asked('p'), 1_500);
    expect(waiting).toEqual({ kind: 'pending', accepted: true });
    await temporal.client.workflow.getHandle(names.workflowId('slow')).signal('release');
    expect(await gateway.control(experiment('slow'), 'promote', asked('p'), 20_000)).toMatchObject({
      kind: 'done',
      outcome: { message: 'released after 1' },
    });
  });

  it('says that no worker has taken it', async () => {
    const alone = createGateway({ client: temporal.client, names: unattended, timeBase });
    expect(await alone.control(experiment('alone'), 'check', asked('x'), 500)).toEqual({
      kind: 'pending',
      accepted: false,
    });
  });

  it.each(['resume', 'approve'] as const)(
    'returns the refusal of %s from the validator and from the handler',
    async (kind) => {
      expect(await gateway.control(experiment('refuses'), kind, asked(kind), 20_000)).toEqual({
        kind: 'refused',
        refusal: { state: 'running', allowed: ['check'], message: 'It is not held.' },
      });
    },
  );

  it('distinguishes a malformed control from a failure', async () => {
    await expect(gateway.control(experiment('fails'), 'stop', asked('s'), 20_000)).rejects.toThrow(
      new ControlInvalid('stop needs budgets'),
    );
    await expect(gateway.control(experiment('fails'), 'revert', asked('r'), 20_000)).rejects.toThrow(
      new ControlFailed('The record is gone.'),
    );
  });
});

describe('start and status', () => {
  it("starts once and returns the workflow's status", async () => {
    await gateway.start(experiment('started'));
    await gateway.start(experiment('started'));
    expect(await gateway.status('started')).toMatchObject({
      kind: 'open',
      status: { experimentId: 'started', state: 'running', nextDueAt: timeBase.epochMs },
    });
  });

  it('says that there is no run, or no worker for it', async () => {
    expect(await gateway.status('never')).toEqual({ kind: 'ended', how: 'missing' });
    const alone = createGateway({ client: temporal.client, names: unattended, timeBase });
    await alone.start(experiment('unattended'));
    expect(await alone.status('unattended')).toEqual({ kind: 'silent' });
  });
});

describe('jobs', () => {
  it('are empty, and nothing is triggered, before there are Schedules', async () => {
    expect(await gateway.jobs()).toEqual([]);
    expect(await gateway.triggerReconcile()).toBe(false);
  });

  it('are the Schedules with their next runs in experiment time', async () => {
    for (const job of JOB_IDS) {
      await temporal.client.schedule.create({
        scheduleId: names.scheduleId(job),
        spec: { intervals: [{ every: '1 day' }] },
        action: { type: 'startWorkflow', workflowType: RECONCILE_WORKFLOW, taskQueue },
        state: { paused: job === 'daily_promotion_summary' },
      });
    }
    const check = temporal.client.schedule.getHandle(names.scheduleId('auto_promotion_check'));
    const { nextActionTimes } = (await check.describe()).info;
    const jobs = await gateway.jobs();
    expect(jobs.map(({ id, paused }) => [id, paused])).toEqual([
      ['auto_promotion_check', false],
      ['daily_promotion_summary', true],
      ['weekly_compound_report', false],
      ['lift_recheck', false],
    ]);
    expect(jobs[0]?.nextRunAt).toBe(
      timeBase.epochMs + (nextActionTimes[0]!.getTime() - timeBase.epochMs) * timeBase.scale,
    );
    expect(await gateway.triggerReconcile()).toBe(true);
    const { recentActions } = (await check.describe()).info;
    expect(recentActions).toHaveLength(1);
  });

  it('are empty on a server without Schedules', async () => {
    const skipping = await startTimeSkipping();
    try {
      const limited = createGateway({ client: skipping.client, names, timeBase });
      await limited.ping();
      expect(await limited.jobs()).toEqual([]);
      expect(await limited.triggerReconcile()).toBe(false);
    } finally {
      await skipping.stop();
    }
  });
});

describe('without a server', () => {
  it('every call fails in time, and the status is unreachable', async () => {
    const connection = Connection.lazy({ address: `127.0.0.1:${await freePort()}` });
    const away = createGateway({ client: new Client({ connection }), names, timeBase });
    await Promise.all([
      expect(away.ping()).rejects.toThrow(TemporalUnavailable),
      expect(away.start(experiment('x'))).rejects.toThrow(TemporalUnavailable),
      expect(away.control(experiment('x'), 'check', asked('x'), 20_000)).rejects.toThrow(TemporalUnavailable),
      expect(away.jobs()).rejects.toThrow(TemporalUnavailable),
      expect(away.triggerReconcile()).rejects.toThrow(TemporalUnavailable),
      expect(away.status('x')).resolves.toEqual({ kind: 'unreachable' }),
    ]);
    await connection.close();
  });
});

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
