import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { TimeSkipping } from './temporal.js';

const ENDS = [
  'workflowExecutionCompletedEventAttributes',
  'workflowExecutionFailedEventAttributes',
  'workflowExecutionTerminatedEventAttributes',
  'workflowExecutionCanceledEventAttributes',
  'workflowExecutionContinuedAsNewEventAttributes',
  'workflowExecutionTimedOutEventAttributes',
] as const;

/** Real ms after which a workflow has reacted to a control. */
const TAKEN_UP_MS = 5_000;

/**
 * Lets time pass until no timer of the workflow is about to fire. If the completion of a workflow task cancels a timer
 * that has fired meanwhile, the time-skipping server never hands out that task again (temporalio/sdk-java#2606, #3088):
 * the run would stand still, and time with it. The real server cancels the timer.
 */
export async function clearOfTimers({ env, client }: TimeSkipping, workflowId: string): Promise<void> {
  for (;;) {
    const now = await env.currentTimeMs();
    const soon = (await timersOf(client, workflowId)).filter((at) => at < now + TAKEN_UP_MS);
    if (soon.length === 0) return;
    await env.sleep(Math.max(...soon, now) - now + 1);
  }
}

async function timersOf(client: TimeSkipping['client'], workflowId: string): Promise<number[]> {
  try {
    return openTimers(await client.workflow.getHandle(workflowId).fetchHistory());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** When each open timer of a run fires, server time; empty if the run has ended. */
export function openTimers({ events }: History): number[] {
  const open = new Map<string, number>();
  for (const event of events ?? []) {
    if (ENDS.some((attributes) => event[attributes])) return [];
    const started = event.timerStartedEventAttributes;
    const over = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (started) open.set(started.timerId!, tsToMs(event.eventTime) + tsToMs(started.startToFireTimeout));
    if (over) open.delete(over.timerId!);
  }
  return [...open.values()];
}
