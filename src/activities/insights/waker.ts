import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { EXTRACT_SIGNAL, type InsightsInput } from '../../contract/insights.js';
import { INSIGHTS_WORKFLOW, type Names } from '../../contract/names.js';

/** Wakes the workflow that extracts the insights of a test. */
export interface InsightsWaker {
  /** It never rejects and takes at most two seconds: the reconciliation does the same. */
  wake(experiment: { id: string; name: string }): Promise<void>;
}

/** For a service that extracts nothing. */
export const NO_INSIGHTS: InsightsWaker = { wake: async () => {} };

/** Real ms that the calls to Temporal may take. */
const WAKE_MS = 2_000;
/** Real ms between two tries: a run that is just ending can't take a signal. */
const PAUSE_MS = 100;
/** Characters. */
const LONGEST_SUMMARY = 200;

/** Starts the workflow unless it runs, and tells it that there is something to do. */
export async function signalInsights(
  { client, names }: { client: Client; names: Names },
  { id, name }: { id: string; name: string },
): Promise<void> {
  await client.workflow.signalWithStart(INSIGHTS_WORKFLOW, {
    workflowId: names.insightsId(id),
    taskQueue: names.taskQueue,
    args: [{ experimentId: id } satisfies InsightsInput],
    staticSummary: `insights of ${name}`.slice(0, LONGEST_SUMMARY),
    signal: EXTRACT_SIGNAL,
    signalArgs: [],
  });
}

export function createInsightsWaker(deps: { client: Client; names: Names }): InsightsWaker {
  return {
    async wake(experiment) {
      const deadline = Date.now() + WAKE_MS;
      while (Date.now() < deadline) {
        try {
          await deps.client.connection.withDeadline(deadline, () => signalInsights(deps, experiment));
          return;
        } catch {
          await delay(PAUSE_MS);
        }
      }
    },
  };
}
