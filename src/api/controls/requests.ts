import { z } from '@hono/zod-openapi';
import { optionalPerson, person, text } from '../http/fields.js';

export const CheckBody = z.strictObject(optionalPerson).openapi('CheckRequest');
export const ControlBody = z.strictObject(person).openapi('ControlRequest');
export const StopBody = z
  .strictObject({
    ...person,
    budgets: z.enum(['keep', 'restore'], 'must be keep or restore').optional(),
  })
  .openapi('StopRequest');
export const DropBody = z.strictObject({ ...person, variant_id: text(64) }).openapi('DropRequest');
export const ResolveBody = z
  .strictObject({
    ...person,
    action: z.enum(['accept_current', 'retry_restore'], 'must be accept_current or retry_restore'),
  })
  .openapi('ResolveRequest');
