import {
  type Client,
  isGrpcServiceError,
  ScheduleNotFoundError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { type TimeBase, toExperimentTime } from '../domain/clock.js';
import type { Experiment } from '../domain/experiment.js';
import {
  CONTROL_INVALID,
  CONTROL_REFUSED,
  type ControlKind,
  type ControlOutcome,
  type Controls,
  EXPERIMENT_WORKFLOW,
  type ExperimentInput,
  type ExperimentStatus,
  JOB_IDS,
  type JobId,
  type Names,
  type Refusal,
  STATUS_QUERY,
} from '../workflows/contract.js';

/** The Temporal server can't be reached, or doesn't answer in time. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
}

/** A control that the workflow took and could not carry out. Its message is the workflow's own. */
export class ControlFailed extends Error {
  override readonly name = 'ControlFailed';
}

/** A control that lacks something; its message names it. */
export class ControlInvalid extends Error {
  override readonly name = 'ControlInvalid';
}

export type ControlAnswer =
  | { kind: 'done'; outcome: ControlOutcome }
  | { kind: 'refused'; refusal: Refusal }
  /** No outcome yet. `accepted`: it is durable; otherwise no worker has taken it so far. */
  | { kind: 'pending'; accepted: boolean };

/** What a workflow is started for. */
export type Subject = Pick<Experiment, 'id' | 'name'>;

export interface ScheduledJob {
  id: JobId;
  paused: boolean;
  /** Experiment time, epoch ms; null where none is due. */
  nextRunAt: number | null;
}

/** All that the API asks of Temporal. Rejects with {@link TemporalUnavailable} where the server doesn't answer. */
export interface Gateway {
  /** Starts the experiment's workflow unless it runs. */
  start(experiment: Subject): Promise<void>;
  /** The workflow's own word; null where no run or no worker answers within 2 s. Never rejects. */
  status(experimentId: string): Promise<ExperimentStatus | null>;
  /**
   * Sends a control to the experiment's workflow, which is started where it doesn't run, and waits for the
   * outcome up to `waitMs`. The same controlId is acted on once.
   * @throws ControlFailed
   */
  control<K extends ControlKind>(
    experiment: Subject,
    kind: K,
    asked: Controls[K] & { controlId: string },
    waitMs: number,
  ): Promise<ControlAnswer>;
  /** The Schedules that exist; empty where the server has none. */
  jobs(): Promise<ScheduledJob[]>;
  /** Runs the reconciling Schedule now; false where it doesn't exist. */
  triggerReconcile(): Promise<boolean>;
  ping(): Promise<void>;
}

const GRPC_NOT_FOUND = 5;
const GRPC_UNIMPLEMENTED = 12;
const PING_MS = 2_000;
const QUERY_MS = 2_000;
const CALL_MS = 5_000;

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
      throw asUnavailable(error) ?? error;
    }
  };

  const ping = async () => {
    await within(PING_MS, () => client.workflowService.getSystemInfo({}));
  };

  const describeJob = async (id: JobId): Promise<ScheduledJob | null> => {
    const description = await within(CALL_MS, () =>
      client.schedule.getHandle(names.scheduleId(id)).describe(),
    ).catch(nullWithoutSchedule);
    if (description === null) return null;
    const next = description.info.nextActionTimes[0];
    return {
      id,
      paused: description.state.paused,
      nextRunAt: next === undefined ? null : toExperimentTime(timeBase, next.getTime()),
    };
  };

  return {
    ping,

    async start(experiment) {
      await within(CALL_MS, () => client.workflow.start(EXPERIMENT_WORKFLOW, startOptions(experiment)));
    },

    async status(experimentId) {
      const handle = client.workflow.getHandle(names.workflowId(experimentId));
      try {
        return await within(QUERY_MS, () => handle.query<ExperimentStatus>(STATUS_QUERY));
      } catch {
        return null;
      }
    },

    async control(experiment, kind, asked, waitMs) {
      // An unreachable server and a worker that takes its time both end in a deadline: the ping tells them apart.
      await ping();
      let accepted = false;
      try {
        return await client.connection.withDeadline(Date.now() + waitMs, async (): Promise<ControlAnswer> => {
          const update = await client.workflow.startUpdateWithStart<
            () => Promise<void>,
            ControlOutcome,
            [Controls[typeof kind]]
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
          return { kind: 'done', outcome: await update.result() };
        });
      } catch (error) {
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'pending', accepted };
        if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
        throw asUnavailable(error) ?? error;
      }
    },

    async jobs() {
      // All are waited for, whatever one of them says: a call that is left behind is retried after its
      // connection was closed, and that throws where nobody can catch it.
      const answers = await Promise.allSettled(JOB_IDS.map(describeJob));
      return answers.flatMap((answer) => {
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value === null ? [] : [answer.value];
      });
    },

    async triggerReconcile() {
      const triggered = await within(CALL_MS, () =>
        client.schedule.getHandle(names.scheduleId(JOB_OF_CHECK)).trigger(),
      ).then(() => true, nullWithoutSchedule);
      return triggered !== null;
    },
  };
}

/** Of a failed update: the refusal, or what the workflow says in its own words. @throws ControlInvalid, ControlFailed */
function refusalOf({ cause }: WorkflowUpdateFailedError): ControlAnswer {
  if (!(cause instanceof ApplicationFailure)) throw new ControlFailed('The workflow could not carry it out.');
  const refusal = cause.details?.[0];
  if (cause.type === CONTROL_REFUSED && isRefusal(refusal)) return { kind: 'refused', refusal };
  if (cause.type === CONTROL_INVALID) throw new ControlInvalid(cause.message);
  throw new ControlFailed(cause.message);
}

function isRefusal(detail: unknown): detail is Refusal {
  return typeof detail === 'object' && detail !== null && 'state' in detail && 'allowed' in detail;
}

function asUnavailable(error: unknown): TemporalUnavailable | null {
  const unreachable =
    (error instanceof ServiceError && !(error instanceof ScheduleNotFoundError)) ||
    (isGrpcServiceError(error) && error.code !== GRPC_NOT_FOUND && error.code !== GRPC_UNIMPLEMENTED);
  return unreachable && !lacksSchedules(error) ? new TemporalUnavailable('Temporal does not answer') : null;
}

/** The time-skipping server implements no Schedules. */
function lacksSchedules(error: unknown): boolean {
  const grpc = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(grpc) && grpc.code === GRPC_UNIMPLEMENTED;
}

function nullWithoutSchedule(error: unknown): null {
  if (error instanceof ScheduleNotFoundError || lacksSchedules(error)) return null;
  throw error;
}
