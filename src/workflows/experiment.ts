import { CancellationScope } from '@temporalio/workflow';
import type { ExperimentInput } from '../contract/experiment-input.js';
import { REVERT_WINDOW_DAYS } from '../contract/messages.js';
import { type ExperimentState, isEnded } from '../domain/experiment.js';
import { HOUR_MS } from '../domain/time.js';
import { restoreBudgets, waitForResolve } from './compensation.js';
import { continueAsNewIfDue, keepWitness, startAfresh } from './continuation.js';
import { Run } from './experiment-run.js';
import { waitWhileHeld } from './held.js';
import { whoAsked } from './inbox.js';
import { isPromotionLost, promotionLost } from './lost-promotion.js';
import { RecordDisagrees } from './proxies.js';
import { rollOut } from './rollout.js';
import { awaitApproval, runTest, waitWhilePaused } from './running.js';
import { verifyLift } from './verification.js';

/** What a run of the experiment workflow ends with. */
export interface ExperimentResult {
  state: ExperimentState;
  reason: string;
}

/** By state, its step: waits for what comes next, acts, and leaves the next state on record. */
const STEPS: Record<ExperimentState, (run: Run) => Promise<void>> = {
  running: runTest,
  paused: waitWhilePaused,
  awaiting_approval: awaitApproval,
  rolling_out: rollOut,
  held: waitWhileHeld,
  verifying: verifyLift,
  reverting: restoreBudgets,
  needs_attention: waitForResolve,
  completed: reopen,
  no_winner: end,
  reverted: end,
  stopped: end,
};

/**
 * One A/B test from its first check to its end. The record in Postgres says which state it is in; the workflow decides
 * what comes next. Only this loop acts: people's controls are queued and taken between steps.
 *
 * A cancellation in Temporal means stop; if money has moved, the budgets are restored.
 */
export async function experimentWorkflow(input: ExperimentInput): Promise<ExperimentResult> {
  const run = new Run(input);
  const scope = CancellationScope.current();
  scope.cancelRequested.catch(() => run.cancel());
  return CancellationScope.nonCancellable(async () => {
    try {
      await run.load();
      await keepWitness(run);
      do {
        await (isPromotionLost(run) ? promotionLost : STEPS[run.state])(run);
        await continueAsNewIfDue(run);
      } while (!isEnded(run.state) || isAskedToReopen(run));
      await run.drain(`The experiment has ended: ${run.state}.`);
    } catch (error) {
      if (error instanceof RecordDisagrees) return startAfresh(run);
      throw error;
    }
    return { state: run.state, reason: run.stateReason };
  });
}

/** A completed experiment can be reverted for 30 days: its ad sets are leased again, or the revert is refused. */
async function reopen(run: Run): Promise<void> {
  const intent = await run.nextQueued();
  if (intent === null) return;
  const until = (run.experiment.endedAt ?? 0) + REVERT_WINDOW_DAYS * 24 * HOUR_MS;
  if (run.now() > until)
    return run.refuse(intent, `It was completed more than ${REVERT_WINDOW_DAYS} days ago.`);
  const refused = await run.tryBecome('reverting', { code: 'revert_asked', ...whoAsked(intent) });
  if (refused !== null) return run.refuse(intent, `The ad sets are in use: ${refused}.`);
  run.askers.push(intent);
}

/**
 * Whether a revert came while the experiment became `completed`. It must not be refused: the refusal would be stored under
 * its control id, and a retry would get it again, although a completed experiment can be reverted.
 */
function isAskedToReopen(run: Run): boolean {
  return run.state === 'completed' && run.inbox.size > 0;
}

async function end(): Promise<void> {}
