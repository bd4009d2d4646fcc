import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { TimeSkipping } from '../../test/support/temporal.js';

/** Real: how often it is looked whether time stands still. */
const POLL_MS = 10;

/**
 * Lets `ms` pass although no worker answers. The test server stops its clock for each workflow that waits for a worker, so
 * each of these locks is taken off, and all are put back at the end: what then ends takes off its own.
 */
export async function passWithoutWorker({ env }: TimeSkipping, ms: number): Promise<void> {
  const { testService } = env.connection as Connection;
  if (!testService) throw new TypeError('Only the test server skips time.');
  let unlocked = 0;
  let isOver = false;
  const slept = env.sleep(ms).finally(() => {
    isOver = true;
  });
  for (let before = -1; !isOver; ) {
    await delay(POLL_MS);
    const now = await env.currentTimeMs();
    if (!isOver && now - before < 100 * POLL_MS && (await takeLockOff(testService))) unlocked++;
    before = now;
  }
  await slept;
  for (; unlocked > 0; unlocked--) await testService.lockTimeSkipping({});
}

/** False where there was none. */
async function takeLockOff(testService: NonNullable<Connection['testService']>): Promise<boolean> {
  try {
    await testService.unlockTimeSkipping({});
    return true;
  } catch {
    return false;
  }
}
