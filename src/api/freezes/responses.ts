import { z } from '@hono/zod-openapi';
import { WEEKDAYS } from '../../domain/calendar.js';
import { instant, orNull } from '../http/responses.js';

export const FreezeNow = z
  .object({ until: instant, text: z.string().openapi({ description: 'in a sentence, with its windows' }) })
  .openapi('Freeze');

const point = z.union([
  z.object({ weekday: z.enum(WEEKDAYS), time: z.string() }),
  z.string().openapi({ description: 'local date and time, YYYY-MM-DDTHH:MM' }),
]);

export const FreezeWindowAnswer = z
  .object({
    window_id: z.string(),
    name: z.string(),
    timezone: z.string(),
    kind: z.enum(['weekly', 'dated']),
    from: point,
    to: point,
    text: z.string().openapi({ description: 'its times in words' }),
    is_over: z.boolean().openapi({ description: 'a dated window in the past' }),
    by: z.string().openapi({ description: 'who set it' }),
    reason: z.string(),
    at: instant,
  })
  .openapi('FreezeWindow');

export const FreezeChangeAnswer = z
  .object({
    window_id: z.string(),
    name: z.string(),
    text: z.string(),
    change: z.enum(['set', 'removed']),
    by: z.string(),
    reason: z.string(),
    at: instant,
  })
  .openapi('FreezeWindowChange');

export const FreezesAnswer = z
  .object({
    now: orNull(FreezeNow).openapi({ description: 'the freeze that holds now; null if none does' }),
    windows: z.array(FreezeWindowAnswer).openapi({ description: 'those that are set' }),
    changes: z
      .array(FreezeChangeAnswer)
      .openapi({ description: 'who set and removed what, the latest first' }),
  })
  .openapi('FreezeWindows');
