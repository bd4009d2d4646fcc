import { allHandlersFinished, condition, continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import type { ExperimentInput } from '../contract/experiment-input.js';
import type { Promotion } from '../contract/records.js';
import type { Run } from './experiment-run.js';
import { enduring, record } from './proxies.js';

/** Handing over from one run of an experiment to the next. */

type Start = (input: ExperimentInput) => Promise<unknown>;

/** Whether the history has grown so long that a new run should take over. */
function isLong(run: Run): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength >= (run.input.maxHistoryEvents ?? Number.POSITIVE_INFINITY);
}

/**
 * Starts a new run if the history has grown long and nobody waits. That may be between two phases of a rollout: the
 * writes are in the ledger, and the phases that are done are on record.
 */
export async function continueAsNewIfDue(run: Run): Promise<void> {
  const { input, inbox } = run;
  if (!isLong(run)) return;
  inbox.renewing = true;
  if (run.askers.length > 0) return;
  await condition(() => allHandlersFinished() || inbox.size > 0);
  await beforeNewRun(MOMENT_MS);
  if (inbox.size > 0 || !allHandlersFinished()) return;
  await continueAsNew<Start>({ ...input, witness: undefined, carried: run.carried });
}

/** The server may drop an update that finishes in the same task as a continue-as-new (temporalio/temporal#6375). */
const MOMENT_MS = 1;

async function beforeNewRun(waitMs: number): Promise<void> {
  await sleep(waitMs, { summary: 'before a new run' });
}

/**
 * Starts a new run that loads the record again and gets the promotion that this run knows. If the record keeps disagreeing
 * with runs that have just begun, the next one waits, at most a minute, and the disagreement is reported.
 */
export async function startAfresh(run: Run): Promise<never> {
  run.outdated = true;
  const isYoung = Date.now() - workflowInfo().runStartTime.getTime() < YOUNG_MS;
  const disagreements = isYoung ? (run.input.carried?.disagreements ?? 0) + 1 : 0;
  if (disagreements > 1) {
    const text = `The record and the workflow have disagreed ${disagreements} times in a row; it is tried again.`;
    await enduring(() =>
      record.announceTrouble.executeWithOptions({ summary: text }, [run.input.experimentId, text]),
    );
  }
  do {
    await run.drain('The experiment was changed elsewhere; look at it again.');
    await beforeNewRun(disagreements > 1 ? Math.min(60_000, 1_000 * 2 ** disagreements) : MOMENT_MS);
  } while (run.inbox.size > 0 || !allHandlersFinished());
  // Everything else belongs to a state that the record no longer has.
  const { cancelled } = run.carried;
  return continueAsNew<Start>({
    ...run.input,
    witness: run.knownPromotion ?? run.input.witness,
    carried: { cancelled, disagreements },
  });
}

/** A run that ends this soon has done nothing but disagree; real ms. */
const YOUNG_MS = 5 * 60_000;

/**
 * If the record was restored to a time before a promotion that moved money, and the last run knew that promotion, only a
 * user can say where the money should be. The last run hands over its whole promotion, not only a revision of the record:
 * without the base in it, nothing could be restored.
 */
export async function keepWitness(run: Run): Promise<void> {
  const { witness } = run.input;
  // A drop that the record doesn't know is over, or its budgets are read again before the next rollout.
  if (!witness || witness.plan.drops !== undefined || !knowsMore(witness, run.knownPromotion)) return;
  run.promotion = await enduring(() =>
    record.keepPromotion.executeWithOptions({ summary: 'the promotion that the record has lost' }, [witness]),
  );
  const { winnerVariantId } = witness;
  await run.become('needs_attention', { code: 'rollout_lost', winnerVariantId }, { winnerVariantId });
}

function knowsMore(witness: Promotion, onRecord: Promotion | null): boolean {
  return (
    onRecord === null || Object.keys(witness.phasesDone).some((phase) => !(phase in onRecord.phasesDone))
  );
}
