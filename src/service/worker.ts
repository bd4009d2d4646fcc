import { fileURLToPath } from 'node:url';
import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';
import { type ActivityInterceptorsFactory, NativeConnection, Worker } from '@temporalio/worker';
import { metaFailureType } from '../activities/failures.js';
import { createActivities } from '../activities/index.js';
import { HOUR_MS } from '../domain/experiment.js';
import type { Announce } from '../events.js';
import type { Collaborators } from './collaborators.js';

export interface RunningWorker {
  /** Settles when the worker failed by itself, with a sentence. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** Late effects of a write of unknown outcome, experiment ms. */
const LATE_EFFECT_MS = HOUR_MS / 12;

/** The wait after a write of unknown outcome, experiment ms: longer than its socket lives and than any late effect. */
export function unknownOutcomeWaitMs(socketTimeoutMs: number, scale: number): number {
  return Math.max(1.5 * socketTimeoutMs * scale, LATE_EFFECT_MS);
}

/** Every activity heartbeats, so that a killed worker is noticed in seconds. */
const heartbeats: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs } = activityInfo();
      const timer = heartbeatTimeoutMs ? setInterval(heartbeat, heartbeatTimeoutMs / 3) : undefined;
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});

/** Classes of SQLSTATE that say the same however often they are asked: bad data, broken constraint. */
const REFUSED_FOR_GOOD = /^2[23][0-9A-Z]{3}$/;

/** What Postgres refuses for good is not retried: a workflow would wait for it for ever. */
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

/** The longest pause between two tries of an activity, real ms. */
export const LONGEST_PAUSE_MS = 5_000;

/**
 * A passing failure of Meta's is the last one where the time for all tries would cut off another try as long as this
 * one: Temporal's own failure would say only that the time was over, and not what failed.
 */
export const lastTries: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      const began = performance.now();
      try {
        return await next(input);
      } catch (error) {
        if (!(error instanceof ApplicationFailure) || error.type !== metaFailureType('transient'))
          throw error;
        const { scheduleToCloseTimeoutMs, scheduledTimestampMs, currentAttemptScheduledTimestampMs } =
          activityInfo();
        const tookMs = performance.now() - began;
        const usedMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs + tookMs;
        if (usedMs + LONGEST_PAUSE_MS + tookMs < scheduleToCloseTimeoutMs) throw error;
        const { message, type, details } = error;
        throw ApplicationFailure.create({ message, type, details: details ?? [], nonRetryable: true });
      }
    },
  },
});

/** Runs workflows and activities until stopped. */
export async function startWorker(
  collaborators: Collaborators,
  options: {
    announce: Announce;
    writesAllowed: boolean;
    /** Major units of the account's currency; null: no limit. */
    accountEnvelope: number | null;
    maxCachedWorkflows: number;
  },
): Promise<RunningWorker> {
  const { store, meta, clock, client, names, timeBase, address, access, namespace, environment } =
    collaborators;
  const connection = await NativeConnection.connect({ ...access, address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: names.taskQueue,
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    activities: createActivities({
      store,
      meta,
      clock,
      client,
      names,
      timeBase,
      announce: options.announce,
      writesAllowed: options.writesAllowed,
      accountEnvelope: options.accountEnvelope,
      unknownOutcomeWaitMs: unknownOutcomeWaitMs(collaborators.socketTimeoutMs, timeBase.scale),
    }),
    interceptors: { activity: [heartbeats, recordRefusals, lastTries] },
    maxCachedWorkflows: options.maxCachedWorkflows,
    // A killed worker's workflows stand still for this long; the sandbox's hours are short.
    stickyQueueScheduleToStartTimeout: environment === 'sandbox' ? '2 seconds' : '10 seconds',
    shutdownGraceTime: '3 seconds',
    shutdownForceTime: '8 seconds',
  });
  const done = worker.run().finally(() => connection.close());
  const broken = new Promise<string>((resolve) => {
    done.catch((error: unknown) =>
      resolve(`The worker failed: ${error instanceof Error ? error.message : String(error)}`),
    );
  });
  return {
    broken,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done.catch(() => {});
    },
  };
}
