import { describe, expect, it } from 'vitest';
import { contains, undistinguishing, unfounded } from '../../../src/domain/insights/checks.js';
import type { ShownPair } from '../../../src/domain/insights/claim.js';
import { said, shown } from './fixtures.js';

const PAIR: ShownPair = {
  winner: shown({ headline: 'Cold feet at night?', text: 'Our “wool” socks — warm &  soft' }),
  loser: shown({ headline: 'Wool socks', text: 'Our wool socks.' }),
};

describe('a quote', () => {
  it.each([
    ['the same words', 'Cold feet at night?'],
    ['a part of them', 'feet at'],
    ['quotation marks around them', '“Cold feet at night?”'],
  ])('is found: %s', (_, quote) => {
    expect(unfounded(said({ quote }), PAIR)).toBeNull();
  });

  it.each([
    ['straight quotes for typographic ones', 'Our "wool" socks'],
    ['a hyphen for a dash, one space for two', 'socks - warm & soft'],
  ])('is found in another typography: %s', (_, quote) => {
    expect(unfounded(said({ field: 'text', quote }), PAIR)).toBeNull();
  });

  it.each([
    ['other words', said({ quote: 'Warm feet at night?' })],
    ['other case', said({ quote: 'cold feet' })],
    ['another field', said({ field: 'text' })],
    ['a field that the ad lacks', said({ field: 'script' })],
    ["the other ad's words", said({ quote: 'Wool socks' })],
    ['the right words on the wrong side', said({ side: 'loser' })],
    ['nothing', said({ quote: '' })],
    ['punctuation alone', said({ quote: '?' })],
  ])('is not found: %s', (_, claim) => {
    expect(unfounded(claim, PAIR)).toBe('quote_not_found');
  });

  it('is read by its composed form', () => {
    expect(contains('Caf\u00e9 open', 'Cafe\u0301')).toBe(true);
  });
});

describe('a claim about the picture', () => {
  const visible = said({ field: 'picture', quote: null, visible: 'A foot in a sock' });
  it('needs a picture that was given', () => {
    expect(unfounded(visible, PAIR)).toBe('no_picture');
    const shownPair = { ...PAIR, winner: shown(PAIR.winner.fields, { hasPicture: true }) };
    expect(unfounded(visible, shownPair)).toBeNull();
    expect(unfounded({ ...visible, side: 'loser' }, shownPair)).toBe('no_picture');
  });

  it('must say what is visible', () => {
    const shownPair = { ...PAIR, winner: shown(PAIR.winner.fields, { hasPicture: true }) };
    expect(unfounded({ ...visible, visible: ' … ' }, shownPair)).toBe('nothing_visible');
  });
});

describe('an attribute', () => {
  it('must be there in the ad that the claim is about', () => {
    expect(unfounded(said({ attributeId: 'question_mark' }), PAIR)).toBeNull();
    expect(unfounded(said({ attributeId: 'exclamation_mark' }), PAIR)).toBe('attribute_absent');
  });

  it('that is an amount must be larger there', () => {
    expect(unfounded(said({ attributeId: 'five_words_more' }), PAIR)).toBeNull();
    const claim = said({ attributeId: 'five_words_more', side: 'loser', quote: 'Wool socks' });
    expect(unfounded(claim, PAIR)).toBe('attribute_absent');
  });

  it('that both ads have tells nothing', () => {
    expect(undistinguishing(said({ attributeId: 'ten_words_or_fewer' }), PAIR)).toBe('no_difference');
    expect(undistinguishing(said({ attributeId: 'question_mark' }), PAIR)).toBeNull();
  });

  it('that an older registry had is no attribute', () => {
    expect(unfounded(said({ attributeId: 'gone' }), PAIR)).toBeNull();
  });
});

it('words that the other ad has too tell nothing', () => {
  const both = said({ field: 'text', quote: 'Our "wool" socks' });
  expect(undistinguishing(said({ field: 'text', quote: 'socks' }), PAIR)).toBe('same_words');
  expect(undistinguishing(both, PAIR)).toBeNull();
  expect(undistinguishing(said(), PAIR)).toBeNull();
});
