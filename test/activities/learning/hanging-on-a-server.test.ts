import { fileURLToPath } from 'node:url';
import { activityInfo, Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { heartbeats, inLearningThread } from '../../../src/activities/learning/learning-thread.js';
import { startDevServer } from '../../support/temporal.js';
import { oddThread } from './support/odd-thread.js';

it('a thread that hangs is ended for want of heartbeats, and the next try has its turn', async () => {
  const temporal = await startDevServer();
  const tries: number[] = [];
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue: 'steps',
    workflowsPath: fileURLToPath(new URL('./support/step-workflow.ts', import.meta.url)),
    activities: {
      step() {
        const { attempt } = activityInfo();
        tries.push(attempt);
        const options = { ...heartbeats(Context.current()), thread: oddThread('hangs') };
        // Waiting for the turn heartbeats; the thread of the second try answers.
        if (attempt === 2) options.thread = oddThread('answers');
        return inLearningThread(options, ({ ask }) => ask('texts', { about: [] }));
      },
    },
  });
  try {
    const result = await worker.runUntil(
      temporal.client.workflow.execute('stepWorkflow', { workflowId: 'w', taskQueue: 'steps', args: [] }),
    );
    expect(result).toEqual({ texts: ['one'], trainingHash: 'h' });
  } finally {
    await temporal.stop();
  }
  expect(tries).toEqual([1, 2]);
}, 120_000);
