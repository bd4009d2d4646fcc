import { z } from '@hono/zod-openapi';
import { HEALTH_LEVELS } from '../../domain/decision/delivery-health.js';
import { BREAKDOWNS } from '../../domain/segments.js';
import { instant, unreadable } from '../http/responses.js';

export const confidenceNote = z
  .string()
  .nullable()
  .openapi({ description: 'says so if the confidence is not adjusted for repeated looks; null if it is' });

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

const PairAnswer = z
  .object({
    variant_a: z.string(),
    variant_b: z.string(),
    effect: z.number().openapi({ description: 'log rate ratio of B over A' }),
    standard_error: z.number(),
    lift: z.number().openapi({ description: 'claimed relative lift of B over A, a fraction' }),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    confidence: z.number().openapi({ description: 'the best so far' }),
    confidence_now: z.number().nullable().openapi({
      description:
        'of this look alone, as valid under repeated looks as confidence; null if the look does not count or did not record it',
    }),
    p: z.number(),
    counts: z.boolean(),
    adjusted: z
      .boolean()
      .openapi({ description: 'false: confidence, p and interval are not adjusted for repeated looks' }),
    note: z.string().nullable(),
    missing: z.array(z.object({ code: z.string(), value: z.number(), limit: z.number() })),
    bound: z.number().nullable(),
    called_winner: z.string().nullable(),
    by_week: z
      .array(z.object({ week: z.int(), lift: z.number(), standard_error: z.number() }))
      .openapi({ description: 'the lift of B over A by week of the test, and the error of its logarithm' }),
    trend: z.object({ per_week: z.number(), p: z.number() }).nullable().openapi({
      description:
        'relative change of the ratio per week, and its two-sided p of this look alone; null with fewer than two weeks',
    }),
    breakdown: z.enum(BREAKDOWNS).nullable().openapi({
      description:
        'if segments were weighed: those of age and gender, or of placement; null if hours or days were',
    }),
    welch_unadjusted: z.object({ t: z.number(), df: z.number(), p: z.number() }).nullable(),
  })
  .openapi('PairEvidence');

export const LookAnswer = z
  .object({
    experiment_id: z.string(),
    look_number: z.int(),
    due_at: instant,
    seen_until: instant,
    decided_at: instant,
    rule: z.string(),
    rule_version: z.string(),
    verdict: z.enum(['insufficient_data', 'continue_testing', 'held', 'no_winner', 'promote']),
    winner_variant_id: z.string().nullable(),
    leader_variant_id: z.string().nullable(),
    confidence: z.number().openapi({ description: 'the best so far; 0 before the first look that counts' }),
    confidence_text: z.string().openapi({
      description: 'the evidence of this look beside the best so far, in words',
    }),
    reasons: z.array(z.string()),
    health: z.array(z.object({ code: z.string(), level: z.enum(HEALTH_LEVELS), message: z.string() })),
    outlook: z
      .object({ hours_left: z.number(), looks_left: z.int(), before_horizon: z.boolean() })
      .nullable()
      .openapi({
        description: 'estimated time to a decision if the effect and the traffic stay as they are',
      }),
    drift: z
      .object({ sd: z.number(), memory_hours: z.number(), tests: z.int(), text: z.string() })
      .nullable()
      .openapi({
        description:
          "how far the account's ads drift apart, by its other tests: standard deviation of the log rate ratio, memory, number of tests; null if the version of the rule does not allow for drift",
      }),
    randomised: z.boolean().nullable().openapi({
      description:
        'whether a split test of Meta assigned people to the ads; null if the look did not ask or Meta gave no answer',
    }),
    pairs: z.array(PairAnswer),
    metrics: z.record(z.string(), MetricsAnswer),
    input_hash: z.string(),
    asked_by: z.string(),
  })
  .openapi('Look');

export const LooksAnswer = z.object({
  experiment_id: z.string(),
  looks: z.array(LookAnswer),
  count: z.int(),
  unreadable,
});

const Difference = z.object({ field: z.string(), stored: z.unknown(), computed: z.unknown() });

/**
 * Whether a decision comes out the same when it is computed again by the version of the rule that made it, and what
 * differs. `reworded`: sentences that this release words differently; they are no difference.
 */
export const ReplayAnswer = z.object({
  experiment_id: z.string(),
  look_number: z.int(),
  same: z.boolean(),
  differences: z.array(Difference),
  reworded: z.array(Difference),
});
