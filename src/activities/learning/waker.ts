import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { LEARN_SIGNAL, type LearningDue } from '../../contract/learning.js';
import { LEARNING_WORKFLOW, type Names } from '../../contract/names.js';

/** Wakes the learning workflow. */
export interface LearningWaker {
  /** It never rejects and takes at most two seconds: the reconciliation does the same. */
  wake(due: LearningDue): Promise<void>;
}

/** Real ms that a call to Temporal may take: no experiment must wait longer. */
const WAKE_MS = 2_000;

/** Wakes nothing. */
export const NO_LEARNING: LearningWaker = { wake: async () => {} };

/** Real ms between two tries: a run that is just ending can't take a signal. */
const PAUSE_MS = 100;

export function createLearningWaker({ client, names }: { client: Client; names: Names }): LearningWaker {
  const once = (deadline: number, due: LearningDue) =>
    client.connection.withDeadline(deadline, () =>
      client.workflow.signalWithStart(LEARNING_WORKFLOW, {
        workflowId: names.learningId,
        taskQueue: names.taskQueue,
        args: [],
        signal: LEARN_SIGNAL,
        signalArgs: [due],
        staticSummary: 'forecasts and learning',
      }),
    );
  return {
    async wake(due) {
      const deadline = Date.now() + WAKE_MS;
      while (Date.now() < deadline) {
        try {
          await once(deadline, due);
          return;
        } catch {
          await delay(PAUSE_MS);
        }
      }
    },
  };
}
