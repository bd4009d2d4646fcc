/** What can be said without Claude: the attributes that differ between winner and loser. */
import type { Attribute, PatternCategory } from '../creative/attribute.js';
import { READ_FIRST } from '../creative/compared-texts.js';
import { foreignLanguage } from '../creative/language.js';
import { Passage } from '../creative/passage.js';
import { ATTRIBUTES, attributesOf } from '../creative/registry.js';
import type { Claim, ClaimField, ClaimKind, ClaimSide, ShownAd, ShownPair } from './claim.js';

const KIND_OF: Record<PatternCategory, ClaimKind> = {
  hook_writing: 'hook_pattern',
  visual_design: 'visual_element',
  best_practice: 'winning_factor',
};

/** Sentences of an ad in which the passage of an attribute is looked for. */
const MOST_SENTENCES = 40;
/** Longer quotes are cut. */
const QUOTE_LENGTH = 300;

/**
 * A claim per attribute that one of the two has, or has more of. Its quote is the sentence that shows the attribute; if none
 * shows it by itself, the text that is read first. `notes`: what is known of the pictures, by side.
 */
export function offlineClaims(
  pair: ShownPair,
  notes: Partial<Record<ClaimSide, string | null>> = {},
): Claim[] {
  const passages = { winner: passagesOf(pair.winner), loser: passagesOf(pair.loser) };
  return ATTRIBUTES.flatMap((attribute): Claim[] => {
    const [won, lost] = [pair.winner.attributes[attribute.id], pair.loser.attributes[attribute.id]];
    if (won == null || lost == null || won === lost) return [];
    const side: ClaimSide = won > lost ? 'winner' : 'loser';
    const shown = placeOf(attribute, pair[side], passages[side], notes[side] ?? null);
    if (shown === null) return [];
    return [
      {
        kind: KIND_OF[attribute.category],
        text: attribute.statement,
        side,
        attributeId: attribute.id,
        ...shown,
      },
    ];
  });
}

/** Whether the attributes of an ad's texts can be read at all; a sentence if not. */
export function unreadableNote({ fields }: Pick<ShownAd, 'fields'>): string | null {
  const language = foreignLanguage(Object.values(fields).join('\n'));
  return (
    language && `The text looks ${language}: attributes are read from English texts alone, so it has none.`
  );
}

interface FoundPassage {
  field: ClaimField;
  sentence: string;
  values: Readonly<Record<string, number | null>>;
}

function passagesOf({ fields }: ShownAd): FoundPassage[] {
  const found = READ_FIRST.flatMap((field) =>
    new Passage(fields[field] ?? '').sentences.map((sentence) => ({ field, sentence })),
  );
  return found.slice(0, MOST_SENTENCES).map((each) => ({
    ...each,
    values: attributesOf({ headline: each.sentence, body: '', visualNotes: null }),
  }));
}

function placeOf(
  attribute: Attribute,
  { fields }: ShownAd,
  passages: readonly FoundPassage[],
  notes: string | null,
): Pick<Claim, 'field' | 'quote' | 'visible'> | null {
  if (attribute.category === 'visual_design')
    return notes === null ? null : { field: 'picture', quote: null, visible: notes };
  const first = READ_FIRST.find((field) => fields[field] !== undefined);
  if (first === undefined) return null;
  const ofHeadline = attribute.category === 'hook_writing';
  const found =
    attribute.kind === 'present'
      ? passages.find(({ field, values }) => values[attribute.id] === 1 && (!ofHeadline || field === first))
      : undefined;
  const longest = attribute.id === 'longer_body' ? READ_FIRST.findLast((field) => fields[field]) : undefined;
  const field = found?.field ?? longest ?? first;
  const quote = (found?.sentence ?? fields[field as keyof typeof fields]!).trim().slice(0, QUOTE_LENGTH);
  // Not between the halves of an emoji.
  return { field, quote: quote.replace(/[\ud800-\udbff]$/, ''), visible: null };
}
