import { RECONCILE_WORKFLOW, TASK_QUEUE } from '../workflows/contract.js';
import type { Collaborators } from './collaborators.js';
import { ensureSchedules } from './schedules.js';

/** Schedules, and one reconciliation now: whatever was lost while the service was down gets its workflow back. */
export async function prepareUpkeep({ client }: Pick<Collaborators, 'client'>): Promise<void> {
  await ensureSchedules(client, 'UTC');
  await client.workflow.execute(RECONCILE_WORKFLOW, {
    workflowId: 'schedule/auto_promotion_check/boot',
    taskQueue: TASK_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
