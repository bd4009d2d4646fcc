/** Which of the drafts that someone wrote are kept. */

import { type Attributes, attributeOf } from '../creative/registry.js';
import type { Creative } from '../experiment.js';
import type { Brief } from './brief.js';
import { forbiddenIn, missingIn } from './brief-rules.js';
import { areNearCopies, type ReadCreative, readCreative } from './near-copies.js';
import { type Change, changed, MOST_CHARACTERS, type Proposal } from './proposals.js';

/** A draft as its author described it. */
export interface WrittenDraft {
  creative: Creative;
  /** What the author says that it changes; null if nothing is said. */
  claimed: Change | null;
}

export type LeftOutReason =
  | { code: 'empty' }
  | { code: 'too_long'; field: 'headline' | 'text'; characters: number; limit: number }
  | { code: 'forbidden'; words: string }
  | { code: 'missing'; words: string }
  | { code: 'near_copy'; of: 'start' | 'loser' | 'draft' };

export interface LeftOut {
  creative: Creative;
  reason: LeftOutReason;
}

/** A draft that is kept. `change`: null without a starting point, or if it changes no attribute that the service can read. */
export type SiftedDraft = Omit<Proposal, 'change'> & { change: Change | null };

/** Characters of a text that Meta's primary text can be. */
const LONGEST_TEXT = 2_200;

/** What drafts are checked against. */
export interface SiftFacts {
  /** Null: they start from nothing. */
  start: Creative | null;
  lost: readonly Creative[];
  brief: Pick<Brief, 'mustSay' | 'mustNotSay'>;
  /** Names of the account's brands. */
  brands?: readonly string[];
}

/**
 * Checks each draft against the brief, the starting point, creatives that lost, and the drafts before it. The change that its author
 * claims counts only if the attribute did change in that direction; otherwise it is the first one that did.
 */
export function sift(
  written: readonly WrittenDraft[],
  { start, lost, brief, brands = [] }: SiftFacts,
): { kept: SiftedDraft[]; leftOut: LeftOut[] } {
  const base = start && readCreative(start, brands);
  const others: Other[] = [
    ...(base ? [{ of: 'start' as const, read: base }] : []),
    ...lost.map((creative) => ({ of: 'loser' as const, read: readCreative(creative, brands) })),
  ];
  const kept: SiftedDraft[] = [];
  const leftOut: LeftOut[] = [];
  for (const { creative, claimed } of written) {
    const read = readCreative(creative, brands);
    const reason = faultOf(creative, brief) ?? nearCopyOf(read, others);
    if (reason !== null) {
      leftOut.push({ creative, reason });
      continue;
    }
    others.push({ of: 'draft', read });
    kept.push(described(read, claimed, base?.attributes() ?? null));
  }
  return { kept, leftOut };
}

interface Other {
  of: Extract<LeftOutReason, { code: 'near_copy' }>['of'];
  read: ReadCreative;
}

function faultOf(creative: Creative, brief: SiftFacts['brief']): LeftOutReason | null {
  const headline = creative.headline ?? creative.hook ?? '';
  const text = creative.text ?? '';
  if (headline.trim() === '' && text.trim() === '') return { code: 'empty' };
  if (headline.length > MOST_CHARACTERS) {
    return { code: 'too_long', field: 'headline', characters: headline.length, limit: MOST_CHARACTERS };
  }
  if (text.length > LONGEST_TEXT) {
    return { code: 'too_long', field: 'text', characters: text.length, limit: LONGEST_TEXT };
  }
  const forbidden = forbiddenIn(creative, brief);
  if (forbidden !== null) return { code: 'forbidden', words: forbidden };
  const missing = missingIn(creative, brief);
  return missing === null ? null : { code: 'missing', words: missing };
}

function nearCopyOf(read: ReadCreative, others: readonly Other[]): LeftOutReason | null {
  const found = others.find((other) => areNearCopies(other.read, read));
  return found ? { code: 'near_copy', of: found.of } : null;
}

function described(read: ReadCreative, claimed: Change | null, from: Attributes | null): SiftedDraft {
  const { creative } = read;
  const attributes = read.attributes();
  if (from === null) return { creative, attributes, change: null, alsoChanges: [] };
  const all = changed(from, attributes);
  const directionOf = (id: string): Change['direction'] => (attributes[id] === 1 ? 'add' : 'drop');
  const isTrue =
    claimed !== null &&
    all.includes(claimed.attribute) &&
    directionOf(claimed.attribute) === claimed.direction;
  const main = isTrue ? claimed.attribute : all[0];
  return {
    creative,
    attributes,
    change: main === undefined ? null : { attribute: main, direction: directionOf(main) },
    alsoChanges: all.filter((id) => id !== main),
  };
}

/** What a draft changes, in words. */
export function changeSentence({ attribute, direction }: Change): string {
  const statement = attributeOf(attribute)?.statement ?? attribute;
  return direction === 'add' ? `New: ${statement}` : `No longer: ${statement}`;
}

export function leftOutSentence(reason: LeftOutReason): string {
  switch (reason.code) {
    case 'empty':
      return 'It has neither a headline nor a text.';
    case 'too_long':
      return `Its ${reason.field} has ${reason.characters} characters; at most ${reason.limit} are allowed.`;
    case 'forbidden':
      return `It says “${reason.words}”, which the brief forbids.`;
    case 'missing':
      return `It doesn’t say “${reason.words}”, which the brief demands.`;
    case 'near_copy':
      return `It is nearly the same as ${NEAR[reason.of]}: a test could not tell them apart.`;
  }
}

const NEAR = {
  start: 'the ad that it starts from',
  loser: 'an ad that lost',
  draft: 'another draft',
} as const;
