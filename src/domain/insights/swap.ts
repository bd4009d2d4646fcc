/**
 * The label swap: the same question with winner and loser exchanged. Whoever says of the false winner what was said of the true
 * one would say it of any winner.
 */

import { type DropCode, plain, pointless, undistinguishing, unfounded } from './checks.js';
import { type Claim, exchanged, type ShownPair } from './claim.js';

/** Two claims say the same if their words overlap at least as much: 2·common ÷ (words of one + words of the other). */
export const SAME_FROM = 0.6;

/** Words that say nothing about an ad, and the labels themselves. */
const EMPTY_STEMS = new Set(
  `a an the and or but of to in on at for from with by as is are was were be been being it its this that these those which who
  has have had itself themselves do does did so than then very more most also not no will would can could make makes made
  ad ads winner winners loser losers winning losing won lost better worse creative variant headline text copy word words phrase`
    .split(/\s+/)
    .map(stem),
);

/** What a claim says apart from what it quotes: the stems of its words. The reason counts, not the words it is pinned to. */
export function wordsOf({ text, quote }: Pick<Claim, 'text' | 'quote'>): ReadonlySet<string> {
  let said = plain(text);
  if (quote !== null) said = said.split(plain(quote)).join(' ');
  said = said.replace(/"[^"]*"/g, ' ').replace(/(?<!\p{L})'[^']*'(?!\p{L})/gu, ' ');
  const words = said.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.map(stem).filter((word) => !EMPTY_STEMS.has(word)));
}

function stem(word: string): string {
  return word.replace(/(?<=\p{L}{3})(?:ing|edly|ed|es|s|ly|e)$/u, '').replace(/y$/, 'i');
}

/** 0 to 1. Claims that say nothing apart from their quotes say the same. */
export function similarity(a: Pick<Claim, 'text' | 'quote'>, b: Pick<Claim, 'text' | 'quote'>): number {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  if (one.size + other.size === 0) return 1;
  const common = [...one].filter((word) => other.has(word)).length;
  return (2 * common) / (one.size + other.size);
}

/** Whether two claims give the same reason: the same attribute, or the same words, on the same side of the label. */
export function sameReason(a: Claim, b: Claim): boolean {
  if (a.side !== b.side) return false;
  if (a.attributeId !== null && a.attributeId === b.attributeId) return true;
  return similarity(a, b) >= SAME_FROM;
}

/**
 * The claim of the swapped answer with which this one comes back for the other side; null if none does. A return that points to
 * nothing in the other ad doesn't count: an invented quote must not refute what only the true winner's ad has. `pair`: as
 * labelled in the first question.
 */
export function returned(claim: Claim, swapped: readonly Claim[], pair: ShownPair): Claim | null {
  const other = exchanged(pair);
  return swapped.find((each) => sameReason(claim, each) && pointless(each, other) === null) ?? null;
}

export interface DroppedClaim {
  claim: Claim;
  code: DropCode;
  /** The text with which it came back for the other side, or that it repeats; null otherwise. */
  like: string | null;
}

export interface Judged {
  kept: Claim[];
  dropped: DroppedClaim[];
}

/** Keeps the claims that are founded, that don't come back for the other side, and that tell the two ads apart. */
export function judgeClaims(asIs: readonly Claim[], swapped: readonly Claim[], pair: ShownPair): Judged {
  const kept: Claim[] = [];
  const dropped: DroppedClaim[] = [];
  const drop = (claim: Claim, code: DropCode, like: Claim | null = null) =>
    dropped.push({ claim, code, like: like?.text ?? null });
  for (const claim of asIs) {
    const baseless = unfounded(claim, pair);
    if (baseless !== null) {
      drop(claim, baseless);
      continue;
    }
    const back = returned(claim, swapped, pair);
    if (back !== null) {
      drop(claim, 'comes_back', back);
      continue;
    }
    const same = undistinguishing(claim, pair);
    const earlier = kept.find((each) => each.kind === claim.kind && sameReason(each, claim));
    if (same !== null) drop(claim, same);
    else if (earlier) drop(claim, 'repeated', earlier);
    else kept.push(claim);
  }
  return { kept, dropped };
}
