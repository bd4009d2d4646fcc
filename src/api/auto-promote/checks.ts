import { promotionOfWinner } from '../../contract/records.js';
import type { Decision } from '../../domain/decision/decision.js';
import {
  EXPERIMENT_STATES,
  type Experiment,
  type ExperimentState,
  isEnded,
  stateReasonOf,
} from '../../domain/experiment.js';
import { type SentControl, sendControl } from '../controls/send-control.js';
import { pendingMessage } from '../controls/to-json.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf, experimentsIn } from '../experiments/lookup.js';
import { ApiProblem, toProblem } from '../http/problems.js';
import { type CheckResultJson, checkResult, countsOf, resultWithoutOutcome } from './to-json.js';

/** Who asks for a check, and why. */
export interface CheckRequest {
  by: string;
  reason: string;
  /** Promote the leader without statistics and approval. */
  force: boolean;
  key?: string | undefined;
}

/** States after a promotion: a check would promote nothing, so `checkAll` leaves these experiments out. */
const IN_ROLLOUT: readonly ExperimentState[] = ['rolling_out', 'verifying', 'reverting'];
const CHECKED_STATES = EXPERIMENT_STATES.filter((state) => !isEnded(state) && !IN_ROLLOUT.includes(state));

/** States in which a check looks at the data; in any other state its result is what the record says. */
const LOOKED_AT: readonly ExperimentState[] = ['running', 'verifying'];

/**
 * Checks one experiment and waits for the outcome up to `waitMs`. If its state has nothing to look at, the result comes
 * from the record. A promotion by force that doesn't fit the state is refused.
 * @throws what `sendControl` throws
 */
export async function checkOne(
  context: ApiContext,
  experiment: Experiment,
  request: CheckRequest,
  waitMs: number,
): Promise<CheckResultJson> {
  const { by, reason, key, force } = request;
  if (!force && !LOOKED_AT.includes(experiment.state)) return recordedResult(context, experiment);
  let sent: SentControl;
  try {
    sent = await sendControl(context, experiment, force ? 'promote' : 'check', { by, reason, key }, waitMs);
  } catch (error) {
    // The state may have changed since the record was read.
    const now = force || !isRefusal(error) ? null : await context.store.getExperiment(experiment.id);
    if (now && !LOOKED_AT.includes(now.state)) return recordedResult(context, now);
    throw error;
  }
  if (sent.kind === 'pending' || sent.kind === 'signalled')
    return resultWithoutOutcome(experiment.id, 'pending', pendingMessage(sent), experiment.state);
  const after = await experimentOf(context, experiment.id);
  return sent.kind === 'done'
    ? resultOf(context, after, sent.outcome.decision, sent.outcome.message)
    : resultOf(context, after, await context.store.latestDecision(experiment.id), sent.message);
}

/**
 * Checks every experiment that is under test. An experiment that waits for a user is reported as held without being
 * asked. A failure becomes a result of its own. An experiment without an outcome within the wait for all of them is
 * `pending`.
 */
export async function checkAll(
  context: ApiContext,
  request: Omit<CheckRequest, 'force' | 'key'>,
): Promise<{ results: CheckResultJson[]; counts: ReturnType<typeof countsOf> }> {
  const [waiting, inRollout] = await Promise.all([
    experimentsIn(context, CHECKED_STATES),
    experimentsIn(context, IN_ROLLOUT),
  ]);
  const results = await context.checkLimit.each(waiting, context.checkWaitMs, (experiment, leftMs) =>
    checkSafely(context, experiment, request, leftMs),
  );
  return { results, counts: countsOf(results, inRollout.length) };
}

async function checkSafely(
  context: ApiContext,
  experiment: Experiment,
  request: Omit<CheckRequest, 'force' | 'key'>,
  waitMs: number,
): Promise<CheckResultJson> {
  try {
    return await checkOne(context, experiment, { ...request, force: false }, waitMs);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.kind === 'internal') context.onInternalError?.(error, `check of ${experiment.id}`);
    return resultWithoutOutcome(experiment.id, 'error', problem.message, experiment.state);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.kind === 'control_refused';
}

async function recordedResult(context: ApiContext, experiment: Experiment): Promise<CheckResultJson> {
  const decision = await context.store.latestDecision(experiment.id);
  return resultOf(context, experiment, decision, stateReasonOf(experiment));
}

async function resultOf(
  { store }: ApiContext,
  experiment: Experiment,
  decision: Decision | null,
  message: string,
): Promise<CheckResultJson> {
  const [promotion, verification, ledger, extraction] = await Promise.all([
    store.getPromotion(experiment.id),
    store.getVerification(experiment.id),
    store.listLedger(experiment.id),
    store.latestExtraction(experiment.id),
  ]);
  return checkResult({
    experiment,
    promotion: promotionOfWinner(promotion),
    verification,
    ledger,
    decision,
    message,
    extraction,
  });
}
