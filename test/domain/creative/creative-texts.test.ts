import { expect, it } from 'vitest';
import { textsOf } from '../../../src/domain/creative/creative-texts.js';

const NOTHING = { hook: null, headline: null, text: null, script: null, visualNotes: null };

it.each([
  [
    { headline: 'H', hook: 'K', text: 'T', script: 'S' },
    { headline: 'H', body: 'K\nT\nS', visualNotes: null },
  ],
  [
    { hook: 'K', text: 'T', visualNotes: 'a dog' },
    { headline: 'K', body: 'T', visualNotes: 'a dog' },
  ],
  [
    { headline: '  ', hook: 'K', script: '' },
    { headline: 'K', body: '', visualNotes: null },
  ],
  [
    { text: 'T', script: 'S', visualNotes: ' ' },
    { headline: '', body: 'T\nS', visualNotes: null },
  ],
  [{}, { headline: '', body: '', visualNotes: null }],
])('of %j', (creative, texts) => {
  expect(textsOf({ ...NOTHING, ...creative })).toEqual({ ...texts, brands: [] });
});

it("passes on the names of the account's brands", () => {
  expect(textsOf(NOTHING, ['Acme']).brands).toEqual(['Acme']);
});
