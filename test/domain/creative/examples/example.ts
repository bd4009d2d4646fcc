import type { CreativeTexts } from '../../../../src/domain/creative/texts.js';

/** A headline, or more of a creative. */
export type Source = string | Partial<CreativeTexts>;

/** Creatives that have an attribute, and creatives that lack it. */
export interface PresentExamples {
  has: Source[];
  lacks: Source[];
}

/** Creatives with the number of steps. */
export type AmountExamples = [creative: Source, steps: number][];

export type Examples = Record<string, PresentExamples | AmountExamples>;

export function creativeOf(source: Source): CreativeTexts {
  const given = typeof source === 'string' ? { headline: source } : source;
  return { headline: 'A plain headline', body: '', visualNotes: null, ...given };
}
