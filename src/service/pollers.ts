import { hostname } from 'node:os';
import type { ConnectionLike } from '@temporalio/client';
import { insightsQueue, META_QUEUES, messageQueue, metaQueue } from '../contract/names.js';

/** By default, the SDK's identity of a worker is `pid@host`. */
const HOST = `@${hostname()}`;
/** More than twice as long as a poll that finds nothing, which lasts a minute. */
const SILENT_MS = 150_000;

/** Task queue types in the wire format. */
const WORKFLOW = 1;
const ACTIVITY = 2;

/**
 * Names what this host's worker has not polled for in the last two and a half real minutes, e.g. `workflows`. Empty if
 * it polls for workflows and for the activities of every queue.
 */
export async function silentPollers(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  now = Date.now(),
): Promise<string[]> {
  const silent: string[] = [];
  const polled: [what: string, queue: string, type: number][] = [
    ['workflows', taskQueue, WORKFLOW],
    ['activities', taskQueue, ACTIVITY],
    ['messages', messageQueue(taskQueue), ACTIVITY],
    ['insights', insightsQueue(taskQueue), ACTIVITY],
    ...META_QUEUES.map((queue): [string, string, number] => [queue, metaQueue(taskQueue, queue), ACTIVITY]),
  ];
  for (const [what, name, taskQueueType] of polled) {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType,
    });
    const heard = (pollers ?? [])
      .filter(({ identity }) => identity?.endsWith(HOST))
      .map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
    if (Math.max(0, ...heard) < now - SILENT_MS) silent.push(what);
  }
  return silent;
}
