import { z } from '@hono/zod-openapi';
import { ExperimentParams } from '../http/fields.js';

export const LookParams = ExperimentParams.extend({
  look: z
    .string()
    .regex(/^(latest|[1-9]\d{0,5})$/, 'must be the number of a look, or latest')
    .openapi({ param: { name: 'look', in: 'path' } }),
});
