/** Under which names workflows, schedules and task queues are known to Temporal. */

export const EXPERIMENT_WORKFLOW = 'experimentWorkflow';
export const RECONCILE_WORKFLOW = 'reconcileWorkflow';
export const DAILY_SUMMARY_WORKFLOW = 'dailySummaryWorkflow';
export const WEEKLY_REPORT_WORKFLOW = 'weeklyReportWorkflow';

/** What a Temporal Schedule runs; the ids are those of `scheduler/status`. */
export const JOB_IDS = ['auto_promotion_check', 'daily_promotion_summary', 'weekly_compound_report'] as const;
export type JobId = (typeof JOB_IDS)[number];

/** Under which names a service is known to Temporal. */
export interface Names {
  taskQueue: string;
  workflowId(experimentId: string): string;
  scheduleId(job: JobId): string;
  /** Of the workflows that run the job; a Schedule adds the instant. */
  jobWorkflowId(job: JobId): string;
}

/** All carry environment and account, so that services can share a namespace: none takes another's tasks. */
export function namesOf(owner: { environment: 'sandbox' | 'live'; accountId: string }): Names {
  const prefix = `${owner.environment}/${owner.accountId}`;
  return {
    taskQueue: prefix,
    workflowId: (experimentId) => `${prefix}/experiment/${experimentId}`,
    scheduleId: (job) => `${prefix}/${job}`,
    jobWorkflowId: (job) => `${prefix}/job/${job}`,
  };
}

/**
 * Activities that ask Meta wait in queues of their own, each of which a worker takes a few of at a time. After a
 * downtime every experiment is due for a check at once, and what moves money must not wait behind hundreds of them;
 * where Meta hangs, the record, and with it a person's pause, waits for neither.
 */
export const META_QUEUES = ['checks', 'money'] as const;

/** The queue's name, of the task queue of the workflows. */
export function metaQueue(taskQueue: string, of: (typeof META_QUEUES)[number]): string {
  return `${taskQueue}/${of}`;
}

/**
 * `type` of an activity's last failure where the time for its tries was over. Unlike any other failure that is not
 * retried, it says nothing of the next activity of its kind.
 */
export const TRIES_OVER = 'TriesOver';
