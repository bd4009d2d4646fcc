import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Promotion } from '../activities/promotions.js';
import type { ExperimentState } from '../domain/experiment.js';
import type { ExperimentInput } from './contract.js';
import { enduring, record } from './proxies.js';
import type { Run } from './run.js';

/** From one run of an experiment to the next. */

/** States in which a run may not continue as new: from the first write to the last phase, and on the way back. */
const ONE_RUN: readonly ExperimentState[] = ['rolling_out', 'reverting'];

type Start = (input: ExperimentInput) => Promise<unknown>;

/** Starts a new run where the history has grown long, nothing is queued, and no rollout is under way. */
export async function continueAsNewIfDue(run: Run): Promise<void> {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  const { input, inbox } = run;
  const limit = input.maxHistoryEvents ?? Number.POSITIVE_INFINITY;
  if (ONE_RUN.includes(run.state) || !(continueAsNewSuggested || historyLength >= limit)) return;
  await condition(() => allHandlersFinished() || inbox.size > 0);
  await beforeNewRun();
  if (inbox.size > 0 || !allHandlersFinished()) return;
  await continueAsNew<Start>({ ...input, witness: undefined, holds: run.holds ?? undefined });
}

/** An update that finishes in the same task as a continue-as-new may be dropped by the server (temporalio/temporal#6375). */
async function beforeNewRun(): Promise<void> {
  await sleep(1, { summary: 'before a new run' });
}

/** A new run that loads the record again, and is told of the promotion that this one knows. */
export async function startAfresh(run: Run): Promise<never> {
  run.outdated = true;
  do {
    await run.drain('The experiment was changed elsewhere; look at it again.');
    // Runs recorded before began the new one in the task of the last answer.
    if (patched('answers-before-a-new-run')) await beforeNewRun();
  } while (run.inbox.size > 0 || !allHandlersFinished());
  return continueAsNew<Start>({ ...run.input, witness: run.knownPromotion ?? run.input.witness });
}

/**
 * Where the record was put back to before a promotion that moved money, and the run before knew of it: only a person
 * can say where the money should be.
 */
export async function keepWitness(run: Run): Promise<void> {
  const { witness } = run.input;
  if (!witness || !knowsMore(witness, run.knownPromotion)) return;
  run.promotion = await enduring(() =>
    record.keepPromotion.executeWithOptions({ summary: 'the promotion that the record has lost' }, [witness]),
  );
  await run.become(
    'needs_attention',
    `The record has lost a part of this rollout: ${witness.winnerVariantId} had been promoted.`,
    { winnerVariantId: witness.winnerVariantId },
  );
}

function knowsMore(witness: Promotion, onRecord: Promotion | null): boolean {
  return (
    onRecord === null || Object.keys(witness.phasesDone).some((phase) => !(phase in onRecord.phasesDone))
  );
}
