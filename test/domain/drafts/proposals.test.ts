import { describe, expect, it } from 'vitest';
import { textsOf } from '../../../src/domain/creative/creative-texts.js';
import { attributesOf } from '../../../src/domain/creative/registry.js';
import { EDITS } from '../../../src/domain/drafts/edits.js';
import { areNearCopies, readCreative } from '../../../src/domain/drafts/near-copies.js';
import { proposalsFrom } from '../../../src/domain/drafts/proposals.js';
import type { Creative } from '../../../src/domain/experiment.js';

const creative = (headline: string | null, text: string | null = null): Creative => ({
  hook: null,
  headline,
  text,
  script: null,
  visualNotes: null,
});
const BASE = creative(
  'Trail shoes that grip on wet rock',
  'They dry in an hour. Shop now while supplies last.',
);
const BRIEF = {
  product: 'trail shoes',
  audience: 'runners',
  offer: 'free returns for 30 days',
  mustSay: [],
  mustNotSay: [],
};

describe('drafts by edits', () => {
  it('add or drop the attribute that they name, in that direction', () => {
    const from = attributesOf(textsOf(BASE));
    const proposals = proposalsFrom(BASE, BRIEF);
    expect(proposals.length).toBeGreaterThan(35);
    for (const { creative: made, change } of proposals) {
      const after = attributesOf(textsOf(made))[change.attribute];
      expect([from[change.attribute], after]).toEqual(change.direction === 'add' ? [0, 1] : [1, 0]);
    }
  });

  it('say what else changes, and change nothing else', () => {
    const question = proposalsFrom(BASE, BRIEF).find(({ change }) => change.attribute === 'question_mark')!;
    expect(question.creative.headline).toBe('Trail shoes that grip on wet rock. Ready?');
    expect(question.alsoChanges).toEqual(['ends_with_question', 'several_sentences']);
    const { headline: _, ...rest } = question.creative;
    const { headline: __, ...before } = BASE;
    expect(rest).toEqual(before);
  });

  it('claim only what the brief offers', () => {
    const offers = ['price', 'discount', 'free', 'guarantee', 'social_proof', 'new'];
    const named = (brief: typeof BRIEF) =>
      proposalsFrom(BASE, brief)
        .map(({ change }) => change.attribute)
        .filter((id) => offers.includes(id));
    expect(named({ ...BRIEF, offer: null as never })).toEqual([]);
    // One draft has the sentence; a second one with the same text would be a near copy.
    expect(named(BRIEF)).toEqual(['free']);
  });

  it('never use words that the brief forbids', () => {
    const proposals = proposalsFrom(BASE, { ...BRIEF, mustNotSay: ['no fuss', 'Really'] });
    expect(proposals.some(({ change }) => change.attribute === 'negation')).toBe(false);
    expect(proposals.some(({ change }) => change.attribute === 'reveals')).toBe(false);
    expect(proposals.some(({ change }) => change.attribute === 'emphasis')).toBe(true);
  });

  it('are no near copies of each other, of their base, or of a creative that lost', () => {
    const lost = creative('trail shoes that grip on wet rock. No fuss', BASE.text);
    const proposals = proposalsFrom(BASE, BRIEF, [
      { ...lost, headline: 'Trail shoes that grip on wet rock. No fuss.' },
    ]);
    expect(proposals.some(({ change }) => change.attribute === 'negation')).toBe(false);
    for (const [i, one] of proposals.entries()) {
      expect(areNearCopies(readCreative(one.creative), readCreative(BASE))).toBe(false);
      for (const other of proposals.slice(i + 1))
        expect(areNearCopies(readCreative(one.creative), readCreative(other.creative))).toBe(false);
    }
  });

  it('are few without a headline or a hook, and none without texts', () => {
    const proposals = proposalsFrom(creative(null, 'They dry in an hour.'), BRIEF);
    for (const { creative: made } of proposals) expect(made.headline).toBeNull();
    expect(proposalsFrom(creative(null), { ...BRIEF, offer: null })).toEqual([]);
  });

  it('propose nothing for a text in another language, whose attributes are unknown', () => {
    const german = creative('Schuhe, die auf nassem Fels nicht rutschen und für dich gemacht sind');
    expect(proposalsFrom(german, BRIEF)).toEqual([]);
  });

  it('keep a headline in which an edit would be too long', () => {
    const long = creative(`${'Trail shoes that grip on wet rock and dry in an hour '.repeat(3).trim()}`);
    for (const { creative: made } of proposalsFrom(long, BRIEF)) {
      expect(made.headline === long.headline || made.headline!.length <= 125).toBe(true);
    }
  });

  it('exist for most attributes that words can change', () => {
    const added = EDITS.filter(({ direction }) => direction === 'add').map(({ attribute }) => attribute);
    expect(new Set(added).size).toBeGreaterThan(55);
  });
});
