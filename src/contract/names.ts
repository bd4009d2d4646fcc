/** The names of workflows, schedules and task queues in Temporal. */

export const EXPERIMENT_WORKFLOW = 'experimentWorkflow';
export const RECONCILE_WORKFLOW = 'reconcileWorkflow';
export const DAILY_SUMMARY_WORKFLOW = 'dailySummaryWorkflow';
export const WEEKLY_REPORT_WORKFLOW = 'weeklyReportWorkflow';
export const RECHECK_WORKFLOW = 'recheckWorkflow';
export const MESSENGER_WORKFLOW = 'messengerWorkflow';
export const LEARNING_WORKFLOW = 'learningWorkflow';
export const INSIGHTS_WORKFLOW = 'insightsWorkflow';

/** The jobs that Temporal Schedules run, by the ids that `scheduler/status` shows. */
export const JOB_IDS = [
  'auto_promotion_check',
  'daily_promotion_summary',
  'weekly_compound_report',
  'lift_recheck',
] as const;
export type JobId = (typeof JOB_IDS)[number];

/** The names of one service in Temporal. */
export interface Names {
  taskQueue: string;
  workflowId(experimentId: string): string;
  scheduleId(job: JobId): string;
  /** Id of the workflow that runs the job; a Schedule appends the instant. */
  jobWorkflowId(job: JobId): string;
  /** Id of the workflow that sends a hook's messages. */
  messengerId(hook: string): string;
  /** Id of the workflow that forecasts new tests and learns from ended ones. */
  learningId: string;
  /** Id of the workflow that extracts the insights of a test. */
  insightsId(experimentId: string): string;
}

/** All names contain environment and account, so that services can share a namespace without taking each other's tasks. */
export function namesOf(owner: { environment: 'sandbox' | 'live'; accountId: string }): Names {
  const prefix = `${owner.environment}/${owner.accountId}`;
  return {
    taskQueue: prefix,
    workflowId: (experimentId) => `${prefix}/experiment/${experimentId}`,
    scheduleId: (job) => `${prefix}/${job}`,
    jobWorkflowId: (job) => `${prefix}/job/${job}`,
    messengerId: (hook) => `${prefix}/messenger/${hook}`,
    learningId: `${prefix}/learning`,
    insightsId: (experimentId) => `${prefix}/insights/${experimentId}`,
  };
}

/**
 * Activities that call Meta wait in their own queues, and a worker runs only a few of each queue at a time. After a
 * downtime every experiment is due for a check at once: writes of budgets must not wait behind hundreds of checks. If
 * Meta hangs, activities that use only the record, e.g. those of a user's pause, don't wait behind either queue.
 */
export const META_QUEUES = ['checks', 'money'] as const;

/** Posts to hooks wait in their own queue: a hook that hangs must not take a slot from a budget write or a look. */
export function messageQueue(taskQueue: string): string {
  return `${taskQueue}/messages`;
}

/** Learning waits in its own queue: it takes minutes of a core, which must never delay a look or a budget write. */
export function learningQueue(taskQueue: string): string {
  return `${taskQueue}/learning`;
}

/** Questions to Claude wait in their own queue: a minute of silence must not take a slot from anything else. */
export function insightsQueue(taskQueue: string): string {
  return `${taskQueue}/insights`;
}

/** The name of a queue for Meta, derived from the task queue of the workflows. */
export function metaQueue(taskQueue: string, of: (typeof META_QUEUES)[number]): string {
  return `${taskQueue}/${of}`;
}

/**
 * `type` of an activity's last failure if the time for its tries was over. Unlike other failures that are not retried,
 * it does not mean that the next activity of its kind will fail.
 */
export const TRIES_OVER = 'TriesOver';
