import type { Examples } from './example.js';

const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

export const LENGTH: Examples = {
  ten_words_or_fewer: { has: [words(10), 'Short'], lacks: [words(11)] },
  more_than_sixteen_words: { has: [words(17)], lacks: [words(16)] },
  five_words_more: [
    [words(5), 1],
    ['One well-known man \u2014 really', 0.8],
    ['\u{1f600}', 0],
  ],
  longer_words: [
    ['abc de', 2.5],
    ["don't!", 5],
  ],
  one_sentence_more: [
    ['It fell', 1],
    ['It fell. Then it rose! Why?', 3],
    ['It fell\u2026 twice.', 2],
    ['It costs 1.50 dollars', 1],
  ],
  several_sentences: { has: ['It fell. It rose.'], lacks: ['It fell, then it rose.', 'Version 2.0 is here'] },
  longer_body: [
    [{ body: words(20) }, 1],
    [{ body: words(5) }, 0.25],
  ],
};
