import {
  EXPERIMENT_STATES,
  type Experiment,
  type ExperimentState,
  isEnded,
} from '../../domain/experiment.js';
import type { ApiContext } from '../context.js';
import { type Asking, askFor } from '../controls/send.js';
import { pendingMessage } from '../controls/to-json.js';
import { experimentOf } from '../experiments/by-id.js';
import { ApiProblem, toProblem } from '../http/problems.js';
import { type CheckResultJson, checkResult, resultWithoutOutcome } from './to-json.js';
import type { Turns } from './turns.js';

/** How a check came to be asked for. */
export interface CheckRequest {
  by: string;
  reason: string;
  /** Promote the leader without statistics and approval. */
  force: boolean;
  key?: string | undefined;
}

const PAGE = 200;

/** Promoted earlier: a check would promote nothing, so a check of all leaves them out. */
const IN_ROLLOUT: readonly ExperimentState[] = ['rolling_out', 'verifying', 'reverting'];
const CHECKED_STATES = EXPERIMENT_STATES.filter((state) => !isEnded(state) && !IN_ROLLOUT.includes(state));

/** States in which a check looks at the data; in every other one it tells what the record says. */
const LOOKED_AT: readonly ExperimentState[] = ['running', 'verifying'];

function isLookedAt({ state }: Pick<Experiment, 'state'>): boolean {
  return LOOKED_AT.includes(state);
}

/**
 * Checks one experiment and waits for the outcome up to `waitMs`; where there is nothing to look at, in whatever state,
 * it is answered from the record. A promotion by force that doesn't fit is refused. @throws what `askFor` throws
 */
export async function checkOne(
  context: ApiContext,
  experiment: Experiment,
  request: CheckRequest,
  waitMs: number,
): Promise<CheckResultJson> {
  const { by, reason, key, force } = request;
  const kind = force ? 'promote' : 'check';
  if (!force && !isLookedAt(experiment)) return recordedResult(context, experiment);
  let asking: Asking;
  try {
    asking = await askFor(context, experiment, kind, { by, reason, key }, waitMs);
  } catch (error) {
    const now = force || !isRefusal(error) ? null : await context.store.getExperiment(experiment.id);
    if (now && !isLookedAt(now)) return recordedResult(context, now);
    throw error;
  }
  if (asking.kind === 'pending' || asking.kind === 'signalled')
    return resultWithoutOutcome(experiment.id, 'pending', pendingMessage(asking), experiment.state);
  const { store } = context;
  const [after, promotion, verification, ledger] = await Promise.all([
    experimentOf(context, experiment.id),
    store.getPromotion(experiment.id),
    store.getVerification(experiment.id),
    store.listLedger(experiment.id),
  ]);
  const decision =
    asking.kind === 'done' ? asking.outcome.decision : await store.latestDecision(experiment.id);
  const message = asking.kind === 'done' ? asking.outcome.message : asking.message;
  return checkResult({ experiment: after, promotion, verification, ledger, decision, message });
}

export interface CheckAll {
  results: CheckResultJson[];
  inRollout: number;
}

/**
 * Checks every experiment that is under test, a few at a time; one that waits for a person is reported as held
 * without being asked. A failure becomes a result of its own. Experiments without an outcome in the time for
 * all of them together are `pending`.
 */
export async function checkAll(
  context: ApiContext,
  request: Omit<CheckRequest, 'force' | 'key'>,
  turns: Turns,
): Promise<CheckAll> {
  const [waiting, inRollout] = await Promise.all([
    listAll(context, CHECKED_STATES),
    listAll(context, [...IN_ROLLOUT]),
  ]);
  const results = await turns.each(waiting, context.checkWaitMs, (experiment, leftMs) =>
    checkSafely(context, experiment, request, leftMs),
  );
  return { results, inRollout: inRollout.length };
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

/** What the record says of an experiment whose data a check doesn't look at. */
async function recordedResult({ store }: ApiContext, experiment: Experiment): Promise<CheckResultJson> {
  const [promotion, verification, ledger, decision] = await Promise.all([
    store.getPromotion(experiment.id),
    store.getVerification(experiment.id),
    store.listLedger(experiment.id),
    store.latestDecision(experiment.id),
  ]);
  return checkResult({
    experiment,
    promotion,
    verification,
    ledger,
    decision,
    message: experiment.stateReason,
  });
}

/** The counts that stand beside the results of a check of all. */
export function countsOf({ results, inRollout }: CheckAll) {
  const count = (status: CheckResultJson['status']) =>
    results.filter((result) => result.status === status).length;
  return {
    total_checked: results.length,
    promoted: count('promoted'),
    continue_testing: count('continue_testing'),
    insufficient_data: count('insufficient_data'),
    no_winner: count('no_winner'),
    held: count('held'),
    errors: count('error'),
    pending: count('pending'),
    in_rollout: inRollout,
  };
}

async function listAll({ store }: ApiContext, states: ExperimentState[]): Promise<Experiment[]> {
  const found: Experiment[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await store.listExperiments({ states, limit: PAGE, offset });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
