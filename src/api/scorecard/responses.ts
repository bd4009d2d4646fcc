import { z } from '@hono/zod-openapi';
import { RecheckAnswer, VerificationAnswer } from '../experiments/responses.js';
import { instant, minorUnits, orNull, state, unreadable } from '../http/responses.js';
import { MetricsAnswer } from '../looks/responses.js';

const perDay = minorUnits.nullable().openapi({ description: 'minor units per day' });

export const ScorecardAnswer = z
  .object({
    experiment_id: z.string(),
    name: z.string(),
    made_at: instant,
    timezone: z.string().openapi({ description: "the account's; UTC as long as Meta has not given it" }),
    currency: z.string(),
    state,
    verdict: z.string().openapi({ description: 'what became of the test, in a sentence' }),
    why: z.array(z.string()),
    objective: z.string(),
    conversion_event: z.string(),
    start_date: instant,
    declaration: z.string().nullable().openapi({
      description: 'the sentence on delivery before the handover that counts; null if none does',
    }),
    horizon_at: instant.openapi({ description: 'the planned end' }),
    promoted_at: instant.nullable(),
    end_date: instant.nullable(),
    look: orNull(z.object({ look_number: z.int(), due_at: instant })).openapi({
      description: 'the look whose figures are shown: the one that decided, or else the last one',
    }),
    ads: z.array(
      z.object({
        variant_id: z.string(),
        role: z.enum(['control', 'challenger']),
        name: z.string(),
        headline: z.string().nullable(),
        ad_id: z.string(),
        ad_set_id: z.string(),
        won: z.boolean(),
        dropped_at: instant.nullable(),
        metrics: orNull(MetricsAnswer),
        cost_per_conversion: z
          .number()
          .nullable()
          .openapi({ description: 'major units; null without conversions' }),
        budget_before_cents: perDay,
        budget_after_cents: perDay,
      }),
    ),
    pairs: z.array(
      z.object({
        variant_a: z.string(),
        variant_b: z.string(),
        lift: z.number().openapi({ description: 'relative lift of B over A, a fraction' }),
        interval: z.tuple([z.number(), z.number()]).nullable(),
        confidence: z.number(),
        note: z.string().nullable(),
      }),
    ),
    decided: orNull(
      z.object({
        how: z.enum(['rule', 'approval', 'force']),
        by: z.string().openapi({ description: '`rule`, or who approved or forced it' }),
        reason: z.string(),
        at: instant,
        shadow: z.boolean(),
      }),
    ).openapi({ description: 'null if nothing was promoted' }),
    moves: z
      .array(
        z.object({
          sequence: z.int(),
          at: instant,
          phase: z.string(),
          variant_id: z.string().nullable(),
          ad_set_id: z.string(),
          before_cents: minorUnits,
          after_cents: minorUnits.nullable().openapi({ description: 'as read back' }),
        }),
      )
      .openapi({ description: 'budget writes that were applied' }),
    verification: orNull(VerificationAnswer),
    recheck: orNull(RecheckAnswer),
    controls: z.array(
      z.object({
        at: instant,
        kind: z.string(),
        by: z.string(),
        reason: z.string(),
        outcome: z.enum(['accepted', 'refused']),
      }),
    ),
    caveats: z
      .array(z.object({ code: z.string(), message: z.string() }))
      .openapi({ description: 'what the figures do not say' }),
    unreadable,
  })
  .openapi('Scorecard');
