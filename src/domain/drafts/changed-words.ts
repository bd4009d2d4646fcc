/** Which words of a draft are new against the text that it starts from. */
import { markedPieces, type Piece, type Range } from '../marked-text.js';

export interface ChangedWords {
  /** The draft's text; words that the other text lacks are marked. */
  pieces: Piece[];
  /** Words of the other text that the draft lacks, in their order; neighbours are one entry. */
  gone: string[];
}

interface Token {
  text: string;
  /** Under which it is found in the other text: a capital letter makes no other word. */
  word: string;
  from: number;
  isSpace: boolean;
}

/** Of the characters of both texts, this share must be common: marks in a text that is new altogether say nothing. */
const LEAST_COMMON = 0.5;
/** Characters of a text that is compared, at most: the work grows with the product of both lengths. */
const MOST_CHARACTERS = 5_000;

/** Words as Unicode delimits them (UAX 29): it also splits languages without spaces, and keeps an emoji whole. */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * By a longest common subsequence of words, marks and spaces (Hunt and McIlroy 1976). Null if the texts have too little in common,
 * or are too long to compare.
 */
export function changedWords(before: string, after: string): ChangedWords | null {
  if (Math.max(before.length, after.length) > MOST_CHARACTERS) return null;
  const [from, to] = [tokensOf(before), tokensOf(after)];
  let start = 0;
  while (start < Math.min(from.length, to.length) && from[start]!.text === to[start]!.text) start += 1;
  let end = 0;
  while (
    end < Math.min(from.length, to.length) - start &&
    from[from.length - 1 - end]!.text === to[to.length - 1 - end]!.text
  ) {
    end += 1;
  }
  const [oldPart, newPart] = [from.slice(start, from.length - end), to.slice(start, to.length - end)];
  const { onlyOld, onlyNew } = differing(oldPart, newPart);
  const lengthOf = (tokens: readonly Token[]) =>
    tokens.filter(({ isSpace }) => !isSpace).reduce((sum, { text }) => sum + text.length, 0);
  const all = lengthOf(from) + lengthOf(to);
  if (all === 0 || (all - lengthOf(onlyOld) - lengthOf(onlyNew)) / all < LEAST_COMMON) return null;
  const gone = rangesOf(before, onlyOld).map(([first, last]) => before.slice(first, last).trim());
  return { pieces: markedPieces(after, rangesOf(after, onlyNew)), gone };
}

function tokensOf(text: string): Token[] {
  return [...WORDS.segment(text)].map(({ segment, index }) => ({
    text: segment,
    word: segment.toLowerCase(),
    from: index,
    isSpace: segment.trim() === '',
  }));
}

function differing(before: readonly Token[], after: readonly Token[]) {
  const width = after.length + 1;
  // Length of the longest common subsequence of the rest of both, from each pair of places.
  const rest = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      rest[i * width + j] =
        before[i]!.word === after[j]!.word
          ? rest[(i + 1) * width + j + 1]! + 1
          : Math.max(rest[(i + 1) * width + j]!, rest[i * width + j + 1]!);
    }
  }
  const [onlyOld, onlyNew]: [Token[], Token[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, own] = [before[i], after[j]];
    if (old && own && old.word === own.word) {
      if (old.text !== own.text && !own.isSpace) onlyNew.push(own);
      [i, j] = [i + 1, j + 1];
    } else if (own === undefined || (old && rest[(i + 1) * width + j]! >= rest[i * width + j + 1]!)) {
      onlyOld.push(old!);
      i += 1;
    } else {
      onlyNew.push(own);
      j += 1;
    }
  }
  return { onlyOld, onlyNew };
}

/** Neighbours are one range, also across a space; spaces alone are none. */
function rangesOf(text: string, tokens: readonly Token[]): Range[] {
  const ranges: Range[] = [];
  for (const { from, text: own, isSpace } of tokens) {
    if (isSpace) continue;
    const last = ranges.at(-1);
    if (last && text.slice(last[1], from).trim() === '')
      ranges[ranges.length - 1] = [last[0], from + own.length];
    else ranges.push([from, from + own.length]);
  }
  return ranges;
}
