import { describe, expect, it } from 'vitest';
import { forbiddenIn, missingIn } from '../../../src/domain/drafts/brief-rules.js';
import { completed, templatesOf } from '../../../src/domain/drafts/templates.js';

const BRIEF = { product: 'trail shoes', audience: 'runners', offer: '20% off until Sunday', mustSay: [] };

describe('first drafts of a brief', () => {
  it('say what the brief says and no more', () => {
    const [first, ...others] = templatesOf(BRIEF);
    expect(first).toEqual({
      hook: null,
      headline: 'Trail shoes for runners',
      text: '20% off until Sunday.',
      script: null,
      visualNotes: null,
    });
    expect(others.map(({ headline }) => headline)).toContain('Trail shoes: 20% off until Sunday');
  });

  it('all differ, and do without an audience and an offer', () => {
    const headlines = templatesOf({ ...BRIEF, audience: null, offer: null }).map(({ headline }) => headline);
    expect(new Set(headlines).size).toBe(headlines.length);
    expect(headlines.length).toBeGreaterThan(3);
    for (const headline of headlines) expect(headline).not.toMatch(/null|undefined|20%/);
  });

  it('have what must be said', () => {
    const brief = { ...BRIEF, mustSay: ['Vegan', 'no plastic'] };
    for (const creative of templatesOf(brief)) expect(missingIn(creative, brief)).toBeNull();
    const [first] = templatesOf(brief);
    expect(first!.text).toBe('20% off until Sunday. Vegan. No plastic.');
    expect(completed(first!, brief)).toBe(first);
    // Not as a part of another word.
    const [wholesale] = templatesOf({ ...BRIEF, product: 'wholesale shoes', offer: null, mustSay: ['sale'] });
    expect(wholesale!.text).toMatch(/ Sale\.$/);
  });
});

describe('the rules of a brief', () => {
  const creative = {
    hook: null,
    headline: 'Grip, made easy',
    text: 'Now 20% off.',
    script: null,
    visualNotes: null,
  };

  it.each([
    ['made easy', 'made easy'],
    ['MADE  EASY', 'MADE  EASY'],
    ['grip made', 'grip made'],
    ['20%', '20%'],
    ['ease', null],
    ['eas', null],
    ['...', null],
    ['!', null],
    [',', ','],
  ])('find “%s” as whole words: %s', (words, found) => {
    expect(forbiddenIn(creative, { mustNotSay: [words] })).toBe(found);
  });

  it('name the first words that are missing', () => {
    expect(missingIn(creative, { mustSay: ['grip', 'vegan', 'new'] })).toBe('vegan');
    expect(missingIn(creative, { mustSay: [] })).toBeNull();
  });
});
