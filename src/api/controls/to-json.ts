import type { z } from '@hono/zod-openapi';
import type { ControlKind } from '../../contract/messages.js';
import type { ControlRow } from '../../contract/records.js';
import type { Experiment } from '../../domain/experiment.js';
import { experimentPath } from '../experiments/lookup.js';
import { isoOf } from '../http/format.js';
import { lookToJson } from '../looks/to-json.js';
import type { ControlAnswer, ControlRowAnswer } from './responses.js';
import type { SentControl } from './send-control.js';

export function controlToJson(
  experiment: Experiment,
  control: ControlKind,
  sent: SentControl,
): z.output<typeof ControlAnswer> {
  const { id, state, currency } = experiment;
  const about = { experiment_id: id, control_id: sent.controlId, control, look_at: experimentPath(id) };
  switch (sent.kind) {
    case 'done': {
      const { outcome } = sent;
      const decision = outcome.decision && lookToJson(outcome.decision, currency);
      return { ...about, status: 'done', state: outcome.state, message: outcome.message, decision };
    }
    case 'repeated':
      return { ...about, status: 'done', state, message: sent.message, decision: null };
    case 'pending':
    case 'signalled':
      return { ...about, status: 'pending', state: null, message: pendingMessage(sent), decision: null };
  }
}

/** The message of an answer without an outcome. */
export function pendingMessage(sent: Extract<SentControl, { kind: 'pending' | 'signalled' }>): string {
  if (sent.kind === 'signalled')
    return 'Accepted as a signal, since Temporal accepts no more updates of this experiment for now. Its outcome will be in the list of controls, under its control_id.';
  return sent.accepted
    ? 'Accepted; there is no outcome yet.'
    : 'No worker has taken it yet. If it does not appear in the list of controls, send it again with the same Idempotency-Key.';
}

export function controlRowToJson(row: ControlRow): z.output<typeof ControlRowAnswer> {
  return {
    control_id: row.controlId,
    kind: row.kind,
    by: row.by,
    reason: row.reason,
    at: isoOf(row.at),
    outcome: row.outcome,
    message: row.message,
  };
}
