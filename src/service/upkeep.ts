import { setTimeout as delay } from 'node:timers/promises';
import { createReconcileActivities } from '../activities/reconcile.js';
import { MetaError } from '../clients/meta/types.js';
import { RECONCILE_WORKFLOW } from '../contract/names.js';
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

/** Two of them fit in a minute. */
export const RECONCILE_EVERY_MS = 25_000;

/**
 * Goes on reconciling, real time, until stopped: what was terminated or has failed gets a new run within a minute. The
 * Schedule does the same every ten minutes, where the history of each run stays in Temporal.
 */
export function keepReconciled(
  collaborators: Pick<Collaborators, 'client' | 'names' | 'store' | 'timeBase'>,
  say: (line: string) => void,
  everyMs = RECONCILE_EVERY_MS,
): { stop(): Promise<void> } {
  const { reconcile } = createReconcileActivities(collaborators);
  const stopped = new AbortController();
  let failure: string | null = null;
  const once = async () => {
    try {
      const { started } = await reconcile();
      failure = null;
      if (started.length > 0) say(`Workflows started again: ${started.join(', ')}.`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== failure) say(`The record and Temporal could not be compared: ${message}`);
      failure = message;
    }
  };
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await delay(everyMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (!stopped.signal.aborted) await once();
    }
  };
  const done = loop();
  return {
    stop() {
      stopped.abort();
      return done;
    },
  };
}
