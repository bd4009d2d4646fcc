import type { z } from '@hono/zod-openapi';
import type { ControlRow } from '../../contract/records.js';
import { isoOf } from '../http/format.js';
import type { ControlRowAnswer } from './responses.js';
import type { Asking } from './send.js';

/** What a caller is told who gets no outcome. */
export function pendingMessage(asking: Extract<Asking, { kind: 'pending' | 'signalled' }>): string {
  if (asking.kind === 'signalled')
    return 'Accepted as a signal, since Temporal takes no more updates of this experiment for now. What comes of it stands among the controls, under its control_id.';
  return asking.accepted
    ? 'Accepted; there is no outcome yet.'
    : 'No worker has taken it yet. Ask again with the same Idempotency-Key if it does not show among the controls.';
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
