import { fileURLToPath } from 'node:url';
import { activityInfo } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { boundedTries } from '../../src/service/tries.js';
import { startDevServer } from '../support/temporal.js';

it('the server gives each try the instant at which the first one began', async () => {
  const temporal = await startDevServer();
  const kept: unknown[] = [];
  const before = Date.now();
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue: 'tries',
    workflowsPath: fileURLToPath(new URL('../../bench/catch-up/idle-workflow.ts', import.meta.url)),
    activities: {
      async idle() {
        kept.push(activityInfo().heartbeatDetails);
        if (kept.length < 3) throw new Error('not yet');
      },
    },
    interceptors: { activity: [boundedTries] },
  });
  try {
    await worker.runUntil(
      temporal.client.workflow.execute('idleWorkflow', { workflowId: 'w', taskQueue: 'tries', args: [1] }),
    );
  } finally {
    await temporal.stop();
  }
  expect(kept).toEqual([undefined, expect.any(Number), kept[1]]);
  expect(kept[1]).toBeGreaterThanOrEqual(before);
}, 120_000);
