import { expect, it } from 'vitest';
import { agreedNotes } from '../../../src/domain/insights/seen.js';

const WOMAN = 'A smiling woman on a beach';
const SAME_WOMAN = 'On the beach, a woman who laughs';
const SOCKS = 'Two grey socks';

it('notes are kept if the swapped answer sees the same in that picture, in whatever words', () => {
  const swapped = { winner: 'Grey socks', loser: SAME_WOMAN };
  expect(agreedNotes({ winner: WOMAN, loser: SOCKS }, swapped)).toEqual({
    agreed: { winner: WOMAN, loser: SOCKS },
    dropped: 0,
  });
});

it('notes that follow the label are dropped', () => {
  const both = { winner: WOMAN, loser: SOCKS };
  expect(agreedNotes(both, both)).toEqual({ agreed: { winner: null, loser: null }, dropped: 2 });
});

it('only the note on which the answers differ is dropped', () => {
  const swapped = { winner: SOCKS, loser: `${WOMAN}, with a caption` };
  expect(agreedNotes({ winner: WOMAN, loser: SOCKS }, swapped)).toEqual({
    agreed: { winner: null, loser: SOCKS },
    dropped: 1,
  });
});

it('a note without a second one is dropped; no note is none', () => {
  expect(agreedNotes({ winner: SOCKS, loser: null }, { winner: SOCKS, loser: null })).toEqual({
    agreed: { winner: null, loser: null },
    dropped: 1,
  });
});
