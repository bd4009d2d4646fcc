import { describe, expect, it } from 'vitest';
import { ngramRows, type Vocabulary, vocabularyOf } from '../../../src/domain/preference/ngrams.js';

const idf = (texts: number, count: number) => Math.log((1 + texts) / (1 + count)) + 1;

describe('the vocabulary', () => {
  it('has words and pairs of 2 texts, and characters of 3', () => {
    const { words, characters, idf: values } = vocabularyOf(['Red cat', 'red CAT', 'red dog']);
    expect([...words.keys()]).toEqual(['red', 'cat', 'red cat']);
    expect([...characters.keys()]).toEqual([
      ...[' r', 're', 'ed', 'd '],
      ...[' re', 'red', 'ed '],
      ...[' red', 'red '],
      ' red ',
    ]);
    expect([...words.values(), ...characters.values()]).toEqual([...values.keys()]);
    expect(values[words.get('red')!]).toBeCloseTo(idf(3, 3), 12);
    expect(values[words.get('cat')!]).toBeCloseTo(idf(3, 2), 12);
  });

  it('counts a text once, and is empty without texts', () => {
    expect(vocabularyOf(['so so so']).words.size).toBe(0);
    expect(vocabularyOf([]).idf).toHaveLength(0);
  });
});

const ngramsOf = (text: string, vocabulary: Vocabulary) => ngramRows([text], vocabulary)[0]!;

describe('n-grams of a text', () => {
  const vocabulary = vocabularyOf(['red cat', 'red cat', 'red dog', 'red dog']);

  it('are sublinear in how often they occur, words and characters each at unit length', () => {
    const { columns, weights } = ngramsOf('red red dog', vocabulary);
    expect([...columns]).toEqual([...columns].sort((a, b) => a - b));
    const weight = (name: string) => weights[columns.indexOf(vocabulary.words.get(name)!)]!;
    expect(weight('red') / weight('dog')).toBeCloseTo(((1 + Math.log(2)) * idf(4, 4)) / idf(4, 2), 12);
    const square = (isWord: boolean) =>
      weights.reduce((sum, w, i) => sum + (columns[i]! < vocabulary.words.size === isWord ? w * w : 0), 0);
    expect(square(true)).toBeCloseTo(1, 12);
    expect(square(false)).toBeCloseTo(1, 12);
  });

  it('leave out what is unknown', () => {
    expect(ngramsOf('xyz', vocabulary).columns).toHaveLength(0);
    expect(ngramsOf('', vocabulary).columns).toHaveLength(0);
  });

  it('read letters of any script, and whole emoji', () => {
    const hebrew = vocabularyOf(['שלום עולם', 'שלום לך', 'שלום']);
    expect(hebrew.words.has('שלום')).toBe(true);
    const emoji = vocabularyOf(['🎉', '🎉', '🎉']);
    expect([...emoji.characters.keys()]).toEqual([' 🎉', '🎉 ', ' 🎉 ']);
  });
});
