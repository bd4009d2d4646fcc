import { z } from '@hono/zod-openapi';
import { optionalRequester, requester, text } from '../http/fields.js';

export const CheckBody = z.strictObject(optionalRequester).openapi('CheckRequest');
export const ControlBody = z.strictObject(requester).openapi('ControlRequest');
export const StopBody = z
  .strictObject({
    ...requester,
    budgets: z.enum(['keep', 'restore'], 'must be keep or restore').optional(),
  })
  .openapi('StopRequest');
export const DropBody = z.strictObject({ ...requester, variant_id: text(64) }).openapi('DropRequest');
export const ResolveBody = z
  .strictObject({
    ...requester,
    action: z.enum(['accept_current', 'retry_restore'], 'must be accept_current or retry_restore'),
  })
  .openapi('ResolveRequest');
