import { MetaError } from '../clients/meta/types.js';
import { RECONCILE_WORKFLOW } from '../workflows/contract.js';
import type { Collaborators } from './collaborators.js';
import { ensureSchedules } from './schedules.js';

/** Schedules, and one reconciliation now: whatever was lost while the service was down gets its workflow back. */
export async function prepareUpkeep(
  { client, names, meta, timeBase }: Pick<Collaborators, 'client' | 'names' | 'meta' | 'timeBase'>,
  complain: (line: string) => void,
): Promise<void> {
  const timezone = await meta.getAccount().then(
    (account) => account.timezone,
    (error: unknown) => {
      // Credentials may have expired: what moves money must start all the same.
      if (!(error instanceof MetaError)) throw error;
      complain(
        `The account's time zone is not known: ${error.message} Until the next start the daily and weekly reports keep their hours.`,
      );
      return null;
    },
  );
  await ensureSchedules(client, names, { timezone, timeBase });
  await client.workflow.execute(RECONCILE_WORKFLOW, {
    workflowId: `${names.jobWorkflowId('auto_promotion_check')}/boot`,
    taskQueue: names.taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
