import type { Examples } from './example.js';

export const FORM: Examples = {
  question_mark: { has: ['Who did it? Nobody knows', 'Really?!'], lacks: ['Who did it', 'He did it.'] },
  ends_with_question: { has: ['Is it safe?', '"Is it safe?"'], lacks: ['Is it safe? No.', 'It is safe'] },
  exclamation_mark: { has: ['Wow! It works', 'Now!'], lacks: ['Wow, it works'] },
  colon: { has: ['The truth: nobody knows'], lacks: ['At 10:30 it ends', 'No colon; none'] },
  comma: { has: ['First, read this'], lacks: ['It costs 1,000 dollars'] },
  quotation_marks: {
    has: ['He said "no" to them', 'He said \u201cno\u201d to them', "They call it 'the wall' here"],
    lacks: ["It's the dog's bone", "Give 'em what they don't want"],
  },
  ellipsis: { has: ['And then\u2026 it fell', 'Wait for it...'], lacks: ['It fell. Then it rose.'] },
  parentheses: { has: ['It fell (twice)', 'It [really] fell'], lacks: ['It fell :)'] },
  dash: { has: ['It fell \u2014 twice', 'It fell - twice', 'It fell--twice'], lacks: ['A well-known man'] },
  ends_with_full_stop: { has: ['It fell.', 'He said "it fell."'], lacks: ['It fell. Twice', 'It fell...'] },
  all_capitals_word: {
    has: ['This is HUGE news'],
    lacks: ['It is in the USA', 'I am ON TV'],
  },
  title_case: {
    has: ['The Senator Said What Everyone Thinks'],
    lacks: ['The senator said what everyone thinks', 'The senator said what Barack thinks'],
  },
  number: { has: ['It took 3 days', 'The 1990s are back'], lacks: ['It took three days'] },
  leading_number: {
    has: ['7 reasons to go', '$20 buys this', 'Seven reasons to go'],
    lacks: ['The 7 reasons to go'],
  },
  number_word: { has: ['It took three days', 'A million people'], lacks: ['It took 3 days', 'One day'] },
  hashtag: { has: ['Join us #today'], lacks: ['We are #1', 'C# is a language'] },
  list_words: {
    has: ['7 things to know', 'Five good reasons to go'],
    lacks: ['Things to know', 'The reason to go'],
  },
};
