import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Store } from '../clients/postgres/types.js';
import type { ExperimentInput } from '../contract/experiment-input.js';
import { EXPERIMENT_WORKFLOW, type Names } from '../contract/names.js';
import { EXPERIMENT_STATES, isEnded } from '../domain/experiment.js';
import type { TimeBase } from '../domain/time-base.js';

const ACTIVE_STATES = EXPERIMENT_STATES.filter((state) => !isEnded(state));
const PAGE = 200;

/** Reconciliation: starts a workflow for each active experiment that has none. */
export function createReconcileActivities(deps: {
  store: Store;
  client: Client;
  names: Names;
  timeBase: TimeBase;
}) {
  const { store, client, names, timeBase } = deps;
  return {
    /** Returns the number of active experiments and the ids without a workflow. Safe to run twice, or in parallel. */
    async reconcile(): Promise<{ active: number; started: string[] }> {
      const started: string[] = [];
      let active = 0;
      for (let offset = 0; ; offset += PAGE) {
        const page = await store.listExperiments({ states: ACTIVE_STATES, limit: PAGE, offset });
        active += page.length;
        for (const experiment of page) {
          const input: ExperimentInput = { experimentId: experiment.id, timeBase };
          try {
            await client.workflow.start(EXPERIMENT_WORKFLOW, {
              workflowId: names.workflowId(experiment.id),
              taskQueue: names.taskQueue,
              args: [input],
              workflowIdConflictPolicy: 'FAIL',
              staticSummary: experiment.name,
            });
            started.push(experiment.id);
          } catch (error) {
            if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
          }
        }
        if (page.length < PAGE) return { active, started };
      }
    },
  };
}

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;
