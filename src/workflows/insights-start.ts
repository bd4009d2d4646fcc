import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, patched, startChild, workflowInfo } from '@temporalio/workflow';
import type { InsightsInput } from '../contract/insights.js';
import { INSIGHTS_WORKFLOW, insightsIdIn } from '../contract/names.js';
import type { Run } from './experiment-run.js';

/**
 * Starts the extraction of insights when an experiment has ended, and waits for nothing but its start. One that runs already
 * finds this end on record by itself.
 */
export async function startInsights(run: Run): Promise<void> {
  if (!patched('insights')) return;
  const { experimentId } = run.input;
  try {
    await startChild<(input: InsightsInput) => Promise<unknown>>(INSIGHTS_WORKFLOW, {
      workflowId: insightsIdIn(workflowInfo().taskQueue, experimentId),
      args: [{ experimentId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `insights of ${run.experiment.name}`.slice(0, 200),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
