/** What is known about the picture or video, from the notes on it. */

import { type Attribute, inPicture } from '../attribute.js';
import type { Passage } from '../passage.js';

/** A note such as "no people" or "without text" says that something is missing. */
const DENIED =
  /\b(?:no|not|without|never|neither|nor|lacks?|lacking|free of|absence of)\b(?:[^.;,!?]{0,20})$/;

/** Characters before a word in which a denial of it may begin. */
const DENIAL_REACH = 40;

/** True if the notes say it at least once without denying it. */
function noted(form: RegExp): (notes: Passage) => boolean {
  const all = new RegExp(form.source, 'g');
  return ({ lower }) =>
    [...lower.matchAll(all)].some(
      ({ index }) => !DENIED.test(lower.slice(Math.max(0, index - DENIAL_REACH), index)),
    );
}

const shows = (id: string, statement: string, tags: readonly string[], form: RegExp): Attribute =>
  inPicture(id, statement, ['picture', ...tags], noted(form));

export const PICTURE: readonly Attribute[] = [
  shows(
    'picture_people',
    'The picture shows people or a face.',
    ['person'],
    /\b(?:people|persons?|faces?|(?:wo)?m[ae]n|girls?|boys?|child(?:ren)?|kids?|bab(?:y|ies)|models?|couple|famil(?:y|ies)|customers?|founders?|athletes?|selfies?|portraits?|smil(?:e|es|ing)|hands?)\b/,
  ),
  shows(
    'picture_face_close',
    'The picture shows a face from close by.',
    ['person'],
    /\b(?:close[- ]?ups? (?:of|on) (?:a |an |her |his |the )?(?:\w+ )?(?:face|woman|man|girl|boy|smile|eyes)|selfies?|portraits?|headshots?|face fills)\b/,
  ),
  shows(
    'picture_text',
    'There is text on the picture.',
    ['text'],
    /\b(?:text|captions?|subtitles?|overlays?|headline (?:on|over|across)|lettering|title card|words (?:on|over|across))\b/,
  ),
  shows(
    'picture_product',
    'The picture shows the product.',
    ['product'],
    /\b(?:products?|packshots?|packaging|bottles?|box(?:es)?|unboxing|jars?|app screens?|screenshots?|demo(?:nstration)?)\b/,
  ),
  shows(
    'picture_before_after',
    'The picture compares before and after.',
    ['comparison'],
    /\bbefore[ -](?:and|&|\/|versus|vs\.?|to)[ -]?after\b|\bbefore\/after\b|\bside[- ]by[- ]side\b|\btransformation\b/,
  ),
  shows(
    'picture_video',
    'It is a video or moves.',
    ['video'],
    /\b(?:videos?|clips?|reels?|footage|animat(?:ed|ion)|gifs?|boomerang|\d+ ?(?:s|sec|seconds)\b)/,
  ),
  shows(
    'picture_bright',
    'The picture is bright or colourful.',
    ['colour'],
    /\b(?:bright|colou?rful|vibrant|vivid|neon|yellow|orange|saturated)\b/,
  ),
  shows(
    'picture_outdoors',
    'The picture is taken outdoors.',
    ['place'],
    /\b(?:outdoors?|outside|beach|forest|mountains?|street|park|garden|nature|landscape|sky|sea|lake)\b/,
  ),
];
