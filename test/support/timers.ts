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

/** Real ms in which a workflow has taken up what it was asked. */
const TAKEN_UP_MS = 5_000;

/**
 * Lets time pass until no timer of the workflow is about to fire. The time-skipping server never hands out a
 * workflow task again whose completion cancels a timer that fired meanwhile (temporalio/sdk-java#2606, #3088): the
 * run, and time, would stand still. The real server cancels it.
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

/** When each of a run's open timers fires, server time; none where it has ended. */
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
