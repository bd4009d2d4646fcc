import { describe, expect, it } from 'vitest';
import { type ChangedWords, changedWords } from '../../../src/domain/drafts/changed-words.js';

/** The text with its marks in brackets. */
const shown = ({ pieces }: ChangedWords) =>
  pieces.map(({ text, isMarked }) => (isMarked ? `[${text}]` : text)).join('');
const words = (before: string, after: string) => changedWords(before, after)!;

describe('changed words', () => {
  it.each([
    ['Shoes that grip', 'Shoes that grip.', 'Shoes that grip[.]', []],
    ['Shoes that grip', 'New shoes that grip', '[New shoes] that grip', []],
    ['Shoes that really grip', 'Shoes that REALLY grip', 'Shoes that [REALLY] grip', []],
    ['Get 20% off today', 'Get 20% off now', 'Get 20% off [now]', ['today']],
    ['One two three four', 'One four', 'One four', ['two three']],
    ['one two  three', 'one two three', 'one two three', []],
    ['Shoes that grip', 'Shoes that really do grip', 'Shoes that [really do] grip', []],
    ['same', 'same', 'same', []],
    ['A family of shoes', 'A family of shoes 👩‍👩‍👧', 'A family of shoes [👩‍👩‍👧]', []],
    ['أحذية تثبت على الصخر', 'أحذية تثبت على الصخر اليوم', 'أحذية تثبت على الصخر [اليوم]', []],
    ['防水ランニングシューズ', '防水ランニングシューズ新発売', '防水ランニングシューズ[新発売]', []],
  ])('of “%s” in “%s”', (before, after, marked, gone) => {
    const found = words(before, after);
    expect(shown(found)).toBe(marked);
    expect(found.gone).toEqual(gone);
  });

  it('are not marked if most of the text is new, or nothing is there to compare', () => {
    expect(changedWords('Shoes that grip', 'Dry feet all winter')).toBeNull();
    expect(changedWords('', 'Dry feet')).toBeNull();
    expect(changedWords('', '')).toBeNull();
  });

  it('are not looked for in a text of more than 5,000 characters', () => {
    const long = 'ab '.repeat(1_666);
    expect(words(`${long}x`, `${long}y`).gone).toEqual(['x']);
    expect(changedWords(`${long}xyz`, `${long}xy`)).toBeNull();
  });

  it('leave the text as it is', () => {
    const [before, after] = ['One,  two\nthree (four)', 'One,\ttwo\n\nthree five (four) '];
    expect(
      words(before, after)
        .pieces.map(({ text }) => text)
        .join(''),
    ).toBe(after);
  });
});
