import { z } from '@hono/zod-openapi';

export const HealthAnswer = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']),
    parts: z.object({
      postgres: z.enum(['ok', 'unavailable']),
      temporal: z.enum(['ok', 'unavailable']),
      controls: z.enum(['ok', 'as_signals', 'undeliverable']).openapi({
        description:
          "how this process's controls of the last minute reached their workflows; as_signals: Temporal accepted no more updates",
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
        .openapi({ description: 'null if the process keeps nothing on disk' }),
    }),
    problem: z
      .string()
      .nullable()
      .openapi({ description: 'what is wrong with the data folder, and how to fix it' }),
  })
  .openapi('Ready');
