/** Creatives between which no test could tell. */

import { textsOf } from '../creative/creative-texts.js';
import { type Attributes, attributeOf, attributesOf } from '../creative/registry.js';
import type { Creative } from '../experiment.js';

/** Of their words, as many are the same. */
const ALIKE = 0.75;

/** A creative whose attributes are read once, and only if they are needed: reading long texts takes milliseconds. */
export interface ReadCreative {
  creative: Creative;
  attributes(): Attributes;
}

export function readCreative(creative: Creative, brands: readonly string[] = []): ReadCreative {
  let known: Attributes | null = null;
  return {
    creative,
    attributes: () => {
      known ??= attributesOf(textsOf(creative, brands));
      return known;
    },
  };
}

/**
 * Whether two creatives share most of the words of the texts in which they differ, and have the same attributes. Length and other
 * amounts don't count; a mark that is an attribute of its own does.
 */
export function areNearCopies(one: ReadCreative, other: ReadCreative): boolean {
  const differing = FIELDS.filter((field) => plain(one.creative[field]) !== plain(other.creative[field]));
  if (
    differing.length > 0 &&
    similarityOf(wordsOf(one.creative, differing), wordsOf(other.creative, differing)) < ALIKE
  ) {
    return false;
  }
  const [a, b] = [one.attributes(), other.attributes()];
  return Object.keys(a).every((id) => !counts(id) || a[id] === b[id]);
}

const FIELDS = ['hook', 'headline', 'text', 'script'] as const;

/** Attributes that classes of length are read from. */
const LENGTH_CLASSES = new Set(['ten_words_or_fewer', 'more_than_sixteen_words']);

function counts(id: string): boolean {
  return attributeOf(id)?.kind === 'present' && !LENGTH_CLASSES.has(id);
}

function plain(text: string | null): string {
  return (text ?? '').toLowerCase().replace(/\s+/g, ' ').trim();
}

function wordsOf(creative: Creative, fields: readonly (typeof FIELDS)[number][]): ReadonlySet<string> {
  const all = fields.map((field) => plain(creative[field])).join(' ');
  return new Set(all.match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Of all words of both, the share that both have (Jaccard 1912). */
function similarityOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}
