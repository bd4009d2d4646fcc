/** Word and character n-grams of texts, weighted by TF-IDF. */
import type { SparseRow } from './sparse-row.js';

/** The n-grams that texts are described by, with the inverse document frequency of each. */
export interface Vocabulary {
  /** The column of each word and each pair of words. */
  words: ReadonlyMap<string, number>;
  /** The column of each character n-gram, after those of the words. */
  characters: ReadonlyMap<string, number>;
  idf: Float64Array;
}

/** Words and pairs of words must be in at least 2 texts, character n-grams of 2 to 5 in at least 3. */
const LEAST_TEXTS = { word: 2, character: 3 };
const CHARACTERS = { shortest: 2, longest: 5 };

/** idf = ln((1 + n)/(1 + df)) + 1, for n texts of which df have the n-gram. */
export function vocabularyOf(texts: readonly string[]): Vocabulary {
  const words = new TextCounts();
  const characters = new TextCounts();
  const idsOf = oncePerPart((part) => characterGrams(part).map((gram) => characters.idOf(gram)));
  texts.forEach((text, index) => {
    for (const gram of wordGrams(text)) words.count(words.idOf(gram), index);
    for (const part of partsOf(text)) for (const id of idsOf(part)) characters.count(id, index);
  });
  const idf: number[] = [];
  const columnsOf = (counts: TextCounts, least: number) => {
    const columns = new Map<string, number>();
    for (const [gram, count] of counts.entries()) {
      if (count < least) continue;
      columns.set(gram, idf.length);
      idf.push(Math.log((1 + texts.length) / (1 + count)) + 1);
    }
    return columns;
  };
  return {
    words: columnsOf(words, LEAST_TEXTS.word),
    characters: columnsOf(characters, LEAST_TEXTS.character),
    idf: Float64Array.from(idf),
  };
}

/**
 * A row per text: (1 + ln tf)·idf, words and characters each scaled to unit length. Unknown n-grams are left out.
 */
export function ngramRows(texts: readonly string[], vocabulary: Vocabulary): SparseRow[] {
  const columnsOf = oncePerPart((part) =>
    characterGrams(part).flatMap((gram) => vocabulary.characters.get(gram) ?? []),
  );
  const counts = new Int32Array(vocabulary.idf.length);
  const rowOf = (text: string): SparseRow => {
    const found: number[] = [];
    const count = (column: number) => {
      if (counts[column] === 0) found.push(column);
      counts[column]! += 1;
    };
    for (const gram of wordGrams(text)) {
      const column = vocabulary.words.get(gram);
      if (column !== undefined) count(column);
    }
    const words = found.length;
    for (const part of partsOf(text)) for (const column of columnsOf(part)) count(column);

    // Columns of words come before those of characters.
    const columns = Int32Array.from(found).sort();
    const weights = new Float64Array(columns.length);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      weights[i] = (1 + Math.log(counts[column]!)) * vocabulary.idf[column]!;
      counts[column] = 0;
    }
    scaleToUnit(weights.subarray(0, words));
    scaleToUnit(weights.subarray(words));
    return { columns, weights };
  };
  return texts.map(rowOf);
}

/** In how many texts each n-gram occurs, in the order in which they first do. */
class TextCounts {
  private readonly ids = new Map<string, number>();
  private readonly counts: number[] = [];
  private readonly lastText: number[] = [];

  idOf(gram: string): number {
    const known = this.ids.get(gram);
    if (known !== undefined) return known;
    const id = this.counts.length;
    this.ids.set(gram, id);
    this.counts.push(0);
    this.lastText.push(-1);
    return id;
  }

  /** Counts a text once, however often the n-gram is in it. Texts come in order. */
  count(id: number, text: number): void {
    if (this.lastText[id] === text) return;
    this.lastText[id] = text;
    this.counts[id]! += 1;
  }

  *entries(): Iterable<[string, number]> {
    for (const [gram, id] of this.ids) yield [gram, this.counts[id]!];
  }
}

/** Most parts of texts occur many times. */
function oncePerPart<T>(make: (part: string) => T): (part: string) => T {
  const known = new Map<string, T>();
  return (part) => {
    const found = known.get(part) ?? make(part);
    known.set(part, found);
    return found;
  };
}

function scaleToUnit(weights: Float64Array): void {
  let square = 0;
  for (const weight of weights) square += weight * weight;
  const norm = Math.sqrt(square);
  for (let i = 0; i < weights.length; i++) weights[i]! /= norm;
}

/** Words of two or more letters or digits, and pairs of neighbours. */
function wordGrams(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  const grams: string[] = [...words];
  for (let i = 1; i < words.length; i++) grams.push(`${words[i - 1]} ${words[i]}`);
  return grams;
}

/** What stands between spaces, with a space on both sides. */
function partsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/u)
    .flatMap((part) => (part === '' ? [] : ` ${part} `));
}

function characterGrams(part: string): string[] {
  const characters = [...part];
  const grams: string[] = [];
  for (let length = CHARACTERS.shortest; length <= CHARACTERS.longest; length++) {
    for (let at = 0; at + length <= characters.length; at++) {
      grams.push(characters.slice(at, at + length).join(''));
    }
    if (characters.length <= length) break;
  }
  return grams;
}
