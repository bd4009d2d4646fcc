import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/activity';
import {
  type ActivityInterceptorsFactory,
  NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { PaidClaude } from '../activities/insights/index.js';
import { createInsightsWaker } from '../activities/insights/waker.js';
import { createLearningWaker } from '../activities/learning/waker.js';
import { createOutbox } from '../activities/outbox.js';
import { createHooks } from '../clients/webhook/index.js';
import type { Announce } from '../contract/events.js';
import { insightsQueue, learningQueue, META_QUEUES, messageQueue, metaQueue } from '../contract/names.js';
import { HOUR_MS } from '../domain/time.js';
import type { Collaborators } from './collaborators.js';
import { boundedTries } from './tries.js';

export interface RunningWorker {
  /** Resolves with a sentence if the worker fails by itself. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** A forecast and one step of learning. */
const LEARNING_AT_ONCE = 2;

/** Questions to Claude, and steps between them. */
const INSIGHTS_AT_ONCE = 2;

/** How late a write of unknown outcome can take effect, experiment ms. */
const LATE_EFFECT_MS = HOUR_MS / 12;

/** The wait after a write of unknown outcome, experiment ms: longer than its socket lives, and no shorter than any late effect. */
export function unknownOutcomeWaitMs(socketTimeoutMs: number, scale: number): number {
  return Math.max(1.5 * socketTimeoutMs * scale, LATE_EFFECT_MS);
}

/** Classes of SQLSTATE for which a retry has the same result: bad data, violated constraint. */
const REFUSED_FOR_GOOD = /^2[23][0-9A-Z]{3}$/;

/** A statement that Postgres refuses for good is not retried: the workflow would wait for ever. */
const recordRefusals: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (!(error instanceof Error) || !('code' in error) || !REFUSED_FOR_GOOD.test(String(error.code)))
          throw error;
        throw ApplicationFailure.nonRetryable(`The record refused it: ${error.message}`, 'RecordRefused');
      }
    },
  },
});

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** Runs workflows and activities until stopped. */
export async function startWorker(
  collaborators: Collaborators,
  options: {
    announce: Announce;
    writesAllowed: boolean;
    /** Major units of the account's currency; null: no limit. */
    accountEnvelope: number | null;
    /** Of the account; unset: unknown. */
    brandNames?: readonly string[];
    maxCachedWorkflows: number;
    /** Per queue. */
    maxActivitiesAtOnce: number;
    /** File with the workflows, made by the SDK's `bundleWorkflowCode`. Unset: they are bundled now, which takes a second or two. */
    workflowBundle?: string;
    /** Null or unset: insights are extracted offline. */
    claude?: PaidClaude | null;
  },
): Promise<RunningWorker> {
  const { store, meta, clock, client, names, timeBase, address, access, namespace, environment } =
    collaborators;
  const { hooks = createHooks([]), reportTimezone = null, learning = null } = collaborators;
  const outbox = createOutbox({ hooks, client, names });
  const { workflowBundle } = options;
  const connection = await NativeConnection.connect({ ...access, address });
  const common = {
    connection,
    namespace,
    activities: createActivities({
      store,
      meta,
      clock,
      client,
      names,
      timeBase,
      announce: options.announce,
      hooks,
      outbox,
      insightsWaker: createInsightsWaker({ client, names }),
      claude: options.claude ?? null,
      waker: createLearningWaker({ client, names }),
      ...(learning && {
        encoders: learning.encoders,
        encoder: learning.encoder,
        searchEncoder: learning.search[0],
      }),
      reportTimezone,
      writesAllowed: options.writesAllowed,
      accountEnvelope: options.accountEnvelope,
      brandNames: options.brandNames ?? [],
      unknownOutcomeWaitMs: unknownOutcomeWaitMs(collaborators.socketTimeoutMs, timeBase.scale),
    }),
    interceptors: { activity: [boundedTries, recordRefusals] },
    // If hundreds ran at once, each would miss its time limit for Meta and begin again.
    maxConcurrentActivityTaskExecutions: options.maxActivitiesAtOnce,
    shutdownGraceTime: '3 seconds',
    shutdownForceTime: '8 seconds',
  } satisfies Partial<WorkerOptions>;
  const workers: Worker[] = [];
  try {
    workers.push(
      await Worker.create({
        ...common,
        taskQueue: names.taskQueue,
        ...(workflowBundle === undefined
          ? { workflowsPath: WORKFLOWS }
          : { workflowBundle: { codePath: workflowBundle } }),
        maxCachedWorkflows: options.maxCachedWorkflows,
        // After a worker is killed, its workflows stand still for this long. It is shorter in the sandbox, whose hours are short.
        stickyQueueScheduleToStartTimeout: environment === 'sandbox' ? '2 seconds' : '10 seconds',
      }),
    );
    workers.push(await Worker.create({ ...common, taskQueue: messageQueue(names.taskQueue) }));
    workers.push(
      await Worker.create({
        ...common,
        taskQueue: insightsQueue(names.taskQueue),
        maxConcurrentActivityTaskExecutions: INSIGHTS_AT_ONCE,
      }),
    );
    workers.push(
      await Worker.create({
        ...common,
        taskQueue: learningQueue(names.taskQueue),
        maxConcurrentActivityTaskExecutions: LEARNING_AT_ONCE,
      }),
    );
    for (const queue of META_QUEUES)
      workers.push(await Worker.create({ ...common, taskQueue: metaQueue(names.taskQueue, queue) }));
  } catch (error) {
    await connection.close();
    throw error;
  }
  const runs = workers.map((worker) => worker.run());
  const stopAll = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // If one worker fails, all stop: with only some of them running, the service would look as if it worked.
  const done = Promise.all(
    runs.map((run) =>
      run.catch((error: unknown) => {
        stopAll();
        throw error;
      }),
    ),
  );
  const closed = Promise.allSettled(runs).then(() => connection.close());
  const broken = new Promise<string>((resolve) => {
    done.catch((error: unknown) =>
      resolve(`The worker failed: ${error instanceof Error ? error.message : String(error)}`),
    );
  });
  return {
    broken,
    async stop() {
      stopAll();
      await closed.catch(() => {});
    },
  };
}
