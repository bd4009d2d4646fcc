/** Whether a claim can be found in the ads, and whether what it names tells them apart. */
import { attributeOf } from '../creative/registry.js';
import { type Claim, otherSide, type ShownAd, type ShownPair } from './claim.js';

/** Why a claim was dropped: `insights/sentences.ts` says it in words. */
export const DROP_CODES = [
  'quote_not_found',
  'no_picture',
  'nothing_visible',
  'attribute_absent',
  'comes_back',
  'no_difference',
  'same_words',
  'repeated',
] as const;
export type DropCode = (typeof DROP_CODES)[number];

/** Typography decides nothing: quotation marks, apostrophes, dashes and spaces are those of a keyboard. */
export function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u2018\u2019\u201a\u02bc\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u00ab\u00bb\u2033]/g, '"')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\u2026/g, '...')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Marks that whoever quotes may put around the words or at their end. */
const AROUND = /^["'\s]+|["'\s]+$/g;

/** The words of a quote as {@link plain} has them. */
export function quotedWords(quote: string): string {
  return plain(quote).replace(AROUND, '');
}

/** Whether a text contains these words, apart from typography. Words without a letter or digit are in no text. */
export function contains(text: string, quote: string): boolean {
  const words = quotedWords(quote);
  return /[\p{L}\p{N}]/u.test(words) && plain(text).includes(words);
}

/** Whether the claim points to something: its quote is in the named field, or it says what is visible in a picture that was given. */
export function pointless(claim: Claim, pair: ShownPair): DropCode | null {
  const ad = pair[claim.side];
  if (claim.field === 'picture') {
    if (!ad.hasPicture) return 'no_picture';
    return /\p{L}/u.test(claim.visible ?? '') ? null : 'nothing_visible';
  }
  const text = ad.fields[claim.field];
  const isFound = text !== undefined && claim.quote !== null && contains(text, claim.quote);
  return isFound ? null : 'quote_not_found';
}

/** Whether the claim points to something in its own ad, and that ad has the attribute, if it can be read. Null if so. */
export function unfounded(claim: Claim, pair: ShownPair): DropCode | null {
  const nothing = pointless(claim, pair);
  if (nothing !== null) return nothing;
  const values = valuesOf(claim, pair);
  if (values === null) return null;
  const [own, other] = values;
  const isPresent = attributeOf(claim.attributeId!)!.kind === 'present';
  return (isPresent ? own === 0 : own < other) ? 'attribute_absent' : null;
}

/** Whether what a founded claim names is the same in both ads: it can't be why one of them won. Null if it differs. */
export function undistinguishing(claim: Claim, pair: ShownPair): DropCode | null {
  const values = valuesOf(claim, pair);
  if (values !== null) return values[0] === values[1] ? 'no_difference' : null;
  if (claim.field === 'picture' || claim.quote === null || claim.attributeId !== null) return null;
  return Object.values(pair[otherSide(claim.side)].fields).some((text) => contains(text, claim.quote!))
    ? 'same_words'
    : null;
}

/** The attribute's value in the claim's own ad and in the other; null without an attribute that can be read from both. */
function valuesOf({ attributeId, side }: Claim, pair: ShownPair): [own: number, other: number] | null {
  if (attributeId === null || attributeOf(attributeId) === null) return null;
  const valueIn = ({ attributes }: ShownAd) => attributes[attributeId] ?? null;
  const [own, other] = [valueIn(pair[side]), valueIn(pair[otherSide(side)])];
  return own === null || other === null ? null : [own, other];
}
