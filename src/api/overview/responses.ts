import { z } from '@hono/zod-openapi';
import { GROUPS } from '../../domain/overview/attention.js';
import { VERIFICATION_OUTCOMES } from '../../domain/verification/verification.js';
import { instant, minorUnits, state, unreadable } from '../http/responses.js';

export const OverviewRowAnswer = z
  .object({
    experiment_id: z.string(),
    name: z.string(),
    group: z.enum(GROUPS).openapi({ description: 'act: someone must act' }),
    state,
    state_reason: z.string(),
    state_changed_at: instant,
    start_date: instant,
    why_act: z.string().nullable().openapi({ description: 'why someone must act; null if nobody must' }),
    trouble: z.string().nullable().openapi({
      description: 'a difficulty that the service retries by itself; null if there is none',
    }),
    variants: z.array(
      z.object({
        id: z.string(),
        role: z.enum(['control', 'challenger']),
        ad_id: z.string(),
        headline: z.string().nullable(),
      }),
    ),
    objective: z.string().openapi({ description: 'what decides the test, as in its policy' }),
    looks: z.int(),
    leader_variant_id: z.string().nullable(),
    rival_variant_id: z
      .string()
      .nullable()
      .openapi({ description: 'the ad that the leader is least sure to beat; null without a leader' }),
    lift: z.number().nullable().openapi({
      description: 'relative lift of the leader over that rival at the last look, a fraction',
    }),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    confidence: z.number().openapi({ description: 'the highest so far' }),
    confidence_now: z.number().nullable().openapi({
      description: 'of the last look alone; null if it does not count or did not record it',
    }),
    confidence_threshold: z.number(),
    confidence_text: z.string().nullable(),
    currency: z.string(),
    total_budget_cents: minorUnits
      .nullable()
      .openapi({ description: 'per day; null before a rollout or a look' }),
    moved_cents: minorUnits.openapi({
      description: 'by how much the daily budget of the winner differs from its base now, per day',
    }),
    at_risk_cents: minorUnits,
    shadow: z.boolean(),
    verification: z.enum(VERIFICATION_OUTCOMES).nullable().openapi({
      description:
        'whether new data after the rollout confirmed the lift; null before there is an outcome, or if nothing was promoted',
    }),
    next_event: z.object({ at: instant, what: z.string() }).nullable(),
    end_date: instant.nullable(),
  })
  .openapi('OverviewRow');

export const OverviewAnswer = z.object({
  now: instant,
  experiments: z.array(OverviewRowAnswer),
  counts: z
    .object({ act: z.int(), rollout: z.int(), running: z.int(), paused: z.int(), ended: z.int() })
    .openapi({
      description: 'of all experiments, whatever the filter',
    }),
  unreadable,
});
