import { hostname } from 'node:os';
import type { ConnectionLike } from '@temporalio/client';

/** The SDK's own form of a worker's identity is `pid@host`. */
const HOST = `@${hostname()}`;
/** A poll that finds nothing lasts a minute. */
const SILENT_MS = 150_000;

/** A task queue kind of the wire format: workflow tasks, activity tasks. */
const KINDS = { workflows: 1, activities: 2 } as const;

/**
 * What of this host's worker the server has not heard of for two and a half real minutes; empty where it polls for
 * workflows and for activities.
 */
export async function silentPollers(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  now = Date.now(),
): Promise<string[]> {
  const silent: string[] = [];
  for (const [name, taskQueueType] of Object.entries(KINDS)) {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
    });
    const heard = (pollers ?? [])
      .filter(({ identity }) => identity?.endsWith(HOST))
      .map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
    if (Math.max(0, ...heard) < now - SILENT_MS) silent.push(name);
  }
  return silent;
}
