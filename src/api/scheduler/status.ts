import type { z } from '@hono/zod-openapi';
import type { JobId } from '../../contract/names.js';
import type { ApiContext } from '../dependencies.js';
import { isoOrNull } from '../http/format.js';
import type { SchedulerAnswer } from './responses.js';

export type SchedulerJson = z.output<typeof SchedulerAnswer>;

const JOB_NAMES: Record<JobId, string> = {
  auto_promotion_check: 'Starts the workflow of each active experiment that has none; the workflow checks it',
  daily_promotion_summary: 'Daily summary of promotions',
  weekly_compound_report: 'Weekly compound report',
  lift_recheck: 'Measures again, once, the lift of promotions that were completed weeks ago',
};

/** The Schedules in the form that existing callers know. The scheduler runs if the reconciling Schedule does. */
export async function schedulerStatus({ gateway, checkIntervalHours }: ApiContext): Promise<SchedulerJson> {
  const jobs = await gateway.jobs();
  const check = jobs.find((job) => job.id === 'auto_promotion_check');
  const state = check === undefined ? 'stopped' : check.paused ? 'paused' : 'running';
  return {
    is_running: state === 'running',
    check_interval_hours: checkIntervalHours,
    jobs: jobs.map((job) => ({
      id: job.id,
      name: JOB_NAMES[job.id],
      next_run: job.paused ? null : isoOrNull(job.nextRunAt),
      paused: job.paused,
      last_run: isoOrNull(job.lastRun?.startedAt ?? null),
      last_status: job.lastRun?.status ?? null,
      last_result: job.lastRun?.result ?? null,
    })),
    scheduler_state: state,
  };
}

/** The status, or `stopped` if Temporal doesn't answer: the dashboard must be readable without it. */
export async function schedulerStatusOrStopped(context: ApiContext): Promise<SchedulerJson> {
  return schedulerStatus(context).catch(() => ({
    is_running: false,
    check_interval_hours: context.checkIntervalHours,
    jobs: [],
    scheduler_state: 'stopped' as const,
  }));
}
