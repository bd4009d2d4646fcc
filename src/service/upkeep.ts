import { RECONCILE_WORKFLOW } from '../workflows/contract.js';
import type { Collaborators } from './collaborators.js';
import { ensureSchedules } from './schedules.js';

/** Schedules, and one reconciliation now: whatever was lost while the service was down gets its workflow back. */
export async function prepareUpkeep({
  client,
  names,
}: Pick<Collaborators, 'client' | 'names'>): Promise<void> {
  await ensureSchedules(client, names, 'UTC');
  await client.workflow.execute(RECONCILE_WORKFLOW, {
    workflowId: `${names.jobWorkflowId('auto_promotion_check')}/boot`,
    taskQueue: names.taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
