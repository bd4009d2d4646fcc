import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  WithStartWorkflowOperation,
  type WorkflowExecutionDescription,
  type WorkflowExecutionStatusName,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { signalInsights } from '../../activities/insights/waker.js';
import type { ExperimentInput } from '../../contract/experiment-input.js';
import {
  type ControlKind,
  type ControlOutcome,
  type Controls,
  type ExperimentStatus,
  type Refusal,
  SIGNALS,
  STATUS_QUERY,
} from '../../contract/messages.js';
import { type MessengerInput, WAKE_SIGNAL, type Wake } from '../../contract/messaging.js';
import {
  EXPERIMENT_WORKFLOW,
  JOB_IDS,
  type JobId,
  MESSENGER_WORKFLOW,
  type Names,
} from '../../contract/names.js';
import type { Experiment } from '../../domain/experiment.js';
import type { TimeBase } from '../../domain/time-base.js';
import { asBusy, asUnavailable, nullWithoutSchedule, refusalOf, TemporalBusy } from './errors.js';
import { jobDescriber, type ScheduledJob } from './jobs.js';

export type ControlReply =
  | { kind: 'done'; outcome: ControlOutcome }
  | { kind: 'refused'; refusal: Refusal }
  /** No outcome yet. `accepted`: the control is durable; otherwise no worker has taken it so far. */
  | { kind: 'pending'; accepted: boolean };

/**
 * Controls that can be sent as signals, which Temporal's limits on updates don't affect: those that stop or undo budget
 * changes, and `resume`.
 */
const SIGNAL_OF = {
  pause: SIGNALS.pause,
  resume: SIGNALS.resume,
  revert: SIGNALS.revert,
  stop: SIGNALS.stop,
} as const satisfies Partial<Record<ControlKind, string>>;
export type SignalledKind = keyof typeof SIGNAL_OF;

export function isSignalled(kind: ControlKind): kind is SignalledKind {
  return kind in SIGNAL_OF;
}

/** What the API knows of an experiment's workflow. */
export type Standing =
  /** The workflow runs and gave its status. */
  | { kind: 'open'; status: ExperimentStatus }
  /** The workflow runs, but no worker answers for it. */
  | { kind: 'silent' }
  /** The workflow has not read the record yet. */
  | { kind: 'starting' }
  /** How the last run ended. `missing`: Temporal has no run, perhaps because its retention has passed. */
  | { kind: 'ended'; how: 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | 'missing' }
  | { kind: 'unreachable' };

/** How the controls of the last minute reached their workflows. */
export type Delivery = 'ok' | 'as_signals' | 'undeliverable';

/** The fields of an experiment that starting its workflow needs. */
export type Subject = Pick<Experiment, 'id' | 'name'>;

/** The API's only access to Temporal. Rejects with {@link TemporalUnavailable} if the server doesn't answer. */
export interface Gateway {
  /** Starts the experiment's workflow unless it runs. */
  start(experiment: Subject): Promise<void>;
  /** Within 2 s. Never rejects. */
  status(experimentId: string): Promise<Standing>;
  /**
   * Sends a control as an update and waits for the outcome up to `waitMs`. Starts the workflow if it doesn't run. The
   * same controlId is acted on once.
   * @throws ControlFailed; TemporalBusy, at once if the control can be signalled instead
   */
  control<K extends ControlKind>(
    experiment: Subject,
    kind: K,
    asked: Controls[K] & { controlId: string },
    waitMs: number,
  ): Promise<ControlReply>;
  /** Sends a control as a signal: its outcome is only in the record. Starts the workflow if it doesn't run. */
  signal<K extends SignalledKind>(
    experiment: Subject,
    kind: K,
    asked: Controls[K] & { controlId: string },
  ): Promise<void>;
  delivery(): Delivery;
  /** The Schedules that exist; empty if there are none. */
  jobs(): Promise<ScheduledJob[]>;
  /** Wakes the workflow that sends a hook's messages, which a test has just reached; starts it unless it runs. */
  wakeMessenger(hook: string): Promise<void>;
  /** Wakes the workflow that extracts the insights of a test; starts it unless it runs. */
  extractInsights(experiment: Subject): Promise<void>;
  /** Runs the reconciling Schedule now; false if it doesn't exist. */
  triggerReconcile(): Promise<boolean>;
  ping(): Promise<void>;
}

/** The status of an update that exceeds the limit of updates per run. */
const GRPC_FAILED_PRECONDITION = 9;
const PING_MS = 2_000;
const QUERY_MS = 2_000;
const CALL_MS = 5_000;
/** Pauses before an update is sent again to a busy server; the pause doubles each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** How long a control that was not delivered is remembered. */
const REMEMBERED_MS = 60_000;

/** Statuses of a run that Temporal doesn't continue with another run. */
const ENDS: Partial<Record<WorkflowExecutionStatusName, Extract<Standing, { kind: 'ended' }>['how']>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

const JOB_OF_CHECK: JobId = 'auto_promotion_check';

export function createGateway(options: { client: Client; names: Names; timeBase: TimeBase }): Gateway {
  const { client, names, timeBase } = options;

  const startOptions = ({ id, name }: Subject) => ({
    workflowId: names.workflowId(id),
    taskQueue: names.taskQueue,
    args: [{ experimentId: id, timeBase } satisfies ExperimentInput],
    staticSummary: name,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
  });

  const within = async <T>(milliseconds: number, call: () => Promise<T>): Promise<T> => {
    try {
      return await client.connection.withDeadline(Date.now() + milliseconds, call);
    } catch (error) {
      throw asBusy(error) ?? asUnavailable(error) ?? error;
    }
  };

  /** By experiment id: when its last control was not taken as an update, and whether it went as a signal. */
  const troubles = new Map<string, { at: number; signalled: boolean }>();

  const update = async <K extends ControlKind>(
    experiment: Subject,
    kind: K,
    asked: Controls[K] & { controlId: string },
    endAt: number,
  ): Promise<ControlReply> => {
    let accepted = false;
    try {
      return await client.connection.withDeadline(endAt, async (): Promise<ControlReply> => {
        const started = await client.workflow.startUpdateWithStart<
          () => Promise<void>,
          ControlOutcome,
          [Controls[K]]
        >(kind, {
          args: [asked],
          updateId: asked.controlId,
          waitForStage: 'ACCEPTED',
          startWorkflowOperation: new WithStartWorkflowOperation(
            EXPERIMENT_WORKFLOW,
            startOptions(experiment),
          ),
        });
        accepted = true;
        return { kind: 'done', outcome: await started.result() };
      });
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'pending', accepted };
      if (error instanceof WorkflowUpdateFailedError) return { kind: 'refused', refusal: refusalOf(error) };
      throw asBusy(error, GRPC_FAILED_PRECONDITION) ?? asUnavailable(error) ?? error;
    }
  };

  const ping = async () => {
    await within(PING_MS, () => client.workflowService.getSystemInfo({}));
  };

  const describeJob = jobDescriber({ client, names, timeBase, within: (call) => within(CALL_MS, call) });

  return {
    ping,

    async start(experiment) {
      await within(CALL_MS, () => client.workflow.start(EXPERIMENT_WORKFLOW, startOptions(experiment)));
    },

    async status(experimentId) {
      const handle = client.workflow.getHandle(names.workflowId(experimentId));
      // A run that has ended still answers queries as if it were running, so the description decides.
      const [described, status] = await Promise.all([
        within(QUERY_MS, () => handle.describe()).catch((error: unknown) => error),
        within(QUERY_MS, () => handle.query<ExperimentStatus>(STATUS_QUERY)).catch(() => null),
      ]);
      if (described instanceof WorkflowNotFoundError) return { kind: 'ended', how: 'missing' };
      if (described instanceof Error) return { kind: 'unreachable' };
      const how = ENDS[(described as WorkflowExecutionDescription).status.name];
      if (how !== undefined) return { kind: 'ended', how };
      if (status === null) return { kind: 'silent' };
      return status.loaded === false ? { kind: 'starting' } : { kind: 'open', status };
    },

    async control(experiment, kind, asked, waitMs) {
      // An unreachable server and a slow worker both exceed the deadline: the ping tells them apart.
      await ping();
      const endAt = Date.now() + waitMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        try {
          const answer = await update(experiment, kind, asked, endAt);
          troubles.delete(experiment.id);
          return answer;
        } catch (error) {
          if (!(error instanceof TemporalBusy)) throw error;
          if (isSignalled(kind) || Date.now() + pause >= endAt) {
            if (kind !== 'check') troubles.set(experiment.id, { at: performance.now(), signalled: false });
            throw error;
          }
          await delay(pause);
        }
      }
    },

    async signal(experiment, kind, asked) {
      await within(CALL_MS, () =>
        client.workflow.signalWithStart(EXPERIMENT_WORKFLOW, {
          ...startOptions(experiment),
          signal: SIGNAL_OF[kind],
          signalArgs: [asked],
        }),
      );
      troubles.set(experiment.id, { at: performance.now(), signalled: true });
    },

    delivery() {
      for (const [id, { at }] of troubles) if (at < performance.now() - REMEMBERED_MS) troubles.delete(id);
      const known = [...troubles.values()];
      if (known.length === 0) return 'ok';
      return known.every(({ signalled }) => signalled) ? 'as_signals' : 'undeliverable';
    },

    async jobs() {
      // Wait for all calls, even if one fails: the client would retry an abandoned call after the connection was
      // closed, and that error can't be caught.
      const answers = await Promise.allSettled(JOB_IDS.map(describeJob));
      return answers.flatMap((answer) => {
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value === null ? [] : [answer.value];
      });
    },

    async wakeMessenger(hook) {
      const wake: Wake = { hookWorks: true };
      await within(CALL_MS, () =>
        client.workflow.signalWithStart(MESSENGER_WORKFLOW, {
          workflowId: names.messengerId(hook),
          taskQueue: names.taskQueue,
          args: [{ hook } satisfies MessengerInput],
          staticSummary: `messages to ${hook}`,
          signal: WAKE_SIGNAL,
          signalArgs: [wake],
        }),
      );
    },

    async extractInsights(experiment) {
      await within(CALL_MS, () => signalInsights({ client, names }, experiment));
    },

    async triggerReconcile() {
      const triggered = await within(CALL_MS, () =>
        client.schedule.getHandle(names.scheduleId(JOB_OF_CHECK)).trigger(),
      ).then(() => true, nullWithoutSchedule);
      return triggered !== null;
    },
  };
}
