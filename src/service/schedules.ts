import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import {
  DAILY_SUMMARY_WORKFLOW,
  type JobId,
  type Names,
  RECONCILE_WORKFLOW,
  WEEKLY_REPORT_WORKFLOW,
} from '../workflows/contract.js';

/** Real time: Schedules don't know experiment time. Instants of the reports are in `timezone`, IANA. */
export async function ensureSchedules(client: Client, names: Names, timezone: string): Promise<void> {
  const schedule = (job: JobId, workflowType: string, spec: ScheduleOptions['spec']): ScheduleOptions => ({
    scheduleId: names.scheduleId(job),
    spec,
    action: {
      type: 'startWorkflow',
      workflowType,
      taskQueue: names.taskQueue,
      args: [],
      workflowId: names.jobWorkflowId(job),
    },
    // One that is late says nothing that the next doesn't say.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  });
  const wanted = [
    schedule('auto_promotion_check', RECONCILE_WORKFLOW, { intervals: [{ every: '10 minutes' }] }),
    schedule('daily_promotion_summary', DAILY_SUMMARY_WORKFLOW, { calendars: [{ hour: 9 }], timezone }),
    schedule('weekly_compound_report', WEEKLY_REPORT_WORKFLOW, {
      calendars: [{ dayOfWeek: 'MONDAY', hour: 9 }],
      timezone,
    }),
  ];
  for (const options of wanted) {
    try {
      await client.schedule.create(options);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}
