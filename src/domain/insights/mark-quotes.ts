/** The places of quotes in a text, for whoever reads the text. */
import { markedPieces, type Piece, type Range } from '../marked-text.js';
import { plain, quotedWords } from './checks.js';

/** The text with each quote marked at its first place, apart from typography. A quote that isn't there marks nothing. */
export function markQuotes(text: string, quotes: readonly string[]): Piece[] {
  const shown = text.normalize('NFC');
  const { words, places } = read(shown);
  const ranges = quotes.flatMap((quote): Range[] => {
    const wanted = quotedWords(quote);
    const at = wanted === '' ? -1 : words.indexOf(wanted);
    return at === -1 ? [] : [[places[at]!, places[at + wanted.length - 1]! + 1]];
  });
  return markedPieces(shown, ranges);
}

/** The text as {@link plain} makes it, and for each of its characters the place in the text that it comes from. */
function read(text: string): { words: string; places: number[] } {
  let words = '';
  const places: number[] = [];
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place]!;
    const isSpace = /\s/.test(character);
    if (isSpace && (words === '' || words.endsWith(' '))) continue;
    const said = isSpace ? ' ' : plain(character);
    words += said;
    for (let i = 0; i < said.length; i += 1) places.push(place);
  }
  return { words, places };
}
