import { proxyActivities } from '@temporalio/workflow';

const { idle } = proxyActivities<{ idle(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** Activities in a row, and nothing else. */
export async function idleWorkflow(activities: number): Promise<void> {
  for (let done = 0; done < activities; done++) await idle();
}
