/** Which of the drafts that someone wrote are kept. */

import { textsOf } from '../creative/creative-texts.js';
import { attributeOf, attributesOf } from '../creative/registry.js';
import type { Creative } from '../experiment.js';
import type { Brief } from './brief.js';
import { forbiddenIn, missingIn } from './brief-rules.js';
import { areNearCopies } from './near-copies.js';
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

/**
 * Checks each draft against the brief, the starting point, creatives that lost, and the drafts before it. The change that its author
 * claims counts only if the attribute did change in that direction; otherwise it is the first one that did.
 */
export function sift(
  written: readonly WrittenDraft[],
  facts: { start: Creative | null; lost: readonly Creative[]; brief: Pick<Brief, 'mustSay' | 'mustNotSay'> },
): { kept: SiftedDraft[]; leftOut: LeftOut[] } {
  const kept: SiftedDraft[] = [];
  const leftOut: LeftOut[] = [];
  for (const { creative, claimed } of written) {
    const reason = reasonAgainst(
      creative,
      facts,
      kept.map((draft) => draft.creative),
    );
    if (reason !== null) leftOut.push({ creative, reason });
    else kept.push(described(creative, claimed, facts.start));
  }
  return { kept, leftOut };
}

function reasonAgainst(
  creative: Creative,
  { start, lost, brief }: Parameters<typeof sift>[1],
  kept: readonly Creative[],
): LeftOutReason | null {
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
  if (missing !== null) return { code: 'missing', words: missing };
  if (start !== null && areNearCopies(start, creative)) return { code: 'near_copy', of: 'start' };
  if (lost.some((one) => areNearCopies(one, creative))) return { code: 'near_copy', of: 'loser' };
  if (kept.some((one) => areNearCopies(one, creative))) return { code: 'near_copy', of: 'draft' };
  return null;
}

function described(creative: Creative, claimed: Change | null, start: Creative | null): SiftedDraft {
  const attributes = attributesOf(textsOf(creative));
  if (start === null) return { creative, attributes, change: null, alsoChanges: [] };
  const all = changed(attributesOf(textsOf(start)), attributes);
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
