import { proxyActivities } from '@temporalio/workflow';

/** One step that heartbeats too seldom if it hangs. */
export async function stepWorkflow(): Promise<unknown> {
  const { step } = proxyActivities<{ step(): Promise<unknown> }>({
    heartbeatTimeout: '4 seconds',
    startToCloseTimeout: '2 minutes',
    retry: { maximumAttempts: 2, initialInterval: '100 milliseconds' },
  });
  return step();
}
