import { randomUUID } from 'node:crypto';
import {
  ALLOWED_CONTROLS,
  type Asked,
  type ControlKind,
  type Controls,
  REVERT_WINDOW_DAYS,
} from '../../contract/messages.js';
import { type Experiment, type ExperimentState, isEnded, stateReasonOf } from '../../domain/experiment.js';
import { HOUR_MS } from '../../domain/time.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem, refusedControl } from '../http/problems.js';
import { TemporalBusy } from '../temporal/errors.js';
import { type ControlReply, isSignalled } from '../temporal/gateway.js';

/** A control as it was requested; `key` is the caller's idempotency key. */
export type ControlRequest<K extends ControlKind> = Omit<Controls[K], 'controlId'> & {
  key?: string | undefined;
};

/** What became of a control; `controlId` is its id in the record. */
export type SentControl =
  | (Extract<ControlReply, { kind: 'done' | 'pending' }> & { controlId: string })
  /** Sent as a signal because Temporal took no update: its outcome will be in the record of controls. */
  | { kind: 'signalled'; controlId: string }
  /** Already carried out under this key. The message is that of the record; a decision is among the looks. */
  | { kind: 'repeated'; controlId: string; message: string };

/** The controls that fit the recorded state of an experiment. */
export function allowedByRecord(experiment: Experiment, now: number): readonly ControlKind[] {
  const withinWindow =
    experiment.endedAt !== null && now <= experiment.endedAt + REVERT_WINDOW_DAYS * 24 * HOUR_MS;
  return ALLOWED_CONTROLS[experiment.state].filter(
    (kind) => !isEnded(experiment.state) || (kind === 'revert' && withinWindow),
  );
}

/**
 * States in which a check would find nothing new. It is answered from the record because each update adds to the
 * workflow's history, which must keep room for the updates that pause or revert a rollout.
 */
const CHECKED_ON_RECORD: readonly ExperimentState[] = ['rolling_out', 'reverting', 'held', 'needs_attention'];

/**
 * Sends a control to the experiment's workflow and waits for its outcome. If the experiment has ended, the answer comes
 * from the record: asking Temporal would start a workflow for nothing.
 * @throws ApiProblem 409, TemporalUnavailable, TemporalBusy, ControlFailed
 */
export async function sendControl<K extends ControlKind>(
  context: ApiContext,
  experiment: Experiment,
  kind: K,
  asked: ControlRequest<K>,
  waitMs: number,
): Promise<SentControl> {
  const { key, ...rest } = asked;
  const controlId = key ?? randomUUID();
  if (key !== undefined) {
    const before = (await context.store.listControls(experiment.id)).find((row) => row.controlId === key);
    if (before && before.kind !== kind)
      throw new ApiProblem(
        'idempotency_key_reused',
        `The key ${key} was used for "${before.kind}" on this experiment.`,
        { errors: [{ field: 'Idempotency-Key', message: 'must be new for each control' }] },
      );
    // After continue-as-new the workflow no longer knows earlier updates, but the record does.
    if (before?.outcome === 'accepted') return { kind: 'repeated', controlId, message: before.message };
  }
  if (isEnded(experiment.state)) {
    const allowed = allowedByRecord(experiment, await context.clock.now());
    if (!allowed.includes(kind)) {
      const message = endedMessage(experiment, kind, allowed);
      await recordRefusal(context, experiment.id, kind, asked, controlId, message);
      throw refusedControl(experiment.id, { state: experiment.state, allowed: [...allowed], message });
    }
  }
  if (kind === 'check' && CHECKED_ON_RECORD.includes(experiment.state)) {
    const { state } = experiment;
    const stateReason = stateReasonOf(experiment);
    const decision = await context.store.latestDecision(experiment.id);
    return { kind: 'done', controlId, outcome: { state, message: `${state}: ${stateReason}`, decision } };
  }
  // The rest of Controls[K] is in `rest`; the compiler can't see through Omit of a type parameter.
  const control = { ...rest, controlId } as Controls[K] & Required<Pick<Asked, 'controlId'>>;
  try {
    const answer = await context.gateway.control(experiment, kind, control, waitMs);
    if (answer.kind === 'refused') {
      await recordRefusal(context, experiment.id, kind, asked, controlId, answer.refusal.message);
      throw refusedControl(experiment.id, answer.refusal);
    }
    return { ...answer, controlId };
  } catch (error) {
    if (!(error instanceof TemporalBusy && isSignalled(kind))) throw error;
    await context.gateway.signal(experiment, kind, control);
    return { kind: 'signalled', controlId };
  }
}

/**
 * Records a refusal if the workflow has not: it can't record a control that its validator refuses. The row gets a new id,
 * so that the same key can be used again when the control fits. If the row can't be written, the caller still gets the
 * refusal.
 */
async function recordRefusal(
  { store, clock, onInternalError }: Pick<ApiContext, 'store' | 'clock' | 'onInternalError'>,
  experimentId: string,
  kind: ControlKind,
  { by, reason }: Pick<Asked, 'by' | 'reason'>,
  controlId: string,
  message: string,
): Promise<void> {
  try {
    const rows = await store.listControls(experimentId);
    if (rows.some((row) => row.controlId === controlId)) return;
    const at = await clock.now();
    const row = { controlId: randomUUID(), experimentId, kind, by, reason, at, message };
    await store.recordControl({ ...row, outcome: 'refused' });
  } catch (error) {
    onInternalError?.(error, `refusal of ${kind} on ${experimentId}`);
  }
}

function endedMessage(experiment: Experiment, kind: ControlKind, allowed: readonly ControlKind[]): string {
  if (experiment.state === 'completed' && kind === 'revert')
    return `The experiment completed more than ${REVERT_WINDOW_DAYS} days ago and can't be reverted any more.`;
  const fits = allowed.length > 0 ? `only ${allowed.join(', ')} fits` : 'no control fits any more';
  return `The experiment is ${experiment.state}: ${stateReasonOf(experiment).replace(/\.$/, '')}. ${kind} does not fit: ${fits}.`;
}
