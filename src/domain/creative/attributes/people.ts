/** Whom the headline is about, and whom it addresses. */

import { type Attribute, inHeadline, matching, oneOf } from '../attribute.js';
import type { Passage } from '../passage.js';
import { capitalShare } from './form.js';

/** Above this share of capitals a name can't be told from another word. */
const NAMES_SHOW = 0.5;

/** Two words in a row with a capital after the first word, in a headline that isn't in title case. */
function namesSomeone({ text }: Passage): boolean {
  return /[\p{L}\p{N},;'"] (?!I\b)\p{Lu}[\p{Ll}.]+ (?!I\b)(?:\p{Lu}\.? )?\p{Lu}\p{Ll}+/u.test(text);
}

export const PEOPLE: readonly Attribute[] = [
  inHeadline(
    'he_or_his',
    'The headline speaks of "he", "him" or "his".',
    ['pronoun', 'person'],
    oneOf('he him his himself'),
  ),
  inHeadline(
    'she_or_her',
    'The headline speaks of "she" or "her".',
    ['pronoun', 'person'],
    oneOf('she her hers herself'),
  ),
  inHeadline(
    'they_or_their',
    'The headline speaks of "they", "them" or "their".',
    ['pronoun', 'person'],
    oneOf('they them their theirs themselves em'),
  ),
  inHeadline(
    'i_or_my',
    'The headline says "I", "me" or "my".',
    ['pronoun', 'first_person'],
    oneOf('i me my mine myself'),
  ),
  inHeadline(
    'we_or_our',
    'The headline says "we", "us" or "our".',
    ['pronoun', 'first_person'],
    oneOf('we us our ours ourselves'),
  ),
  inHeadline(
    'you_or_your',
    'The headline addresses the reader as "you".',
    ['pronoun', 'second_person'],
    oneOf("you your yours yourself yourselves y'all"),
  ),
  {
    id: 'proper_name',
    statement: 'The headline names someone or something by a name of two words.',
    kind: 'present',
    category: 'hook_writing',
    tags: ['person', 'name'],
    value: ({ headline }) => {
      const share = capitalShare(headline);
      return share === null || share > NAMES_SHOW ? null : Number(namesSomeone(headline));
    },
  },
  inHeadline(
    'children',
    'The headline mentions children.',
    ['person'],
    oneOf(
      'child children kid kids baby babies boy boys girl girls toddler toddlers teen teens teenager teenagers son sons daughter daughters student students',
    ),
  ),
  inHeadline(
    'women',
    'The headline mentions women.',
    ['person'],
    oneOf(
      'woman women girl girls lady ladies mom moms mother mothers wife daughter sister grandmother grandma female females bride',
    ),
  ),
  inHeadline(
    'men',
    'The headline mentions men.',
    ['person'],
    oneOf(
      'man men guy guys boy boys dude dudes dad dads father fathers husband son brother grandfather grandpa male males',
    ),
  ),
  inHeadline(
    'family',
    'The headline mentions family.',
    ['person'],
    oneOf(
      'family families parent parents mom moms mother mothers dad dads father fathers brother sister husband wife grandma grandpa grandmother grandfather son daughter',
    ),
  ),
  inHeadline(
    'people',
    'The headline speaks of people at large: "people", "everyone", "Americans".',
    ['person'],
    oneOf('people folks everyone everybody americans humans humanity persons'),
  ),
  inHeadline(
    'someone_unnamed',
    'The headline speaks of someone without a name: "a man", "this teacher".',
    ['person', 'curiosity_gap'],
    matching(
      /\b(?:a|an|this|one|some)(?: [a-z'0-9-]+){0,2} (?:man|woman|guy|girl|boy|kid|mom|mother|dad|father|teacher|student|doctor|cop|senator|comedian|teen|teenager|lady|dude|girl|person|artist|scientist|soldier|veteran|actor|actress|poet|singer|photographer|couple|family|someone)\b/,
    ),
  ),
];
