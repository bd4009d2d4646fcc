import { describe, expect, it } from 'vitest';
import { unfounded } from '../../../src/domain/insights/checks.js';
import type { ShownPair } from '../../../src/domain/insights/claim.js';
import { offlineClaims, unreadableNote } from '../../../src/domain/insights/offline.js';
import { shown } from './fixtures.js';

const PAIR: ShownPair = {
  winner: shown({ headline: 'Cold feet at night?', text: 'Our socks are warm. Get a free pair today.' }),
  loser: shown({ headline: 'Wool socks for winter', text: 'Our socks are warm. Buy two!' }),
};
const by = (pair = PAIR, ...more: unknown[]) =>
  new Map(offlineClaims(pair, ...(more as [])).map((claim) => [claim.attributeId, claim]));

describe('offline', () => {
  it('names the attributes that differ, with the sentence that shows each', () => {
    expect(by().get('question_mark')).toMatchObject({
      kind: 'hook_pattern',
      side: 'winner',
      field: 'headline',
      quote: 'Cold feet at night?',
    });
    expect(by().get('free')).toMatchObject({
      side: 'winner',
      field: 'text',
      quote: 'Get a free pair today.',
    });
  });

  it('says of what the loser has that the loser has it', () => {
    const turned = { winner: PAIR.loser, loser: PAIR.winner };
    expect(by(turned).get('free')).toMatchObject({ side: 'loser', quote: 'Get a free pair today.' });
  });

  it('names none that both have', () => {
    expect(by().has('ten_words_or_fewer')).toBe(false);
  });

  it('quotes what is read first for an attribute of the whole headline', () => {
    const pair = {
      ...PAIR,
      winner: shown({ headline: 'Cold feet at night, and what a sock of wool does about it' }),
    };
    expect(by(pair).get('five_words_more')).toMatchObject({ quote: pair.winner.fields.headline });
  });

  it('makes only claims that its own checks would pass', () => {
    for (const claim of offlineClaims(PAIR))
      expect([claim.attributeId, unfounded(claim, PAIR)]).toEqual([claim.attributeId, null]);
  });

  it('cuts a long quote, which is still found', () => {
    const long = { ...PAIR, loser: shown({ text: `${'word '.repeat(4_000)}!`, headline: 'Wool' }) };
    const claim = by(long).get('longer_body')!;
    expect(claim.quote!.length).toBeLessThanOrEqual(300);
    expect(unfounded(claim, long)).toBeNull();
  });

  it('points to the notes on a picture', () => {
    const notes = { winner: 'A woman smiles at the camera', loser: 'A pair of socks' };
    const pair = {
      winner: shown({ headline: 'Wool' }, { visualNotes: notes.winner, hasPicture: true }),
      loser: shown({ headline: 'Wool' }, { visualNotes: notes.loser }),
    };
    expect(by(pair, notes).get('picture_people')).toMatchObject({ field: 'picture', visible: notes.winner });
  });

  it('says nothing of texts in another language', () => {
    const pair = {
      winner: shown({ headline: 'Die Socken sind nicht nur warm, und das ist gut für dich' }),
      loser: shown({ headline: 'Wool' }),
    };
    expect(offlineClaims(pair)).toEqual([]);
    expect(unreadableNote(pair.winner)).toContain('German');
  });
});
