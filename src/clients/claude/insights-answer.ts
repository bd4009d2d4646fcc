import { z } from 'zod';
import { ATTRIBUTES } from '../../domain/creative/registry.js';
import { CLAIM_FIELDS, CLAIM_KINDS, CLAIM_SIDES, type Claim } from '../../domain/insights/claim.js';
import type { ClaudeFailure } from '../../domain/insights/status.js';
import { object, oneOf, string, text } from './answer-form.js';

const ATTRIBUTE_IDS = ATTRIBUTES.map(({ id }) => id);
const MOST_CLAIMS = 60;
const LONGEST_TEXT = 600;
const LONGEST_NOTES = 600;

const AnswerForm = z.strictObject({
  claims: z
    .array(
      z.strictObject({
        kind: z.enum(CLAIM_KINDS),
        text: text(LONGEST_TEXT).refine((value) => /\p{L}/u.test(value)),
        side: z.enum(CLAIM_SIDES),
        field: z.enum(CLAIM_FIELDS),
        quote: text(LONGEST_TEXT),
        visible: text(LONGEST_TEXT),
        attribute_id: text(100),
      }),
    )
    .max(MOST_CLAIMS),
  confidence: z.number().min(0).max(1),
  visual_notes: z.strictObject({ winner: text(LONGEST_NOTES), loser: text(LONGEST_NOTES) }),
});

export interface InsightsAnswer {
  claims: Claim[];
  /** Claude's own confidence, 0 to 1. */
  confidence: number;
  /** What is visible in each picture; null if Claude says nothing. */
  visualNotes: { winner: string | null; loser: string | null };
}

/** The form that Claude is asked for. Every field is required; what doesn't apply is empty. */
export const INSIGHTS_SCHEMA: Record<string, unknown> = object({
  claims: {
    type: 'array',
    items: object({
      kind: oneOf(CLAIM_KINDS),
      text: string,
      side: oneOf(CLAIM_SIDES),
      field: oneOf(CLAIM_FIELDS),
      quote: string,
      visible: string,
      attribute_id: oneOf(['', ...ATTRIBUTE_IDS]),
    }),
  },
  confidence: { type: 'number' },
  visual_notes: object({ winner: string, loser: string }),
});

/** Reads an answer, or says why it can't be used. */
export function readInsights(answer: string): InsightsAnswer | ClaudeFailure['code'] {
  let json: unknown;
  try {
    json = JSON.parse(answer);
  } catch {
    return 'invalid_json';
  }
  const read = AnswerForm.safeParse(json);
  if (!read.success) return 'schema_violation';
  const { claims, confidence, visual_notes: notes } = read.data;
  return {
    claims: claims.map(({ attribute_id: id, quote, visible, ...claim }) => ({
      ...claim,
      quote: claim.field === 'picture' ? null : quote,
      visible: claim.field === 'picture' ? visible.trim() : null,
      attributeId: ATTRIBUTE_IDS.includes(id) ? id : null,
    })),
    confidence,
    visualNotes: { winner: notes.winner.trim() || null, loser: notes.loser.trim() || null },
  };
}
