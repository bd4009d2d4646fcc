/** How long the headline, its words and its sentences are. */

import { type Attribute, amountOfHeadline, inHeadline } from '../attribute.js';

const SHORT = 10;
const LONG = 16;
/** Words of a step. */
const STEP = 5;
/** Words of a step of the body. */
const BODY_STEP = 20;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export const LENGTH: readonly Attribute[] = [
  inHeadline(
    'ten_words_or_fewer',
    `The headline has ${SHORT} words or fewer.`,
    ['length'],
    ({ words }) => words.length <= SHORT,
  ),
  inHeadline(
    'more_than_sixteen_words',
    `The headline has more than ${LONG} words.`,
    ['length'],
    ({ words }) => words.length > LONG,
  ),
  amountOfHeadline(
    'five_words_more',
    'The headline is five words longer.',
    'five words more',
    ['length'],
    ({ words }) => words.length / STEP,
  ),
  amountOfHeadline(
    'longer_words',
    'The words of the headline are a letter longer on average.',
    'one letter more per word',
    ['length'],
    ({ words }) => (words.length === 0 ? null : sum(words.map(({ length }) => length)) / words.length),
  ),
  amountOfHeadline(
    'one_sentence_more',
    'The headline has a sentence more.',
    'one sentence more',
    ['length', 'sentences'],
    ({ sentences }) => sentences.length,
  ),
  inHeadline(
    'several_sentences',
    'The headline has two or more sentences.',
    ['sentences'],
    ({ sentences }) => sentences.length > 1,
  ),
  {
    id: 'longer_body',
    statement: 'The text below the headline is twenty words longer.',
    kind: 'amount',
    step: 'twenty words more',
    category: 'best_practice',
    tags: ['length', 'body'],
    value: ({ body }) => (body ? body.words.length / BODY_STEP : null),
  },
];
