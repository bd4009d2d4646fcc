/** What is visible in the pictures, by both answers. Notes on it are no claims: they count for the picture attributes of the ads. */
import { ATTRIBUTES, attributesOf } from '../creative/registry.js';
import { CLAIM_SIDES, type ClaimSide, otherSide } from './claim.js';

/** What an answer says of each picture; null if it says nothing. */
export type SeenNotes = Record<ClaimSide, string | null>;

const OF_PICTURE = ATTRIBUTES.filter(({ category }) => category === 'visual_design');

/**
 * The notes of the first answer that give a picture the same attributes as those of the swapped answer: what is seen must not
 * follow the label. `dropped`: the others. `swapped`: as labelled in the second question.
 */
export function agreedNotes(asIs: SeenNotes, swapped: SeenNotes): { agreed: SeenNotes; dropped: number } {
  const agreed: SeenNotes = { winner: null, loser: null };
  let dropped = 0;
  for (const side of CLAIM_SIDES) {
    if (asIs[side] === null) continue;
    if (sameAttributes(asIs[side], swapped[otherSide(side)])) agreed[side] = asIs[side];
    else dropped += 1;
  }
  return { agreed, dropped };
}

function sameAttributes(one: string, other: string | null): boolean {
  const read = (visualNotes: string | null) => attributesOf({ headline: '', body: '', visualNotes });
  const [a, b] = [read(one), read(other)];
  return OF_PICTURE.every(({ id }) => a[id] === b[id]);
}
