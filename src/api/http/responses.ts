/** Fields and schemas that the answers of several resources share. */
import { z } from '@hono/zod-openapi';
import { CONTROL_KINDS } from '../../contract/messages.js';
import { EXPERIMENT_STATES } from '../../domain/experiment.js';

/** A schema or null. With `nullable()` on a named schema, the OpenAPI document would never allow null. */
export const orNull = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.null()]);

export const instant = z.string().openapi({ format: 'date-time', example: '2026-11-23T09:00:00Z' });

export const minorUnits = z.int().openapi({ description: "minor units of the account's currency" });

export const state = z.enum(EXPERIMENT_STATES);

export const control = z.enum(CONTROL_KINDS);

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
    state: state.optional(),
    allowed: z.array(control).optional(),
    experiment_id: z.string().optional(),
  })
  .openapi('Problem');

/** A row that the list leaves out because it can't be shown. */
export const UnreadableRow = z
  .object({ id: z.string().openapi({ description: 'identifies the row' }), message: z.string() })
  .openapi('UnreadableRow');

export const unreadable = z
  .array(UnreadableRow)
  .openapi({ description: "rows that can't be shown, and what is wrong with each; usually empty" });
