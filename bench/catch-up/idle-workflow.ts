import { proxyActivities } from '@temporalio/workflow';

const { idle } = proxyActivities<{ idle(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** Runs this many activities one after another. */
export async function idleWorkflow(activities: number): Promise<void> {
  for (let done = 0; done < activities; done++) await idle();
}
