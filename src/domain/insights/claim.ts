/** What is said about why an ad won. */
import { CREATIVE_FIELDS, type CreativeField } from '../creative/ran-creative.js';
import type { Attributes } from '../creative/registry.js';

export const CLAIM_KINDS = [
  'hook_pattern',
  'visual_element',
  'winning_factor',
  'replicable_pattern',
  'emotional_trigger',
  'value_proposition',
  'pain_point_addressed',
] as const;
export type ClaimKind = (typeof CLAIM_KINDS)[number];

/** The ad that has what the claim is about. The winner's helped it; the loser's hurt it. */
export const CLAIM_SIDES = ['winner', 'loser'] as const;
export type ClaimSide = (typeof CLAIM_SIDES)[number];

export const CLAIM_FIELDS = [...CREATIVE_FIELDS, 'picture'] as const;
export type ClaimField = CreativeField | 'picture';

export interface Claim {
  kind: ClaimKind;
  text: string;
  side: ClaimSide;
  /** In which part of that ad it can be seen. */
  field: ClaimField;
  /** Words of that field; null if the field is the picture. */
  quote: string | null;
  /** What can be seen in the picture; null if the field is a text. */
  visible: string | null;
  /** The attribute that it is about, if one fits. */
  attributeId: string | null;
}

/** What a test showed of one ad. */
export interface ShownAd {
  fields: Partial<Record<CreativeField, string>>;
  /** Whether its picture was given to whoever makes the claims. */
  hasPicture: boolean;
  attributes: Attributes;
}

export type ShownPair = Record<ClaimSide, ShownAd>;

/** The same two ads under exchanged labels. */
export function exchanged({ winner, loser }: ShownPair): ShownPair {
  return { winner: loser, loser: winner };
}

export function otherSide(side: ClaimSide): ClaimSide {
  return side === 'winner' ? 'loser' : 'winner';
}
