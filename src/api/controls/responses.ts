import { z } from '@hono/zod-openapi';
import { control, instant, orNull, state, unreadable } from '../http/responses.js';
import { LookAnswer } from '../looks/responses.js';

export const ControlAnswer = z
  .object({
    experiment_id: z.string(),
    control_id: z.string(),
    control,
    status: z.enum(['done', 'pending']),
    state: state.nullable(),
    message: z.string(),
    decision: orNull(LookAnswer),
    look_at: z.string(),
  })
  .openapi('ControlAnswer');

export const ControlRowAnswer = z
  .object({
    control_id: z.string(),
    kind: z.string(),
    by: z.string(),
    reason: z.string(),
    at: instant,
    outcome: z.enum(['accepted', 'refused']),
    message: z.string(),
  })
  .openapi('ControlRow');

export const ControlsAnswer = z.object({
  experiment_id: z.string(),
  controls: z.array(ControlRowAnswer),
  count: z.int(),
  unreadable,
});
