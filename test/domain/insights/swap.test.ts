import { describe, expect, it } from 'vitest';
import type { Claim, ShownPair } from '../../../src/domain/insights/claim.js';
import { judgeClaims, SAME_FROM, similarity } from '../../../src/domain/insights/swap.js';
import { said, shown } from './fixtures.js';

const PAIR: ShownPair = {
  winner: shown({ headline: 'Cold feet at night?', text: 'Get a free pair today.' }),
  loser: shown({ headline: 'Wool socks for you', text: 'Made from soft wool.' }),
};
const OTHER = { quote: 'Wool socks for you' };
const judge = (asIs: Claim[], swapped: Claim[] = []) => judgeClaims(asIs, swapped, PAIR);
const fates = ({ kept, dropped }: ReturnType<typeof judge>) => [
  ...kept.map(({ text }) => `kept: ${text}`),
  ...dropped.map(({ code, claim }) => `${code}: ${claim.text}`),
];

describe('similarity', () => {
  it.each([
    ['The headline is short', 'A short headline', 1],
    ['Short headlines catch attention', 'A short headline catches the attention', 1],
    ['“Cold feet at night?” creates urgency', '“Wool socks” creates urgency', 1],
    ['It names a price', 'It names a problem', 0.5],
    ['It is funny', 'Its tone is warm', 0],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(similarity({ text: a, quote: null }, { text: b, quote: null })).toBeCloseTo(expected);
  });

  it('leaves out the words that are quoted', () => {
    const one = { text: 'Cold feet at night? creates urgency', quote: 'Cold feet at night?' };
    expect(similarity(one, { text: 'It creates urgency', quote: null })).toBeGreaterThanOrEqual(SAME_FROM);
  });
});

describe('the label swap', () => {
  it('drops what is said of either winner', () => {
    const short = said({ text: 'The headline is short' });
    const back = said({ text: 'A short headline', ...OTHER });
    const { kept, dropped } = judge([short], [back]);
    expect(kept).toEqual([]);
    expect(dropped).toEqual([{ claim: short, code: 'comes_back', like: 'A short headline' }]);
  });

  it('drops the same reason that is pinned to other words', () => {
    const text = 'The words “Cold feet at night?” create urgency';
    const back = said({ text: 'The words “Wool socks for you” create urgency', ...OTHER });
    expect(fates(judge([said({ text })], [back]))).toEqual([`comes_back: ${text}`]);
  });

  it('drops an attribute that is true of both ads and said of both', () => {
    const one = said({ attributeId: 'ten_words_or_fewer', text: 'Brevity helps' });
    const back = said({ attributeId: 'ten_words_or_fewer', text: 'Few words are read', ...OTHER });
    expect(fates(judge([one], [back]))).toEqual(['comes_back: Brevity helps']);
  });

  it('drops what is said of either loser', () => {
    const one = said({ side: 'loser', text: 'The tone is bland', ...OTHER });
    const back = said({ side: 'loser', text: 'A bland tone' });
    expect(fates(judge([one], [back]))).toEqual(['comes_back: The tone is bland']);
  });

  it('keeps what is true of one ad alone, even if it is claimed of the other', () => {
    const one = said({ attributeId: 'question_mark', text: 'It asks a question' });
    const invented = said({ attributeId: 'question_mark', text: 'It asks a question', quote: 'Cold toes?' });
    expect(fates(judge([one], [invented]))).toEqual(['kept: It asks a question']);
    const unfound = said({ text: 'It offers something free', quote: 'Get it free' });
    const free = said({ field: 'text', text: 'It offers something free', quote: 'Get a free pair' });
    expect(fates(judge([free], [unfound]))).toEqual(['kept: It offers something free']);
  });

  it('drops an attribute that is said of both, even if only one ad has it: whoever says so follows the label', () => {
    const one = said({ attributeId: 'question_mark', text: 'It asks a question' });
    const back = said({ attributeId: 'question_mark', text: 'A question', ...OTHER });
    expect(fates(judge([one], [back]))).toEqual(['comes_back: It asks a question']);
  });

  it('keeps a claim whose mirror image is claimed: the same ad, now as the reason why it lost', () => {
    const one = said({ attributeId: 'question_mark', text: 'A question draws the reader in' });
    const mirror = said({
      attributeId: 'question_mark',
      text: 'A question puts the reader off',
      side: 'loser',
    });
    expect(fates(judge([one], [mirror]))).toEqual(['kept: A question draws the reader in']);
  });

  it('drops a repetition under the same kind', () => {
    const one = said({ text: 'It asks the reader' });
    const kinds = [one, { ...one, text: 'It asks readers' }, { ...one, kind: 'hook_pattern' as const }];
    expect(fates(judge(kinds))).toEqual([
      'kept: It asks the reader',
      'kept: It asks the reader',
      'repeated: It asks readers',
    ]);
  });
});
