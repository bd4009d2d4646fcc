import { describe, expect, it } from 'vitest';
import { checkCopy, warningSentence } from '../../../src/domain/drafts/check-copy.js';
import type { Creative } from '../../../src/domain/experiment.js';

const copy = (headline: string, text: string | null = null): Creative => ({
  hook: null,
  headline,
  text,
  script: null,
  visualNotes: null,
});
const topicsOf = (creative: Creative) =>
  checkCopy(creative).flatMap((warning) => (warning.code === 'policy' ? [warning.topic] : []));

describe('what Meta may cut or refuse', () => {
  it('warns of a text beyond what placements show, with both figures', () => {
    const [warning] = checkCopy(copy('A headline that is longer than forty characters'));
    expect(warning).toEqual({ code: 'may_be_cut', field: 'headline', characters: 47, shown: 40 });
    expect(warningSentence(warning!)).toBe(
      'The headline has 47 characters: Meta may show only the first 40.',
    );
    expect(checkCopy(copy('x'.repeat(40), 'y'.repeat(125)))).toEqual([]);
    expect(checkCopy(copy('x', 'y'.repeat(126)))).toHaveLength(1);
    // Characters as people count them.
    expect(checkCopy(copy('\u{1F525}'.repeat(40)))).toEqual([]);
  });

  it.each([
    ['Are you depressed?', 'personal_attributes'],
    ['Your debts are gone', 'personal_attributes'],
    ['Lose 10 kg in a week', 'unrealistic_results'],
    ['See before and after', 'before_and_after'],
    ['You won’t believe these shoes', 'sensational'],
    ['Like this if you run', 'engagement_bait'],
    ['As seen on Facebook', 'meta_brand'],
    ['The best CBD oil', 'restricted_goods'],
    ['Damn good shoes', 'profanity'],
    ['Buy now!!', 'shouting'],
  ])('warns of “%s”: %s', (headline, topic) => {
    expect(topicsOf(copy(headline))).toContain(topic);
  });

  it.each([
    'Shoes for wet rock',
    'You will love the grip',
    'Cured ham, sliced thin',
    'A metallic shine',
    'NASA grade foam',
  ])('says nothing about “%s”', (headline) => {
    expect(topicsOf(copy(headline))).toEqual([]);
  });

  it('quotes the words in its sentence', () => {
    const [warning] = checkCopy(copy('Shoes', 'Miracle soles.'));
    expect(warningSentence(warning!)).toBe(
      'Meta may refuse it: “Miracle” promises a result that can hardly be shown.',
    );
  });
});
