import { z } from '@hono/zod-openapi';
import { LONGEST_HORIZON_DAYS } from '../../domain/experiment.js';
import { optionalRequester, requester, text, whole } from '../http/fields.js';

export const CheckBody = z.strictObject(optionalRequester).openapi('CheckRequest');

/** The bodies of the controls. `withTokens`: the owner of the token is recorded, so `by` isn't needed. */
export function controlBodies(withTokens: boolean) {
  const who = requester(withTokens);
  return {
    control: z.strictObject(who).openapi('ControlRequest'),
    stop: z
      .strictObject({ ...who, budgets: z.enum(['keep', 'restore'], 'must be keep or restore').optional() })
      .openapi('StopRequest'),
    drop: z.strictObject({ ...who, variant_id: text(64) }).openapi('DropRequest'),
    extend: z
      .strictObject({ ...who, horizon_days: whole(3, LONGEST_HORIZON_DAYS, 'days') })
      .openapi('ExtendRequest'),
    resolve: z
      .strictObject({
        ...who,
        action: z.enum(['accept_current', 'retry_restore'], 'must be accept_current or retry_restore'),
      })
      .openapi('ResolveRequest'),
  };
}
