/** Drafts without Claude: edits of a creative that differ from it in one thing each, so that a test can tell what it does. */

import { type Attributes, attributeOf } from '../creative/registry.js';
import type { Creative } from '../experiment.js';
import type { Brief } from './brief.js';
import { forbiddenIn } from './brief-rules.js';
import { EDITS, type Edit, type EditDirection } from './edits.js';
import { areNearCopies, readCreative } from './near-copies.js';

/** In what a draft differs from the creative that it starts from. */
export interface Change {
  attribute: string;
  direction: EditDirection;
}

export interface Proposal {
  creative: Creative;
  change: Change;
  /** Attributes that change with it, by id: a mark or a word brings others along. Amounts, such as the length, are left out. */
  alsoChanges: string[];
  attributes: Attributes;
}

/** Headlines longer than this are no headlines any more. */
export const MOST_CHARACTERS = 125;

/**
 * All edits of a creative that do what they say and that the brief allows. Of two near copies, the first is kept, and none is a
 * near copy of a creative in `lost`. `brands`: names of the account's brands.
 */
export function proposalsFrom(
  base: Creative,
  brief: Pick<Brief, 'product' | 'audience' | 'offer' | 'mustSay' | 'mustNotSay'>,
  lost: readonly Creative[] = [],
  brands: readonly string[] = [],
): Proposal[] {
  const start = readCreative(base, brands);
  const from = start.attributes();
  const others = [start, ...lost.map((creative) => readCreative(creative, brands))];
  const found: Proposal[] = [];
  for (const edit of EDITS) {
    const creative = edited(base, edit, brief);
    if (creative === null) continue;
    const made = readCreative(creative, brands);
    const attributes = made.attributes();
    if (!isChanged(edit, from, attributes)) continue;
    if (forbiddenIn(creative, brief) !== null) continue;
    if (others.some((one) => areNearCopies(one, made))) continue;
    others.push(made);
    found.push({
      creative,
      change: { attribute: edit.attribute, direction: edit.direction },
      alsoChanges: changed(from, attributes).filter((id) => id !== edit.attribute),
      attributes,
    });
  }
  return found;
}

/** Present attributes of which the two have different values, both known. */
export function changed(from: Attributes, to: Attributes): string[] {
  return Object.keys(to).filter((id) => {
    const [before, after] = [from[id], to[id]];
    const known = before !== null && before !== undefined && after !== null && after !== undefined;
    return known && before !== after && attributeOf(id)?.kind === 'present';
  });
}

function isChanged({ attribute, direction }: Edit, from: Attributes, to: Attributes): boolean {
  const [before, after] = [from[attribute], to[attribute]];
  return direction === 'add' ? before === 0 && after === 1 : before === 1 && after === 0;
}

/** Null if the creative lacks the text that the edit changes, or the result says nothing new or too much. */
function edited(base: Creative, { part, apply }: Edit, brief: Parameters<Edit['apply']>[1]): Creative | null {
  const field = part === 'text' ? 'text' : base.headline === null ? 'hook' : 'headline';
  const before = base[field] ?? (part === 'text' ? '' : null);
  if (before === null) return null;
  const after = apply(before, brief)?.trim();
  if (!after || after === before) return null;
  if (part === 'headline' && after.length > MOST_CHARACTERS) return null;
  return { ...base, [field]: after };
}
