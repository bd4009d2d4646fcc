import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import {
  DAILY_SUMMARY_WORKFLOW,
  type JobId,
  type Names,
  RECHECK_WORKFLOW,
  RECONCILE_WORKFLOW,
  WEEKLY_REPORT_WORKFLOW,
} from '../contract/names.js';
import { addDays, localDate, localHourStart } from '../domain/calendar.js';
import { HOUR_MS } from '../domain/time.js';
import { type TimeBase, toExperimentTime, toRealTime } from '../domain/time-base.js';

const REPORT_HOUR = 9;
/** A report is made even if it is late by this, experiment ms: after a longer outage, the next one comes soon enough. */
const CATCH_UP_MS = 12 * HOUR_MS;
/** Temporal's least, real ms. */
const LEAST_CATCH_UP_MS = 10_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Makes the missing Schedules and updates the existing ones. A Schedule that a user has paused stays paused.
 * `timezone`: the account's IANA time zone, in which the reports and the recheck come at 9 o'clock. If it is null (not
 * known now), a missing one is made in UTC, and an existing one keeps its hours.
 */
export async function ensureSchedules(
  client: Client,
  names: Names,
  { timezone, timeBase, now = Date.now() }: { timezone: string | null; timeBase: TimeBase; now?: number },
): Promise<void> {
  const schedule = (
    job: JobId,
    workflowType: string,
    spec: ScheduleSpec,
    catchupWindow: number,
  ): ScheduleOptions => ({
    scheduleId: names.scheduleId(job),
    spec,
    action: {
      type: 'startWorkflow',
      workflowType,
      taskQueue: names.taskQueue,
      args: [],
      workflowId: names.jobWorkflowId(job),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
  });
  // A late reconciliation isn't worth starting: the next one covers it.
  const soon = 60_000;
  const late = Math.max(LEAST_CATCH_UP_MS, Math.round(CATCH_UP_MS / timeBase.scale));
  const reports = reportSpecs(timezone ?? 'UTC', timeBase, now);
  const lasting = [
    schedule('auto_promotion_check', RECONCILE_WORKFLOW, { intervals: [{ every: '10 minutes' }] }, soon),
  ];
  const inTimezone = [
    schedule('daily_promotion_summary', DAILY_SUMMARY_WORKFLOW, reports.daily, late),
    schedule('weekly_compound_report', WEEKLY_REPORT_WORKFLOW, reports.weekly, late),
    schedule('lift_recheck', RECHECK_WORKFLOW, reports.daily, soon),
  ];
  for (const options of lasting) await ensure(client, options, true);
  for (const options of inTimezone) await ensure(client, options, timezone !== null);
}

async function ensure(client: Client, options: ScheduleOptions, update: boolean): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    if (!update) return;
    await client.schedule.getHandle(options.scheduleId).update(({ state }) => ({
      spec: options.spec,
      action: options.action,
      policies: options.policies!,
      state,
    }));
  }
}

/**
 * Schedules run in real time. In live, they follow the account's wall clock. In a faster sandbox, a day is a whole
 * number of real seconds: a report then comes some experiment minutes after 9 o'clock, and after a change of the clocks
 * it is an hour off until the next start.
 */
function reportSpecs(
  timezone: string,
  timeBase: TimeBase,
  now: number,
): { daily: ScheduleSpec; weekly: ScheduleSpec } {
  if (timeBase.scale === 1) {
    return {
      daily: { calendars: [{ hour: REPORT_HOUR }], timezone },
      weekly: { calendars: [{ dayOfWeek: 'MONDAY', hour: REPORT_HOUR }], timezone },
    };
  }
  const today = localDate(toExperimentTime(timeBase, now), timezone);
  const monday = addDays(today, -((new Date(today).getUTCDay() + 6) % 7));
  const every = (date: string, days: number): ScheduleSpec => {
    const interval = Math.round((days * DAY_MS) / timeBase.scale / 1000);
    const due = Math.ceil(toRealTime(timeBase, localHourStart(date, REPORT_HOUR, timezone)) / 1000);
    return { intervals: [{ every: interval * 1000, offset: (due % interval) * 1000 }] };
  };
  return { daily: every(today, 1), weekly: every(monday, 7) };
}
