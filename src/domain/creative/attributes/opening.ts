/** How the headline begins. */

import { type Attribute, either, inHeadline, matching, startsWith } from '../attribute.js';

const begins = (id: string, what: string, tags: readonly string[], ...words: string[]): Attribute =>
  inHeadline(id, `The headline begins with ${what}.`, ['opening', ...tags], startsWith(...words));

const IMPERATIVES =
  'watch see look meet check listen read imagine remember forget stop start get give take make let try share ask tell find learn discover think say show be please go come join keep buy shop save never';

export const OPENING: readonly Attribute[] = [
  begins('starts_with_how', '"how"', ['question_word'], 'how'),
  begins('starts_with_why', '"why"', ['question_word'], 'why'),
  begins('starts_with_what', '"what"', ['question_word'], 'what'),
  begins('starts_with_when', '"when"', ['question_word'], 'when'),
  begins('starts_with_who', '"who", "whose" or "which"', ['question_word'], 'who whose which'),
  begins('starts_with_if', '"if"', ['condition'], 'if'),
  begins('starts_with_this_or_these', '"this" or "these"', ['pointing'], 'this these'),
  begins('starts_with_the', '"the"', ['article'], 'the'),
  begins('starts_with_a', '"a" or "an"', ['article'], 'a an'),
  begins('starts_with_he_she_or_they', '"he", "she" or "they"', ['person'], 'he she they his her their'),
  begins('starts_with_i', '"I" or "my"', ['first_person'], "i my i'm"),
  begins('starts_with_there_or_its', '"there", "here" or "it"', ['pointing'], 'there here it'),
  inHeadline(
    'starts_with_imperative',
    'The headline begins with an instruction, such as "watch" or "meet".',
    ['opening', 'imperative'],
    either(startsWith(IMPERATIVES), matching(/^["'(]*don't\b/)),
  ),
  inHeadline(
    'starts_with_question_verb',
    'The headline begins as a question does: "is", "do", "have you", "can".',
    ['opening', 'question'],
    matching(
      /^["'(]*(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|ever|won't|isn't|aren't|don't you|doesn't|didn't|who|whose|what's|remember when|think|want|wanna|need)\b[^.]*\?/,
    ),
  ),
];
