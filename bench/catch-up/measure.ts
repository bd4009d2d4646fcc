import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ServiceEvent } from '../../src/contract/events.js';
import type { ExperimentInput } from '../../src/contract/experiment-input.js';
import { EXPERIMENT_WORKFLOW } from '../../src/contract/names.js';
import { DEFAULT_POLICY, type Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { type Collaborators, collaboratorsOn, openConnections } from '../../src/service/collaborators.js';
import { startWorker } from '../../src/service/worker.js';

/** One experiment hour takes half a second. */
const TIME_SCALE = 7_200;
const HORIZON_HOURS = 24;
/** Real ms. */
const LIMIT_MS = 600_000;

export interface CatchUp {
  experiments: number;
  at_a_time: number;
  /** Experiments whose look was taken. */
  checked: number;
  /** Activities that failed or timed out permanently. */
  failed: number;
  /** Attempts that were followed by another attempt. */
  tried_again: number;
  /** Troubles that were announced. */
  troubles: number;
  /** Real seconds from the start of the worker to the last look. */
  seconds: number;
  activities: number;
}

export interface Comparison {
  service: CatchUp;
  /** As many workflows with as many activities, which do nothing, on the same server. */
  engine: { seconds: number; activities: number };
  /** The service's seconds divided by the engine's. */
  ratio: number;
}

/**
 * Measures the embedded service after a day without a worker: each experiment is due for a look, the last of its test.
 * `log` gets one line per stage.
 */
export async function measureCatchUp(
  options: {
    experiments: number;
    atATime: number;
    compare: boolean;
    /** Real ms that a read from the market may take; default: the sandbox's limit. */
    readTimeoutMs?: number;
  },
  log: (line: string) => void = () => {},
): Promise<Comparison> {
  const { experiments: count, atATime, compare } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-catch-up-'));
  const ends: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  try {
    const sandbox = await startSandbox({
      directory,
      fresh: false,
      timeScale: TIME_SCALE,
      seed: 5,
      namespace: 'catch-up',
      apiVersion: 'v24.0',
      ports: { temporal: 0, temporalUi: 0, market: 0 },
      databaseUrl: null,
      temporal: null,
      log,
    });
    ends.push(() => sandbox.stop());
    const { meta } = sandbox.addresses;
    const { readTimeoutMs = meta.readTimeoutMs } = options;
    const addresses = { ...sandbox.addresses, meta: { ...meta, readTimeoutMs } };
    const shared = await openConnections(addresses, () => {});
    ends.push(() => shared.close());
    const collaborators = collaboratorsOn(shared, addresses);
    const { client, clock, names, store, timeBase } = collaborators;

    const made: Experiment[] = [];
    for (let index = 0; index < count; index++) {
      const id = `test-${String(index).padStart(3, '0')}`;
      const ads = ['control', 'challenger'].map((name) => ({
        name: `${id} ${name}`,
        dailyBudget: 5_000,
        trueClickRate: 0.02,
      }));
      const { adIds, adSetIds } = await sandbox.market.createTest({ name: id, ads });
      const now = await clock.now();
      const experiment = await store.createExperiment({
        id,
        name: id,
        environment: 'sandbox',
        accountId: sandbox.market.account.id,
        currency: sandbox.market.account.currency,
        state: 'running',
        reason: { code: 'started' },
        hold: null,
        stateChangedAt: now,
        // One look per experiment, at the horizon, with too little data for any verdict other than no winner.
        policy: {
          ...DEFAULT_POLICY,
          horizonHours: HORIZON_HOURS,
          checkEveryHours: HORIZON_HOURS,
          minimumClicks: 1e9,
        },
        variants: ads.map(({ name }, variant) => ({
          id: variant === 0 ? 'control' : 'challenger',
          role: variant === 0 ? 'control' : 'challenger',
          adId: adIds[variant]!,
          adSetId: adSetIds[variant]!,
          creative: { hook: null, headline: name, text: null, script: null, visualNotes: null },
        })),
        startedAt: now,
        winnerVariantId: null,
        promotedAt: null,
        endedAt: null,
      });
      await client.workflow.start(EXPERIMENT_WORKFLOW, {
        workflowId: names.workflowId(id),
        taskQueue: names.taskQueue,
        args: [{ experimentId: id, timeBase } satisfies ExperimentInput],
      });
      made.push(experiment);
    }
    const allDueAt = made.at(-1)!.startedAt + (HORIZON_HOURS + 1) * HOUR_MS;
    await new Promise((resolve) => setTimeout(resolve, (allDueAt - made[0]!.startedAt) / TIME_SCALE));
    log(`${count} experiments are due`);
    const service = await catchUp(collaborators, count, atATime);
    log(JSON.stringify(service));
    const engine = compare ? await bareEngine(collaborators, service) : { seconds: 0, activities: 0 };
    return { service, engine, ratio: compare ? service.seconds / engine.seconds : 0 };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function catchUp(collaborators: Collaborators, count: number, atATime: number): Promise<CatchUp> {
  const { client, names, store } = collaborators;
  const events: ServiceEvent[] = [];
  let lastLookAt = 0;
  /** Ids that have had a look: some experiments have a second one, shortly before the horizon. */
  const looked = new Set<string>();
  const worker = await startWorker(collaborators, {
    announce: (event) => {
      events.push(event);
      if (event.kind !== 'decision') return;
      looked.add(event.experimentId ?? '');
      lastLookAt = performance.now();
    },
    writesAllowed: true,
    accountEnvelope: null,
    maxCachedWorkflows: 500,
    maxActivitiesAtOnce: atATime,
  });
  const from = performance.now();
  try {
    const states = ['running' as const];
    while (performance.now() - from < LIMIT_MS) {
      if ((await store.listExperiments({ states, limit: 1, offset: 0 })).length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  } finally {
    await worker.stop();
  }
  let activities = 0;
  let failed = 0;
  let triedAgain = 0;
  for (let index = 0; index < count; index++) {
    const handle = client.workflow.getHandle(names.workflowId(`test-${String(index).padStart(3, '0')}`));
    for (const event of (await handle.fetchHistory()).events ?? []) {
      if (event.activityTaskScheduledEventAttributes) activities += 1;
      if (event.activityTaskFailedEventAttributes || event.activityTaskTimedOutEventAttributes) failed += 1;
      triedAgain += Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1);
    }
  }
  return {
    experiments: count,
    at_a_time: atATime,
    checked: looked.size,
    failed,
    tried_again: triedAgain,
    troubles: events.filter(({ kind }) => kind === 'trouble').length,
    seconds: Math.round((lastLookAt - from) / 100) / 10,
    activities,
  };
}

/** Starts as many workflows, each with as many activities one after another, which do nothing. */
async function bareEngine(
  { client, address, namespace, names }: Collaborators,
  { experiments, at_a_time: atATime, activities }: CatchUp,
): Promise<{ seconds: number; activities: number }> {
  const taskQueue = `${names.taskQueue}/bare`;
  const each = Math.round(activities / experiments);
  const handles: WorkflowHandle[] = [];
  for (let index = 0; index < experiments; index++) {
    const workflowId = `${taskQueue}/${index}`;
    handles.push(await client.workflow.start('idleWorkflow', { workflowId, taskQueue, args: [each] }));
  }
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./idle-workflow.ts', import.meta.url)),
    activities: { idle: async () => {} },
    maxConcurrentActivityTaskExecutions: atATime,
  });
  const from = performance.now();
  const running = worker.run();
  await Promise.all(handles.map((handle) => handle.result()));
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  worker.shutdown();
  await running;
  await connection.close();
  return { seconds, activities: each * experiments };
}
