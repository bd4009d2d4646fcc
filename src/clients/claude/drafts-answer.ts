import { z } from 'zod';
import { ATTRIBUTES } from '../../domain/creative/registry.js';
import type { WrittenDraft } from '../../domain/drafts/sift.js';
import type { ClaudeFailure } from '../../domain/insights/status.js';
import { object, oneOf, string, text } from './answer-form.js';

const PRESENT = ATTRIBUTES.filter(({ kind, category }) => kind === 'present' && category !== 'visual_design');
const IDS = PRESENT.map(({ id }) => id);
const MOST_DRAFTS = 30;

const AnswerForm = z.strictObject({
  drafts: z
    .array(
      z.strictObject({
        headline: text(500),
        text: text(5_000),
        attribute_id: text(100),
        direction: z.enum(['add', 'drop']),
      }),
    )
    .max(MOST_DRAFTS),
});

/** The form that Claude is asked for. Every field is required; what doesn't apply is empty. */
export const DRAFTS_SCHEMA: Record<string, unknown> = object({
  drafts: {
    type: 'array',
    items: object({
      headline: string,
      text: string,
      attribute_id: oneOf(['', ...IDS]),
      direction: oneOf(['add', 'drop']),
    }),
  },
});

/** Reads an answer, or says why it can't be used. */
export function readDrafts(answer: string): WrittenDraft[] | ClaudeFailure['code'] {
  let json: unknown;
  try {
    json = JSON.parse(answer);
  } catch {
    return 'invalid_json';
  }
  const read = AnswerForm.safeParse(json);
  if (!read.success) return 'schema_violation';
  return read.data.drafts.map(({ headline, text: body, attribute_id: id, direction }) => ({
    creative: {
      hook: null,
      headline: headline.trim() || null,
      text: body.trim() || null,
      script: null,
      visualNotes: null,
    },
    claimed: IDS.includes(id) ? { attribute: id, direction } : null,
  }));
}

/** The attributes that a draft may change, for the question. */
export const DRAFT_ATTRIBUTES = PRESENT.map(({ id, statement }) => ({ id, statement }));
