/** Unknown fields are ignored, not refused: existing callers send some. */
import { z } from '@hono/zod-openapi';
import { experimentId, flag, optionalRequester } from '../http/fields.js';

export const AutoPromoteCheck = z
  .object({
    experiment_id: experimentId('must be a string').min(1, 'must name an experiment'),
    force_promotion: flag.default(false),
    ...optionalRequester,
  })
  .refine((body) => !body.force_promotion || body.reason !== undefined, {
    path: ['reason'],
    message: 'is required with force_promotion: it is recorded',
  })
  .openapi('AutoPromoteCheck');
