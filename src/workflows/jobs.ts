import { obstacleFrom, rechecks, upkeep } from './proxies.js';

/** Promotions per run of the recheck; the next run takes the others. */
const RECHECKS_PER_RUN = 20;

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

/**
 * Every day: measures again the lifts of promotions that are due, one after the other. What fails for one leaves the others
 * done and comes again in a later run. `failed` has those of this run.
 */
export async function recheckWorkflow(): Promise<{ due: number; done: string[]; failed: string[] }> {
  const due = await upkeep.dueRechecks(RECHECKS_PER_RUN);
  const done: string[] = [];
  const failed: string[] = [];
  for (const experimentId of due) {
    try {
      await rechecks.recheckLift.executeWithOptions({ summary: experimentId }, [{ experimentId }]);
      done.push(experimentId);
    } catch (error) {
      failed.push(experimentId);
      if (await mustEnd(experimentId, error)) break;
    }
  }
  return { due: due.length, done, failed };
}

/** Puts the failure on record, and says whether the run's other promotions would fail for the same reason. */
async function mustEnd(experimentId: string, error: unknown): Promise<boolean> {
  const { code, reason } = obstacleFrom(error);
  try {
    const failure = { experimentId, code, trouble: reason };
    return (await rechecks.postponeRecheck.executeWithOptions({ summary: experimentId }, [failure])).endsRun;
  } catch (second) {
    obstacleFrom(second);
    return false;
  }
}
