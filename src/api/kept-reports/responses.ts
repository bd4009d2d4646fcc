import { z } from '@hono/zod-openapi';
import { EXPERIMENT_STATES } from '../../domain/experiment.js';
import { KillSwitchAnswer } from '../account/responses.js';
import { instant, minorUnits, orNull, unreadable } from '../http/responses.js';

const fraction = z.number().openapi({ description: 'a fraction: 0.12 is +12 %' });

const KeptReport = z
  .object({
    id: z.string().openapi({ example: 'daily-2026-05-12' }),
    kind: z.enum(['daily', 'weekly']),
    made_at: instant,
    first_day: z
      .string()
      .openapi({ format: 'date', description: 'the first whole local day that it counts' }),
    last_day: z.string().openapi({ format: 'date' }),
    timezone: z.string(),
    text: z.string(),
  })
  .openapi('KeptReport');

const interval = z.array(z.number()).length(2);
const Lift = z.object({ lift: fraction, interval }).openapi('ReportedLift');

export const KeptReportAnswer = KeptReport.extend({
  currency: z.string().nullable(),
  promotions: z.array(
    z.object({
      experiment_id: z.string(),
      name: z.string(),
      winner: z.string(),
      winner_name: z.string().openapi({ description: 'its headline with its id, or its id' }),
      status: z.string(),
      forced: z.boolean(),
      declaration: z.string().nullable().openapi({
        description:
          'who declared that delivery before the handover counts, in a sentence; null if none does',
      }),
      opened_at: instant,
      promoted_at: instant.nullable().openapi({
        description:
          'when its first phase was read back: it counts on this day alone; null in reports that counted by the opening',
      }),
      believed_lift: fraction,
      measured_lift: fraction,
      budget_before: minorUnits,
      budget_after: minorUnits,
    }),
  ),
  running: z.int().openapi({ description: 'tests that ran when the report was made' }),
  waiting: z
    .array(
      z.object({
        experiment_id: z.string(),
        name: z.string(),
        state: z.enum(EXPERIMENT_STATES),
        reason: z.string(),
      }),
    )
    .openapi({ description: 'what someone had to act on when the report was made' }),
  started: orNull(
    z.array(z.object({ experiment_id: z.string(), name: z.string(), start_date: instant })),
  ).openapi({ description: 'tests that started in its days; null in reports from before it was counted' }),
  controls: orNull(
    z.array(
      z.object({
        experiment_id: z.string(),
        name: z.string(),
        kind: z.string(),
        by: z.string(),
        reason: z.string(),
        at: instant,
        outcome: z.enum(['accepted', 'refused']),
      }),
    ),
  ).openapi({ description: 'controls used in its days; null in reports from before they were counted' }),
  kill_switch: orNull(z.array(KillSwitchAnswer)).openapi({
    description:
      'when the kill switch was engaged or released in its days; null in reports from before it was counted',
  }),
  compound: orNull(
    z.object({
      message: z.string(),
      promotions: z.int(),
      shrunk: Lift,
      claimed: Lift,
      verified: orNull(Lift),
    }),
  ),
}).openapi('KeptReportWithFigures');

export const KeptReportsAnswer = z
  .object({ reports: z.array(KeptReport), total: z.int(), limit: z.int(), offset: z.int(), unreadable })
  .openapi('KeptReports');
