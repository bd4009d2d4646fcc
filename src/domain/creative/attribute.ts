/** What an attribute of a creative is. */

import type { Passage, Reading } from './passage.js';

/** The categories that callers of the knowledge base know. */
export const PATTERN_CATEGORIES = ['hook_writing', 'visual_design', 'best_practice'] as const;
export type PatternCategory = (typeof PATTERN_CATEGORIES)[number];

interface Entry {
  /** Stable, in snake_case: patterns are kept under it. */
  id: string;
  /** In plain words, as something that is true of a creative, or of one that has a step more. */
  statement: string;
  category: PatternCategory;
  tags: readonly string[];
  /** A pure function of the creative's texts; null if they don't say. */
  value: (reading: Reading) => number | null;
}

/** 1 if the creative has it, 0 if not. */
export interface PresentAttribute extends Entry {
  kind: 'present';
}

/** A number; its effect is that of one step more. */
export interface AmountAttribute extends Entry {
  kind: 'amount';
  /** One step in words, e.g. "five words more". */
  step: string;
}

export type Attribute = PresentAttribute | AmountAttribute;

type Test = (passage: Passage) => boolean;
type Described = Pick<Entry, 'id' | 'statement' | 'category' | 'tags'>;

/** An attribute that the headline has or lacks; unknown without a headline. */
export function inHeadline(id: string, statement: string, tags: readonly string[], test: Test): Attribute {
  const entry: Described = { id, statement, category: 'hook_writing', tags };
  return { ...entry, kind: 'present', value: ({ headline }) => presence(headline, test) };
}

/** An attribute that headline and body have or lack; unknown without either. */
export function inTexts(id: string, statement: string, tags: readonly string[], test: Test): Attribute {
  const entry: Described = { id, statement, category: 'best_practice', tags };
  return { ...entry, kind: 'present', value: ({ whole }) => presence(whole, test) };
}

/** An attribute that the notes on the picture say or don't say; unknown without notes. */
export function inPicture(id: string, statement: string, tags: readonly string[], test: Test): Attribute {
  const entry: Described = { id, statement, category: 'visual_design', tags };
  return { ...entry, kind: 'present', value: ({ notes }) => presence(notes, test) };
}

/** A number of the headline in steps; unknown without a headline. */
export function amountOfHeadline(
  id: string,
  statement: string,
  step: string,
  tags: readonly string[],
  amount: (headline: Passage) => number | null,
): Attribute {
  return {
    id,
    statement,
    step,
    category: 'hook_writing',
    tags,
    kind: 'amount',
    value: ({ headline }) => (headline.isEmpty ? null : amount(headline)),
  };
}

/** True if a word is one of these; forms with an apostrophe or hyphen count. */
export function oneOf(...words: string[]): Test {
  const set = new Set(words.flatMap((list) => list.split(' ')));
  return (passage) => passage.hasAny(set);
}

/** True if the first word is one of these. */
export function startsWith(...words: string[]): Test {
  const set = new Set(words.flatMap((list) => list.split(' ')));
  return (passage) => set.has(passage.firstWord);
}

/** True if the text, in lower case and with straight quotes, has this form. */
export function matching(form: RegExp): Test {
  return ({ lower }) => form.test(lower);
}

/** True if the text as written, with straight quotes, has this form. */
export function written(form: RegExp): Test {
  return ({ text }) => form.test(text);
}

export function either(...tests: Test[]): Test {
  return (passage) => tests.some((test) => test(passage));
}

function presence(passage: Passage | null, test: Test): number | null {
  if (!passage || passage.isEmpty) return null;
  return test(passage) ? 1 : 0;
}
