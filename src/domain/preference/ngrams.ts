/** Word and character n-grams of texts, weighted by TF-IDF. */
import type { SparseRow } from './sparse-row.js';

/** The n-grams that texts are described by, with the inverse document frequency of each. */
export interface Vocabulary {
  columns: ReadonlyMap<string, number>;
  idf: Float64Array;
  /** Columns below are words, the rest characters. */
  words: number;
}

/** Words and pairs of words must be in at least 2 texts, character n-grams of 2 to 5 in at least 3. */
const LEAST_TEXTS = { word: 2, character: 3 };
const CHARACTERS = { shortest: 2, longest: 5 };

/** idf = ln((1 + n)/(1 + df)) + 1, for n texts of which df have the n-gram. */
export function vocabularyOf(texts: readonly string[]): Vocabulary {
  const counts = { word: new Map<string, number>(), character: new Map<string, number>() };
  for (const text of texts) {
    for (const gram of new Set(wordGrams(text))) increase(counts.word, gram);
    for (const gram of new Set(characterGrams(text))) increase(counts.character, gram);
  }
  const columns = new Map<string, number>();
  const idf: number[] = [];
  const take = (kind: 'word' | 'character') => {
    for (const [gram, count] of counts[kind]) {
      if (count < LEAST_TEXTS[kind]) continue;
      columns.set(gram, idf.length);
      idf.push(Math.log((1 + texts.length) / (1 + count)) + 1);
    }
  };
  take('word');
  const words = idf.length;
  take('character');
  return { columns, idf: Float64Array.from(idf), words };
}

/** (1 + ln tf)·idf, words and characters each scaled to unit length. Unknown n-grams are left out. */
export function ngramsOf(text: string, vocabulary: Vocabulary): SparseRow {
  const counts = new Map<number, number>();
  for (const gram of [...wordGrams(text), ...characterGrams(text)]) {
    const column = vocabulary.columns.get(gram);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  const columns = Int32Array.from(counts.keys()).sort();
  const weights = Float64Array.from(columns, (column) => {
    return (1 + Math.log(counts.get(column)!)) * vocabulary.idf[column]!;
  });
  const norms = { words: 0, characters: 0 };
  weights.forEach((weight, i) => {
    norms[columns[i]! < vocabulary.words ? 'words' : 'characters'] += weight * weight;
  });
  weights.forEach((weight, i) => {
    weights[i] = weight / Math.sqrt(norms[columns[i]! < vocabulary.words ? 'words' : 'characters']);
  });
  return { columns, weights };
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Words of two or more letters or digits, and pairs of neighbours. */
function wordGrams(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  const grams: string[] = [...words];
  for (let i = 1; i < words.length; i++) grams.push(`${words[i - 1]} ${words[i]}`);
  return grams;
}

/** Marks character n-grams, so that none equals a word. */
const CHARACTER_MARK = '\u0000';

/** Within words, each with a space on both sides. */
function characterGrams(text: string): string[] {
  const grams: string[] = [];
  for (const word of text.toLowerCase().split(/\s+/u)) {
    if (word === '') continue;
    const padded = [...` ${word} `];
    for (let length = CHARACTERS.shortest; length <= CHARACTERS.longest; length++) {
      for (let at = 0; at + length <= padded.length; at++) {
        grams.push(CHARACTER_MARK + padded.slice(at, at + length).join(''));
      }
      if (padded.length <= length) break;
    }
  }
  return grams;
}
