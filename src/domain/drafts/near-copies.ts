/** Creatives between which no test could tell. */

import { textsOf } from '../creative/creative-texts.js';
import { attributeOf, attributesOf } from '../creative/registry.js';
import type { Creative } from '../experiment.js';

/** Of their words, as many are the same. */
const ALIKE = 0.75;

/**
 * Whether two creatives share most of their words and have the same attributes. Length and other amounts don't count; a mark that
 * is an attribute of its own does.
 */
export function areNearCopies(one: Creative, other: Creative): boolean {
  if (similarityOf(wordsOf(one), wordsOf(other)) < ALIKE) return false;
  const [a, b] = [attributesOf(textsOf(one)), attributesOf(textsOf(other))];
  return Object.keys(a).every(
    (id) => attributeOf(id)?.kind !== 'present' || isLengthClass(id) || a[id] === b[id],
  );
}

/** Attributes that classes of length are read from. */
const LENGTH_CLASSES = new Set(['ten_words_or_fewer', 'more_than_sixteen_words']);

function isLengthClass(id: string): boolean {
  return LENGTH_CLASSES.has(id);
}

function wordsOf({ hook, headline, text, script }: Creative): ReadonlySet<string> {
  const all = [hook, headline, text, script].filter((part) => part !== null).join(' ');
  return new Set(all.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Of all words of both, the share that both have (Jaccard 1912). */
function similarityOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}
