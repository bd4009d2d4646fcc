import { z } from '@hono/zod-openapi';
import { JOB_IDS } from '../../contract/names.js';
import { checkCounts } from '../auto-promote/responses.js';
import { instant } from '../http/responses.js';

export const SchedulerAnswer = z
  .object({
    is_running: z.boolean(),
    check_interval_hours: z.number(),
    jobs: z.array(
      z.object({
        id: z.enum(JOB_IDS),
        name: z.string(),
        next_run: instant.nullable(),
        paused: z.boolean(),
        last_run: instant.nullable(),
        last_status: z.enum(['running', 'completed', 'failed']).nullable(),
        last_result: z.string().nullable().openapi({ description: 'what the last run returned' }),
      }),
    ),
    scheduler_state: z.enum(['running', 'stopped', 'paused']),
  })
  .openapi('Scheduler');

export const TriggerAnswer = z
  .object({
    status: z.enum(['completed', 'started']),
    triggered_at: instant,
    reconcile: z.enum(['triggered', 'unavailable']),
    ...checkCounts,
  })
  .openapi('Trigger');
