/** Which texts of creatives are compared with each other. */
import type { Creative } from '../experiment.js';

/** The texts of a creative in the order in which people read them. */
export const READ_FIRST = ['headline', 'hook', 'text', 'script'] as const;
/** Encoders read the beginning of a text alone, and refuse one that is far longer than any ad. */
const READ_CHARACTERS = 2_000;
export type ComparedField = (typeof READ_FIRST)[number];

export interface ComparedTexts {
  /** The first text in which the creatives differ. */
  field: ComparedField;
  /** In the order of the creatives. */
  texts: readonly string[];
}

/** Null if no text that all creatives have differs between them: there is nothing to compare. */
export function comparedTexts(creatives: readonly Creative[]): ComparedTexts | null {
  for (const field of READ_FIRST) {
    const texts = creatives.flatMap((creative) => creative[field]?.trim().slice(0, READ_CHARACTERS) || []);
    if (texts.length === creatives.length && new Set(texts).size > 1) return { field, texts };
  }
  return null;
}
