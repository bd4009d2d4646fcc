import { describe, expect, it } from 'vitest';
import { caveatsOf, type TestedFacts } from '../../../src/domain/reporting/caveats.js';

const CLEAN: TestedFacts = {
  adjusted: true,
  randomised: true,
  verification: 'verified',
  promoted: true,
  forced: false,
  shadow: false,
  ended: true,
  differs: false,
};
const codes = (facts: Partial<TestedFacts>) => caveatsOf({ ...CLEAN, ...facts }).map(({ code }) => code);

describe('what the figures of a test do not say', () => {
  it('is at least why an ad did better', () => {
    expect(codes({})).toEqual(['own_audience']);
  });

  it.each<[Partial<TestedFacts>, string[]]>([
    [{ adjusted: false }, ['unadjusted']],
    [{ randomised: false }, ['not_random']],
    [{ randomised: null }, ['not_random']],
    [{ verification: null }, ['measured_too_large']],
    [{ verification: null, promoted: false }, []],
    [{ verification: 'not_verified' }, ['measured_too_large', 'not_verified']],
    [{ forced: true, differs: true }, ['forced', 'differences']],
    [{ shadow: true, ended: false }, ['still_running', 'shadow']],
  ])('%j', (facts, expected) => {
    expect(codes(facts)).toEqual([...expected, 'own_audience']);
  });

  it('is everything before the first look', () => {
    expect(caveatsOf(null).map(({ code }) => code)).toEqual(['no_look']);
  });
});
