import { type Client, type ScheduleExecutionResult, WorkflowNotFoundError } from '@temporalio/client';
import type { JobId, Names } from '../../contract/names.js';
import { type TimeBase, toExperimentTime } from '../../domain/time-base.js';
import { nullWithoutSchedule } from './errors.js';

export interface ScheduledJob {
  id: JobId;
  paused: boolean;
  /** Experiment time, epoch ms; null if no run is due. */
  nextRunAt: number | null;
  /** The last run that Temporal still knows; null if there is none. */
  lastRun?: LastRun | null;
}

/** How a scheduled job ended. `result`: what it returned, in words; null while it runs, or if it failed. */
export interface LastRun {
  /** Experiment time, epoch ms. */
  startedAt: number;
  status: 'running' | 'completed' | 'failed';
  result: string | null;
}

/** Describes a scheduled job; null if its Schedule doesn't exist. `within`: limits a call and maps its failures. */
export function jobDescriber(options: {
  client: Client;
  names: Names;
  timeBase: TimeBase;
  within<T>(call: () => Promise<T>): Promise<T>;
}): (id: JobId) => Promise<ScheduledJob | null> {
  const { client, names, timeBase, within } = options;

  /** What came of a Schedule's action. A run whose retention is over is known no more. */
  const lastRunOf = async ({ action, takenAt }: ScheduleExecutionResult): Promise<LastRun | null> => {
    const { workflowId, firstExecutionRunId } = action.workflow;
    const handle = client.workflow.getHandle(workflowId, firstExecutionRunId);
    const startedAt = toExperimentTime(timeBase, takenAt.getTime());
    try {
      const { status } = await within(() => handle.describe());
      if (status.name === 'RUNNING') return { startedAt, status: 'running', result: null };
      if (status.name !== 'COMPLETED') return { startedAt, status: 'failed', result: null };
      const result: unknown = await within(() => handle.result());
      return {
        startedAt,
        status: 'completed',
        result: typeof result === 'string' ? result : JSON.stringify(result),
      };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  };

  return async (id) => {
    const description = await within(() => client.schedule.getHandle(names.scheduleId(id)).describe()).catch(
      nullWithoutSchedule,
    );
    if (description === null) return null;
    const next = description.info.nextActionTimes[0];
    const action = description.info.recentActions.at(-1);
    return {
      id,
      paused: description.state.paused,
      nextRunAt: next === undefined ? null : toExperimentTime(timeBase, next.getTime()),
      lastRun: action === undefined ? null : await lastRunOf(action),
    };
  };
}
