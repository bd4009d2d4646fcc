/** What several answers are made of. */
import { z } from '@hono/zod-openapi';
import { CONTROL_KINDS } from '../../contract/messages.js';
import { EXPERIMENT_STATES } from '../../domain/experiment.js';

/** A schema or null. `nullable()` of a named schema makes a document in which null is never valid. */
export const orNull = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.null()]);

export const instant = z.string().openapi({ format: 'date-time', example: '2026-11-23T09:00:00Z' });
export const minorUnits = z.int().openapi({ description: "minor units of the account's currency" });
export const confidenceNote = z
  .string()
  .nullable()
  .openapi({ description: 'says where a confidence is unadjusted for repeated looks' });
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

/** A row of a list that can't be shown; the list stands without it. */
export const UnreadableRow = z
  .object({ id: z.string().openapi({ description: 'which row' }), message: z.string() })
  .openapi('UnreadableRow');
export const unreadable = z
  .array(UnreadableRow)
  .openapi({ description: "rows that can't be shown, and what is wrong with each; empty as a rule" });

export const MetricsAnswer = z
  .object({
    impressions: z.int(),
    clicks: z.int().openapi({ description: "clicks that lead to the advertiser's destination" }),
    spend: z.number(),
    conversions: z.number(),
    ctr: z.number().openapi({ description: 'percent' }),
    cpc: z.number(),
    cpm: z.number(),
    conversion_rate: z.number().openapi({ description: 'percent of clicks' }),
    all_clicks: z.int(),
    revenue: z.number(),
  })
  .openapi('Metrics');

export const HealthAnswer = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']),
    parts: z.object({
      postgres: z.enum(['ok', 'unavailable']),
      temporal: z.enum(['ok', 'unavailable']),
      controls: z.enum(['ok', 'as_signals', 'undeliverable']).openapi({
        description:
          "how this process's controls of the last minute reached their workflows: as_signals where Temporal took no more updates",
      }),
    }),
  })
  .openapi('Health');

export const ReadyAnswer = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    parts: HealthAnswer.shape.parts.extend({
      data_folder: z
        .enum(['ok', 'unavailable'])
        .nullable()
        .openapi({ description: 'null where the process keeps nothing on disk' }),
    }),
    problem: z.string().nullable().openapi({ description: 'of the data folder, with its cure' }),
  })
  .openapi('Ready');
