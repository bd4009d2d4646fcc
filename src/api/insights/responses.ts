import { z } from '@hono/zod-openapi';
import { DROP_CODES } from '../../domain/insights/checks.js';
import { CLAIM_FIELDS, CLAIM_KINDS, CLAIM_SIDES } from '../../domain/insights/claim.js';
import { INSIGHT_STATUSES } from '../../domain/insights/status.js';
import { instant, orNull } from '../http/responses.js';

export const insightsStatus = z.enum(INSIGHT_STATUSES).openapi({
  description:
    'pending: a winner stands or may stand, and nothing is extracted yet; extracted: from Claude; offline: from the attributes that differ, without Claude; failed: there is nothing to compare, or a fault; not_applicable: nothing won',
});

const figure = z.number().nullable();
const words = z.string().nullable();

export const InsightsForm = z
  .object({
    hook_patterns: z.array(z.string()),
    visual_elements: z.array(z.string()),
    performance_metrics: z
      .object({
        winner_ctr: figure,
        loser_ctr: figure,
        winner_impressions: figure,
        loser_impressions: figure,
        lift: figure,
        lift_low: figure,
        lift_high: figure,
        confidence: figure,
      })
      .openapi({
        description: 'from the record, not from Claude: link clicks per impression, and fractions of lift',
      }),
    winning_factors: z.array(z.string()),
    replicable_patterns: z.array(z.string()),
    audience_resonance: z.object({
      emotional_trigger: words,
      value_proposition: words,
      pain_point_addressed: words,
    }),
    confidence_score: z.number(),
    extracted_at: instant,
  })
  .openapi('Insights');

const claim = {
  kind: z.enum(CLAIM_KINDS),
  text: z.string(),
  side: z
    .enum(CLAIM_SIDES)
    .openapi({ description: 'whose ad has it: it helped the winner or hurt the loser' }),
  variant_id: z.string(),
  field: z.enum(CLAIM_FIELDS),
  quote: words.openapi({ description: 'words of that field; null for the picture' }),
  visible: words.openapi({ description: 'what is visible in the picture; null for a text' }),
  attribute_id: words,
};

export const ClaimAnswer = z
  .object({
    ...claim,
    evidence: words.openapi({ description: 'what tests so far say about its attribute, in sentences' }),
    pattern_id: words,
  })
  .openapi('Claim');

export const DroppedClaimAnswer = z
  .object({
    ...claim,
    reason: z.enum(DROP_CODES),
    message: z.string(),
    like: words.openapi({ description: 'what it came back as for the other ad, or what it repeats' }),
  })
  .openapi('DroppedClaim');

const usd = z.number().openapi({ description: 'US dollars' });

export const InsightsAnswer = z
  .object({
    experiment_id: z.string(),
    status: insightsStatus,
    message: z.string(),
    insights: orNull(InsightsForm),
    winner_variant_id: words,
    loser_variant_id: words,
    claims: z.array(ClaimAnswer),
    dropped: z.array(DroppedClaimAnswer),
    dropped_counts: z.record(z.string(), z.int()).openapi({ description: 'by reason' }),
    visual_notes: z.record(z.string(), z.string()).openapi({
      description: 'by variant id: what Claude saw in the picture',
    }),
    notes: z.array(z.string()),
    model: words,
    prompt_version: words,
    questions: z
      .array(
        z.object({
          labels: z.enum(['as_is', 'exchanged']),
          attempt: z.int(),
          sent_at: instant.openapi({ description: 'real time' }),
          outcome: words.openapi({ description: 'answered, or why not; null while it is unknown' }),
          message: words,
          input_tokens: z.int().nullable(),
          output_tokens: z.int().nullable(),
          cost_usd: usd.nullable().openapi({ description: 'null if unknown; reserved_usd counts then' }),
          reserved_usd: usd,
        }),
      )
      .openapi({ description: 'what was sent to Claude for this extraction' }),
    cost_usd: usd,
    spent_this_month_usd: usd.openapi({ description: 'of the account, in this month of real time (UTC)' }),
    number: z.int().nullable().openapi({ description: 'which extraction of this test it is' }),
    requested_by: words,
    requested_at: instant.nullable(),
    finished_at: instant.nullable(),
  })
  .openapi('InsightsOfExperiment');
