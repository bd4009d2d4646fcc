import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Store } from '../clients/postgres/types.js';
import type { ExperimentInput } from '../contract/experiment-input.js';
import { EXPERIMENT_WORKFLOW, type Names } from '../contract/names.js';
import { EXPERIMENT_STATES, isEnded } from '../domain/experiment.js';
import type { TimeBase } from '../domain/time-base.js';

const ACTIVE_STATES = EXPERIMENT_STATES.filter((state) => !isEnded(state));
const PAGE = 200;

/** Brings Temporal in line with the record: an active experiment without a workflow gets one. */
export function createReconcileActivities(deps: {
  store: Store;
  client: Client;
  names: Names;
  timeBase: TimeBase;
}) {
  const { store, client, names, timeBase } = deps;
  return {
    /** Answers how many are active and which had no workflow. Safe to run at any time, twice, and at once. */
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
