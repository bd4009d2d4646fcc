import { z } from '@hono/zod-openapi';
import { DRAFT_SOURCES } from '../../contract/drafts.js';
import { PATTERN_STATES } from '../../domain/patterns/state.js';
import { instant } from '../http/responses.js';

const words = z.string().nullable();
const Copy = z.object({ hook: words, headline: words, text: words, script: words, visual_notes: words });

const Brief = z.object({
  product: z.string(),
  audience: words,
  offer: words,
  must_say: z.array(z.string()),
  must_not_say: z.array(z.string()),
  tone: words,
  count: z.int(),
});

const StartingPoint = z.object({
  experiment_id: z.string(),
  experiment_name: z.string(),
  variant_id: z.string(),
  creative: Copy,
});

const Draft = z.object({
  draft_id: z.string(),
  creative: Copy,
  change: z
    .object({ attribute: z.string(), direction: z.enum(['add', 'drop']), message: z.string() })
    .nullable()
    .openapi({ description: 'the one thing in which it differs from the ad that it starts from' }),
  also_changes: z.array(z.string()).openapi({ description: 'attributes that change with it, in words' }),
  patterns: z
    .array(
      z.object({
        pattern_id: z.string(),
        statement: z.string(),
        state: z.enum(PATTERN_STATES).nullable(),
        evidence: z.string().openapi({ description: 'what is known of it, in a sentence' }),
      }),
    )
    .openapi({ description: 'the patterns that it uses' }),
  expected_pct: z.number().nullable().openapi({
    description: 'the lift over the ad that it starts from that tests of its attributes suggest, percent',
  }),
  interval_pct: z.tuple([z.number(), z.number()]).nullable().openapi({ description: '90 %, percent' }),
  chance_best: z.number().nullable().openapi({
    description: 'by the forecast, that it is the best of these drafts and the ad that they start from',
  }),
  worth_testing: z.boolean(),
  warnings: z.array(z.string()).openapi({ description: 'what Meta may cut or refuse; no guarantee' }),
});

export const DraftSetAnswer = z
  .object({
    set_id: z.string(),
    brief: Brief,
    starts_from: StartingPoint.nullable().openapi({ description: 'null: there is no winner to start from' }),
    source: z.enum(DRAFT_SOURCES),
    message: z.string().openapi({ description: 'who wrote them, and why not Claude' }),
    drafts: z.array(Draft).openapi({ description: 'the most promising first' }),
    worth_testing: z.array(z.string()).openapi({
      description: 'ids of the drafts to test beside the ad that they start from: `draft_ids` of a test',
    }),
    advice: z.string(),
    left_out: z.array(z.object({ headline: words, text: words, reason: z.string() })),
    evidence_message: words.openapi({ description: 'whose tests the forecast was learned from' }),
    notes: z.array(z.string()),
    by: z.string(),
    made_at: instant,
  })
  .openapi('DraftSet');
export type DraftSetJson = z.output<typeof DraftSetAnswer>;

export const DraftSetsAnswer = z
  .object({ draft_sets: z.array(DraftSetAnswer).openapi({ description: 'newest first' }) })
  .openapi('DraftSets');

export const NextBriefAnswer = z
  .object({
    brief: Brief.nullable().openapi({ description: 'the latest brief; null before the first' }),
    starts_from: StartingPoint.nullable().openapi({ description: 'the winner that was promoted last' }),
  })
  .openapi('NextBrief');
export type NextBriefJson = z.output<typeof NextBriefAnswer>;
