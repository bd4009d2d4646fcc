/**
 * Changes of a text that add or drop one attribute each. They never state a fact: what an ad may claim comes from its brief.
 * One entry adds an edit; `proposals.ts` checks what it really changes.
 */

import type { Brief } from './brief.js';
import { afterwards, before, capital, endedBy, sentencesOf, within } from './wording.js';

export type EditDirection = 'add' | 'drop';

/** The part of a creative that an edit changes. */
export type EditedPart = 'headline' | 'text';

export interface Edit {
  attribute: string;
  direction: EditDirection;
  part: EditedPart;
  /** Null if the text gives no occasion. */
  apply: (text: string, brief: Pick<Brief, 'product' | 'audience' | 'offer'>) => string | null;
}

const edit =
  (direction: EditDirection, part: EditedPart) =>
  (attribute: string, apply: Edit['apply']): Edit => ({ attribute, direction, part, apply });

const add = edit('add', 'headline');
const addToText = edit('add', 'text');
const drop = edit('drop', 'headline');
const dropFromText = edit('drop', 'text');

const sentence = (attribute: string, words: string) => add(attribute, (text) => afterwards(text, words));
const opening = (attribute: string, words: string) =>
  add(attribute, (text, { product }) => before(text, words, [product]));

const LONG_WORD = /\b\p{L}{4,}\b/gu;

/** The last word of four letters or more in capitals. */
function shouted(text: string): string | null {
  const words = [...text.matchAll(LONG_WORD)];
  const last = words.at(-1);
  if (!last) return null;
  return text.slice(0, last.index) + last[0].toUpperCase() + text.slice(last.index + last[0].length);
}

function unlessShort(text: string, changed: string): string | null {
  return changed.trim().split(/\s+/).length >= 2 && changed !== text ? changed : null;
}

/** The text without the sentences that have this; null if all have it or none. */
function without(form: RegExp) {
  return (text: string): string | null => {
    const all = sentencesOf(text);
    const kept = all.filter((part) => !form.test(part));
    return kept.length === 0 || kept.length === all.length ? null : kept.join(' ');
  };
}

/** What the brief says in words of its own, as a sentence of the text. */
function fromBrief(attribute: string): Edit {
  return addToText(attribute, (text, { offer }) =>
    offer === null ? null : afterwards(text, endedBy(capital(offer), '.')),
  );
}

const FORM: readonly Edit[] = [
  sentence('question_mark', 'Ready?'),
  sentence('ends_with_question', 'Why wait?'),
  add('exclamation_mark', (text) => endedBy(text, '!')),
  add('ends_with_full_stop', (text) => endedBy(text, '.')),
  add('ellipsis', (text) => endedBy(text, '\u2026')),
  add('parentheses', (text) => within(text, ' (in short)')),
  add('quotation_marks', (text) => `\u201c${text.trim()}\u201d`),
  opening('colon', 'Good to know:'),
  opening('comma', 'At last,'),
  add('dash', (text) => within(text, ' \u2013 in short')),
  add('all_capitals_word', shouted),
  add('title_case', (text) => text.replace(/(?<![\p{L}'\u2019])\p{Ll}/gu, (letter) => letter.toUpperCase())),
  opening('number_word', 'Two words:'),
  add('emoji', (text) => `${text.trim()} \u2728`),
];

const OPENINGS: readonly Edit[] = [
  opening('starts_with_how', 'How it works:'),
  opening('starts_with_why', 'Why it matters:'),
  opening('starts_with_what', 'What matters:'),
  opening('starts_with_when', 'When it counts:'),
  opening('starts_with_if', 'If it counts:'),
  opening('starts_with_this_or_these', 'This is it:'),
  opening('starts_with_the', 'The short version:'),
  opening('starts_with_a', 'A tip:'),
  opening('starts_with_there_or_its', 'It is here:'),
  opening('starts_with_imperative', 'Remember:'),
  opening('starts_with_question_verb', 'Is it time?'),
];

const WORDS: readonly Edit[] = [
  sentence('this_or_these', 'This is it.'),
  opening('here_is', 'Here is the idea:'),
  sentence('turn_in_time', 'Then decide.'),
  sentence('when_or_while', 'When it counts.'),
  sentence('names_the_medium', 'In pictures.'),
  sentence('unnamed_thing', 'Something is different.'),
  sentence('reveals', 'Really.'),
  sentence('contrast', 'Yet simple.'),
  sentence('reason', 'Because it matters.'),
  sentence('seeing', 'Seeing is believing.'),
  sentence('speaking', 'Tell a friend.'),
  sentence('first_time', 'First things first.'),
  sentence('obligation', 'A must.'),
  sentence('possibility', 'Maybe it is time.'),
  sentence('negation', 'No fuss.'),
  sentence('absolute', 'Every time.'),
  sentence('positive_word', 'Good to know.'),
  sentence('surprise', 'A surprise.'),
  sentence('emphasis', 'Seriously.'),
  sentence('slang', 'Yep.'),
  sentence('you_or_your', 'For you.'),
  sentence('we_or_our', 'From us.'),
  sentence('they_or_their', 'Ask them.'),
  add('people', (text, { audience }) => (audience ? afterwards(text, `For people like ${audience}.`) : null)),
];

const OFFERS: readonly Edit[] = [
  ...['price', 'discount', 'percentage', 'free', 'guarantee', 'new', 'social_proof', 'urgency'].map(
    fromBrief,
  ),
  addToText('call_to_action', (text) => afterwards(text, 'Learn more.')),
  addToText('call_to_action', (text) => afterwards(text, 'Shop now.')),
  addToText('emoji', (text) => `${text.trim()} \u2728`),
];

const DROPS: readonly Edit[] = [
  drop('question_mark', without(/\?/)),
  drop('exclamation_mark', (text) => (text.includes('!') ? text.replaceAll('!', '.') : null)),
  drop('ellipsis', (text) => (/\u2026|\.{2,}/.test(text) ? text.replace(/\u2026|\.{2,}/g, '.') : null)),
  drop('ends_with_full_stop', (text) => unlessShort(text, endedBy(text, ''))),
  drop('parentheses', (text) => unlessShort(text, text.replace(/\s*[([][^)\]]+[)\]]/g, ''))),
  drop('quotation_marks', (text) => unlessShort(text, text.replace(/["\u201c\u201d]/g, ''))),
  drop('emoji', (text) => unlessShort(text, withoutEmoji(text))),
  drop('all_capitals_word', (text) =>
    unlessShort(
      text,
      text.replace(/\b\p{Lu}{4,}\b/gu, (word) => word.toLowerCase()),
    ),
  ),
  drop('title_case', (text) => unlessShort(text, capital(text.toLowerCase()))),
  dropFromText('call_to_action', without(/\b(?:shop|buy|order|sign up|learn more|get|try)\b/i)),
  dropFromText('urgency', without(/\b(?:today|tonight|now|last|while|hurry|ends?)\b/i)),
  dropFromText('emoji', (text) => unlessShort(text, withoutEmoji(text))),
  ...WORDS.map(({ attribute }) => drop(attribute, withoutLastSentence)),
];

function withoutEmoji(text: string): string {
  return text.replace(/\s*(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)/gu, '');
}

/** Phrases stand at the end; whether the attribute is gone without the last one is checked. */
function withoutLastSentence(text: string): string | null {
  const all = sentencesOf(text);
  return all.length > 1 ? all.slice(0, -1).join(' ') : null;
}

export const EDITS: readonly Edit[] = [...FORM, ...OPENINGS, ...WORDS, ...OFFERS, ...DROPS];
