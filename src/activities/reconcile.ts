import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Store } from '../clients/postgres/types.js';
import type { Hooks } from '../clients/webhook/types.js';
import type { ExperimentInput } from '../contract/experiment-input.js';
import type { InsightsInput } from '../contract/insights.js';
import { EXPERIMENT_WORKFLOW, INSIGHTS_WORKFLOW, type Names } from '../contract/names.js';
import { EXPERIMENT_STATES, isEnded } from '../domain/experiment.js';
import type { TimeBase } from '../domain/time-base.js';
import { type LearningWaker, NO_LEARNING } from './learning/waker.js';
import { NO_OUTBOX, type Outbox } from './outbox.js';

const ACTIVE_STATES = EXPERIMENT_STATES.filter((state) => !isEnded(state));
const PAGE = 200;
/** Extractions that one reconciliation starts; the next one takes others. */
const EXTRACTIONS = 50;

/** Reconciliation: starts a workflow for each active experiment that has none, for each hook with pending messages, for what is to be learned, and for insights that are to be extracted. */
export function createReconcileActivities(deps: {
  store: Store;
  client: Client;
  names: Names;
  timeBase: TimeBase;
  /** Unset: there is no hook. */
  outbox?: Outbox;
  hooks?: Pick<Hooks, 'list'>;
  /** Unset: nothing wakes forecasts and learning. */
  waker?: LearningWaker;
}) {
  const { store, client, names, timeBase, outbox = NO_OUTBOX, hooks, waker = NO_LEARNING } = deps;

  /** A message whose sender was not woken is sent now. A dead hook rests until its address is changed. */
  async function startMessengers(): Promise<void> {
    const known = hooks?.list() ?? [];
    if (known.length === 0) return;
    const states = await store.hookStates();
    for (const { name, addressMark } of known) {
      const state = states.find(({ hook }) => hook === name);
      const dead = state !== undefined && state.deadSince !== null && state.addressMark === addressMark;
      if (state && state.pending > 0 && !dead) await outbox.start(name);
    }
  }

  /** An extraction whose workflow was lost, or could not be started when its test ended, begins now. */
  async function startExtractions(): Promise<void> {
    for (const experimentId of await store.toExtract(EXTRACTIONS))
      await client.workflow.start(INSIGHTS_WORKFLOW, {
        workflowId: names.insightsId(experimentId),
        taskQueue: names.taskQueue,
        args: [{ experimentId } satisfies InsightsInput],
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `insights of ${experimentId}`,
      });
  }

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
        if (page.length < PAGE) break;
      }
      await startMessengers();
      await startExtractions();
      const forecasts = (await store.toForecast(1)).length > 0;
      const learning = (await store.toScore(1)).length > 0;
      if (forecasts || learning) await waker.wake({ forecasts, learning });
      return { active, started };
    },
  };
}

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;
