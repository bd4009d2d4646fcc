import type { z } from '@hono/zod-openapi';
import type { ExperimentStatus } from '../../contract/messages.js';
import { type Promotion, promotionOfWinner } from '../../contract/records.js';
import { type Experiment, isEnded } from '../../domain/experiment.js';
import { afterFreeze, nameOfNext } from '../../domain/overview/next-event.js';
import { type FreezeWindow, windowsOf } from '../../domain/rollout/freeze.js';
import { type VerificationWindow, verificationWindow } from '../../domain/verification/window.js';
import { allowedByRecord } from '../controls/send-control.js';
import type { ApiContext } from '../dependencies.js';
import { isoOf, isoOrNull } from '../http/format.js';
import { isPlanned, plannedRollout } from '../rollouts/planned.js';
import { budgetReallocationToJson } from '../rollouts/to-json.js';
import type { Standing } from '../temporal/gateway.js';
import { experimentOf } from './lookup.js';
import type { StatusAnswer } from './responses.js';
import { experimentToJson, ranCreativeToJson, recheckToJson, verificationToJson } from './to-json.js';

const ENDINGS: Record<Extract<Standing, { kind: 'ended' }>['how'], string> = {
  completed: 'has ended before the experiment',
  failed: 'has failed',
  cancelled: 'was cancelled',
  terminated: 'was terminated',
  timed_out: 'has timed out',
  missing: 'is missing',
};

/** The trouble of an experiment that has not ended and whose workflow gave no status. */
function troubleOf(standing: Exclude<Standing, { kind: 'open' }>): string {
  switch (standing.kind) {
    case 'silent':
      return 'No worker answers for the workflow: this is the recorded state. Nothing is checked or written until a worker answers.';
    case 'starting':
      return 'The workflow is starting: it has not read the record yet.';
    case 'unreachable':
      return 'Temporal does not answer: this is the recorded state. It is not known whether the workflow runs.';
    case 'ended':
      return `The workflow ${ENDINGS[standing.how]}: nothing is checked or written. It is started again within a minute if a worker runs.`;
  }
}

/** The experiment as of now: its state from its workflow, or from the record if the workflow gives none. */
export async function statusOf(
  context: ApiContext,
  asked: Experiment,
): Promise<z.output<typeof StatusAnswer>> {
  const { store, gateway, clock } = context;
  const standing = isEnded(asked.state) ? null : await gateway.status(asked.id);
  // The experiment may have ended, and its run with it, since the record was read.
  const experiment = standing?.kind === 'ended' ? await experimentOf(context, asked.id) : asked;
  const [promotion, ledger, decision, verification, recheck, freezes, ran] = await Promise.all([
    store.getPromotion(experiment.id),
    store.listLedger(experiment.id),
    isPlanned(experiment) ? store.latestDecision(experiment.id) : null,
    store.getVerification(experiment.id),
    store.getRecheck(experiment.id),
    store.freezeEvents(),
    store.ranCreatives(experiment.id),
  ]);
  const window = windowOf(experiment, promotionOfWinner(promotion));
  const registered = experimentToJson(experiment);
  const known = {
    ...registered,
    variants: registered.variants.map((variant) => ({
      ...variant,
      creative_as_run: ranCreativeToJson(ran.get(variant.id)),
    })),
    verification_due_at: isoOrNull(experiment.state === 'verifying' ? (window?.judgedAt ?? null) : null),
    budget_reallocation: budgetReallocationToJson(experiment, promotionOfWinner(promotion), ledger),
    planned_rollout: plannedRollout(experiment, decision),
    verification: verificationToJson(verification),
    recheck: recheckToJson(recheck),
  };
  if (standing?.kind !== 'open') {
    return {
      ...known,
      source: 'record',
      next_due_at: null,
      next_due: null,
      allowed: [...allowedByRecord(experiment, await clock.now())],
      trouble: standing === null || isEnded(experiment.state) ? null : troubleOf(standing),
      queued: 0,
    };
  }
  const { status } = standing;
  return {
    ...known,
    state: status.state,
    state_reason: status.stateReason,
    source: 'workflow',
    ...nextDue(status, { experiment, window, windows: windowsOf(freezes) }),
    allowed: status.allowed,
    trouble: status.trouble,
    queued: status.queued,
  };
}

/** What the workflow waits for. It doesn't know the freeze windows before it comes to a phase. */
function nextDue(
  { state, nextDueAt, nextDue: asked }: ExperimentStatus,
  facts: { experiment: Experiment; window: VerificationWindow | null; windows: readonly FreezeWindow[] },
) {
  const { experiment, window, windows } = facts;
  if (nextDueAt === null) return { next_due_at: null, next_due: asked };
  const due = { at: nextDueAt, what: nameOfNext({ ...experiment, state }, window, nextDueAt) ?? asked };
  const next = state === 'rolling_out' ? afterFreeze(due, windows) : due;
  return { next_due_at: isoOf(next.at), next_due: next.what };
}

/** The window of the verification; null before the first phase is done. */
function windowOf({ policy }: Experiment, promotion: Promotion | null): VerificationWindow | null {
  return promotion && Object.keys(promotion.phasesDone).length > 0
    ? verificationWindow(policy, promotion.phasesDone)
    : null;
}
