/** Punctuation, numbers and capitals of the headline. */

import { type Attribute, either, inHeadline, matching, oneOf, startsWith, written } from '../attribute.js';
import type { Passage } from '../passage.js';

/** Share of the longer words with a capital from which a headline is in title case. */
const TITLE_CASE = 0.8;
/** Fewer longer words after the first say nothing about the case. */
const LEAST_LONG_WORDS = 3;

/** Of the words of four letters or more after the first, how many begin with a capital; null if too few. */
export function capitalShare({ tokens }: Passage): number | null {
  const long = tokens.slice(1).filter((token) => /^\p{L}{4}/u.test(token));
  if (long.length < LEAST_LONG_WORDS) return null;
  return long.filter((token) => /^\p{Lu}/u.test(token)).length / long.length;
}

const NUMBER_WORDS =
  'two three four five six seven eight nine ten eleven twelve twenty thirty fifty hundred hundreds thousand thousands million millions billion billions dozen';

export const FORM: readonly Attribute[] = [
  inHeadline('question_mark', 'The headline contains a question mark.', ['question'], written(/\?/)),
  inHeadline(
    'ends_with_question',
    'The headline ends with a question.',
    ['question'],
    written(/\?["')\]]*$/),
  ),
  inHeadline('exclamation_mark', 'The headline contains an exclamation mark.', ['punctuation'], written(/!/)),
  inHeadline('colon', 'The headline contains a colon.', ['punctuation'], written(/:(?=\s|$)/)),
  inHeadline('comma', 'The headline contains a comma.', ['punctuation'], written(/,(?=\s|["'])/)),
  inHeadline(
    'quotation_marks',
    'The headline quotes something in quotation marks.',
    ['punctuation', 'quote'],
    written(/"[^"]+"|(?:^|[\s(])'(?!(?:em|til|cause|round|bout|n)\b)[^']+'(?=$|[\s.,!?:;)])/i),
  ),
  inHeadline(
    'ellipsis',
    'The headline contains an ellipsis.',
    ['punctuation'],
    written(/\.{2,}|\u2026|(?:\. ){2}\./),
  ),
  inHeadline(
    'parentheses',
    'The headline contains parentheses.',
    ['punctuation'],
    written(/[([][^)\]]+[)\]]/),
  ),
  inHeadline(
    'dash',
    'The headline contains a dash between words.',
    ['punctuation'],
    written(/[\u2013\u2014]|\s-{1,3}\s|\w--\w/),
  ),
  inHeadline(
    'ends_with_full_stop',
    'The headline ends with a full stop.',
    ['punctuation'],
    written(/[^.]\.["')\]]*$/),
  ),
  inHeadline(
    'all_capitals_word',
    'The headline contains a word of four or more letters in all capitals.',
    ['capitals'],
    ({ tokens }) => tokens.some((token) => /^\p{Lu}{4,}$/u.test(token)),
  ),
  {
    id: 'title_case',
    statement: 'The longer words of the headline begin with capitals.',
    kind: 'present',
    category: 'hook_writing',
    tags: ['capitals'],
    value: ({ headline }) => {
      const share = capitalShare(headline);
      return share === null ? null : Number(share >= TITLE_CASE);
    },
  },
  inHeadline('number', 'The headline contains a number in digits.', ['number'], written(/\p{Nd}/u)),
  inHeadline(
    'leading_number',
    'The headline begins with a number.',
    ['number', 'opening'],
    either(written(/^["'([]*[#$\u00a3\u20ac]?\p{Nd}/u), startsWith(NUMBER_WORDS)),
  ),
  inHeadline('number_word', 'The headline contains a number in words.', ['number'], oneOf(NUMBER_WORDS)),
  inHeadline(
    'hashtag',
    'The headline contains a hashtag.',
    ['social_media'],
    written(/(?:^|[\s("'])#\p{L}/u),
  ),
  inHeadline(
    'list_words',
    'The headline announces a list, such as "7 things" or "five reasons".',
    ['number', 'list'],
    matching(
      /\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|few|some)(?: \S+){0,2} (?:things|reasons|ways|facts|photos|pictures|images|quotes|signs|tips|lessons|myths|questions|steps|examples|mistakes|lies|people|charts|moments)\b/,
    ),
  ),
];
