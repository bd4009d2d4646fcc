import { setTimeout as delay } from 'node:timers/promises';
import { createLearningWaker } from '../activities/learning/waker.js';
import { createOutbox } from '../activities/outbox.js';
import { createCreativeReader } from '../activities/ran-creatives.js';
import { createReconcileActivities } from '../activities/reconcile.js';
import { MetaError } from '../clients/meta/types.js';
import { createHooks } from '../clients/webhook/index.js';
import { RECONCILE_WORKFLOW } from '../contract/names.js';
import type { Collaborators } from './collaborators.js';
import { ensureSchedules } from './schedules.js';

/** Prepares the Schedules and reconciles once: experiments that lost their workflow while the service was down get a new one. */
export async function prepareUpkeep(
  {
    client,
    names,
    meta,
    timeBase,
    reportTimezone = null,
  }: Pick<Collaborators, 'client' | 'names' | 'meta' | 'timeBase' | 'reportTimezone'>,
  complain: (line: string) => void,
): Promise<void> {
  const ofAccount = () =>
    meta.getAccount().then(
      (account) => account.timezone,
      (error: unknown) => {
        // The credentials may have expired. The workflows that move money must start even so.
        if (!(error instanceof MetaError)) throw error;
        complain(
          `The account's time zone could not be read: ${error.message} The daily and weekly reports keep their hours until the next start.`,
        );
        return null;
      },
    );
  const timezone = reportTimezone ?? (await ofAccount());
  await ensureSchedules(client, names, { timezone, timeBase });
  await client.workflow.execute(RECONCILE_WORKFLOW, {
    workflowId: `${names.jobWorkflowId('auto_promotion_check')}/boot`,
    taskQueue: names.taskQueue,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

/** Real ms between two reconciliations: two of them fit into a minute. */
export const RECONCILE_EVERY_MS = 25_000;

/**
 * Reconciles again and again until stopped, so that a workflow that failed or was terminated gets a new run within a
 * real minute. The Schedule does the same every ten minutes; its runs leave their history in Temporal.
 */
export function keepReconciled(
  collaborators: Pick<Collaborators, 'client' | 'names' | 'store' | 'meta' | 'clock' | 'timeBase' | 'hooks'>,
  say: (line: string) => void,
  everyMs = RECONCILE_EVERY_MS,
): { stop(): Promise<void> } {
  const { client, names, hooks = createHooks([]) } = collaborators;
  const outbox = createOutbox({ hooks, client, names });
  const waker = createLearningWaker({ client, names });
  const { reconcile } = createReconcileActivities({
    ...{ client, names, hooks, outbox, waker },
    store: collaborators.store,
    timeBase: collaborators.timeBase,
  });
  const creatives = createCreativeReader(collaborators);
  const stopped = new AbortController();
  let failure: string | null = null;
  const once = async () => {
    try {
      const { started } = await reconcile();
      failure = null;
      if (started.length > 0) say(`Restarted workflows: ${started.join(', ')}.`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== failure) say(`The record and Temporal could not be compared: ${message}`);
      failure = message;
    }
    // Not awaited: Meta may be slow, and a workflow that is missing can't wait. If the record fails, the next round says so.
    void creatives.readDue().catch(() => {});
  };
  const loop = async () => {
    // After a change of the encoder there may be texts to encode, although no test has begun or ended.
    await waker.wake({ forecasts: true, learning: true });
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
