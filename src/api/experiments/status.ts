import type { z } from '@hono/zod-openapi';
import type { LedgerRow } from '../../contract/records.js';
import { type Experiment, isEnded } from '../../domain/experiment.js';
import type { ApiContext } from '../context.js';
import type { Standing } from '../controls/gateway.js';
import { allowedByRecord } from '../controls/send.js';
import { isoOrNull } from '../http/format.js';
import { budgetReallocationToJson } from '../rollouts/to-json.js';
import { experimentOf } from './by-id.js';
import type { StatusAnswer } from './responses.js';
import { experimentToJson, verificationToJson } from './to-json.js';

const ENDINGS: Record<Extract<Standing, { kind: 'ended' }>['how'], string> = {
  completed: 'has ended before the experiment',
  failed: 'has failed',
  cancelled: 'was cancelled',
  terminated: 'was terminated',
  timed_out: 'has timed out',
  missing: 'is missing',
};

/** What is said of an experiment that has not ended, and whose workflow doesn't speak for itself. */
function troubleOf(standing: Exclude<Standing, { kind: 'open' }>): string {
  switch (standing.kind) {
    case 'silent':
      return 'No worker answers for the workflow: this is what the record says. Nothing is checked or written until one does.';
    case 'starting':
      return 'The workflow is starting: it has not read the record yet.';
    case 'unreachable':
      return 'Temporal does not answer: this is what the record says. Whether the workflow runs is not known.';
    case 'ended':
      return `The workflow ${ENDINGS[standing.how]}: nothing is checked or written. It is started again within a minute of a running worker.`;
  }
}

/** The experiment as of now: by its workflow's own word, or by the record and what is known of the workflow. */
export async function statusOf(
  context: ApiContext,
  asked: Experiment,
): Promise<z.output<typeof StatusAnswer>> {
  const { store, gateway, clock } = context;
  const standing = isEnded(asked.state) ? null : await gateway.status(asked.id);
  // The run may have ended, as it should, since the record was read.
  const experiment = standing?.kind === 'ended' ? await experimentOf(context, asked.id) : asked;
  const known = {
    ...experimentToJson(experiment),
    budget_reallocation: await reallocationOf(context, experiment, await store.listLedger(experiment.id)),
    verification: verificationToJson(await store.getVerification(experiment.id)),
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
    next_due_at: isoOrNull(status.nextDueAt),
    next_due: status.nextDue,
    allowed: status.allowed,
    trouble: status.trouble,
    queued: status.queued,
  };
}

/** Budgets before and after its promotion; null before one. */
export async function reallocationOf(
  { store }: Pick<ApiContext, 'store'>,
  experiment: Experiment,
  ledger: readonly LedgerRow[],
) {
  const promotion = await store.getPromotion(experiment.id);
  return promotion && budgetReallocationToJson(experiment, promotion, ledger);
}
