import { upkeep } from './proxies.js';

/** Every ten minutes, at boot and on trigger: an active experiment without a workflow gets one. */
export async function reconcileWorkflow(): Promise<{ active: number; started: string[] }> {
  return upkeep.reconcile();
}

/** What happened on the account's last day, in a sentence. */
export async function dailySummaryWorkflow(): Promise<string> {
  return upkeep.summarise(24);
}

/** What happened on the account's last seven days, in a sentence. */
export async function weeklyReportWorkflow(): Promise<string> {
  return upkeep.summarise(7 * 24);
}
