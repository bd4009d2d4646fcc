/**
 * All attributes of a creative. To add one: an entry in a file of `attributes/`, and its examples in the test of that
 * file.
 */

import type { Attribute } from './attribute.js';
import { FEELING } from './attributes/feeling.js';
import { FORM } from './attributes/form.js';
import { LENGTH } from './attributes/length.js';
import { OFFER } from './attributes/offer.js';
import { OPENING } from './attributes/opening.js';
import { PEOPLE } from './attributes/people.js';
import { PICTURE } from './attributes/picture.js';
import { STORY } from './attributes/story.js';
import { foreignLanguage } from './language.js';
import { Passage, type Reading } from './passage.js';
import type { CreativeTexts } from './texts.js';

/** By subject, in the order in which they are shown. */
export const ATTRIBUTE_GROUPS = {
  offer: OFFER,
  picture: PICTURE,
  form: FORM,
  length: LENGTH,
  opening: OPENING,
  people: PEOPLE,
  story: STORY,
  feeling: FEELING,
} as const satisfies Record<string, readonly Attribute[]>;

export const ATTRIBUTES: readonly Attribute[] = [
  ...FORM,
  ...LENGTH,
  ...OPENING,
  ...PEOPLE,
  ...STORY,
  ...FEELING,
  ...OFFER,
  ...PICTURE,
];

const BY_ID = new Map(ATTRIBUTES.map((attribute) => [attribute.id, attribute]));

/** Null if no attribute has this id: the registry of an older version may have had it. */
export function attributeOf(id: string): Attribute | null {
  return BY_ID.get(id) ?? null;
}

/** The values of a creative by attribute id; null if unknown. An id that is missing is unknown too. */
export type Attributes = Readonly<Record<string, number | null>>;

/** All attributes of a creative. Of texts that are recognisably in another language than English, none is known. */
export function attributesOf(texts: CreativeTexts): Attributes {
  const foreign = foreignLanguage(`${texts.headline}\n${texts.body}`) !== null;
  const reading = readingOf(texts);
  return Object.fromEntries(ATTRIBUTES.map(({ id, value }) => [id, foreign ? null : value(reading)]));
}

function readingOf({ headline, body, visualNotes, brands = [] }: CreativeTexts): Reading {
  const head = new Passage(headline);
  return {
    headline: head,
    whole: body.trim() === '' ? head : new Passage(`${headline}\n${body}`),
    body: body.trim() === '' ? null : new Passage(body),
    notes: visualNotes === null || visualNotes.trim() === '' ? null : new Passage(visualNotes),
    brands: brands.map((name) => new Passage(name).plainWords()).filter((name) => name.trim() !== ''),
  };
}
