import { expect, it } from 'vitest';
import { adName, shortAdName } from '../../src/domain/ad-name.js';

const ad = (id: string, headline: string | null) => ({ id, creative: { headline } });

it('names an ad by its headline and id, or by its id alone', () => {
  const ads = [ad('control', 'Summer  sale\n'), ad('challenger', null), ad('third', '  ')];
  expect(adName(ads, 'control')).toBe('“Summer sale” (control)');
  expect(shortAdName(ads, 'control')).toBe('“Summer sale”');
  for (const id of ['challenger', 'third', 'nobody']) {
    expect(adName(ads, id)).toBe(id);
    expect(shortAdName(ads, id)).toBe(id);
  }
});

it('keeps the id beside a headline that two ads have', () => {
  const ads = [ad('control', 'Sale'), ad('challenger', 'Sale')];
  expect(shortAdName(ads, 'challenger')).toBe('“Sale” (challenger)');
});

it('cuts a long headline between letters, not within one', () => {
  const name = shortAdName([ad('a', '🎈'.repeat(80))], 'a');
  expect(name).toBe(`“${'🎈'.repeat(59)}…”`);
});

it.each([
  ['“Best shoe I ran in”', '“Best shoe I ran in”'],
  ['"Best shoe I ran in"', '“Best shoe I ran in”'],
  ['Why “fast” is not enough', '“Why ‘fast’ is not enough”'],
  ['"Fast", not "cheap"', '“‘Fast’, not ‘cheap’”'],
  ['""', 'a'],
])('does not double the quotation marks of the headline %s', (headline, name) => {
  expect(shortAdName([ad('a', headline)], 'a')).toBe(name);
});
