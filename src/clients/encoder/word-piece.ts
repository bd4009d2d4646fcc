/** BERT's tokens of a text, uncased: words and punctuation, and of each word the longest pieces that are known. */

/** A longer word is unknown as a whole, as in BERT's own tokenizer. */
const LONGEST_WORD = 100;

const INVISIBLE = /[\0\ufffd]|(?![\t\n\r])\p{C}/gu;
const ACCENT = /\p{Mn}/gu;
/** Chinese characters are words of their own. The ranges are BERT's. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
/** All signs of ASCII count as punctuation, also those that Unicode calls symbols. */
const PUNCTUATION = /[!-/:-@[-`{-~]|\p{P}/gu;

/** The tokens that a model puts around a text, and the one for a word that it doesn't know. */
export interface SpecialTokens {
  first: string;
  last: string;
  unknown: string;
}

export const BERT_TOKENS: SpecialTokens = { first: '[CLS]', last: '[SEP]', unknown: '[UNK]' };
export const MPNET_TOKENS: SpecialTokens = { first: '<s>', last: '</s>', unknown: '[UNK]' };

export class WordPiece {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly first: number;
  private readonly last: number;
  private readonly unknown: number;

  /**
   * `vocabulary`: one token per line; its id is the number of its line, from 0. `limit`: the most tokens that a text may
   * become, with its two special ones.
   * @throws Error if the vocabulary lacks a special token.
   */
  constructor(
    vocabulary: string,
    special: SpecialTokens,
    private readonly limit: number,
  ) {
    this.ids = new Map(
      vocabulary
        .trimEnd()
        .split(/\r?\n/)
        .map((token, id) => [token, id]),
    );
    [this.first, this.last, this.unknown] = [special.first, special.last, special.unknown].map((token) => {
      const id = this.ids.get(token);
      if (id === undefined) throw new Error(`the vocabulary has no token ${token}`);
      return id;
    }) as [number, number, number];
  }

  /** The ids of a text: at most `limit`, and at least the two special ones. */
  encode(text: string): number[] {
    const inner: number[] = [];
    for (const word of wordsOf(text)) {
      if (inner.length >= this.limit - 2) break;
      inner.push(...this.piecesOf(word));
    }
    return [this.first, ...inner.slice(0, this.limit - 2), this.last];
  }

  private piecesOf(word: string): number[] {
    const characters = [...word];
    if (characters.length > LONGEST_WORD) return [this.unknown];
    const pieces: number[] = [];
    for (let from = 0; from < characters.length; ) {
      let to = characters.length;
      let id: number | undefined;
      for (; to > from; to--) {
        id = this.ids.get((from > 0 ? '##' : '') + characters.slice(from, to).join(''));
        if (id !== undefined) break;
      }
      if (id === undefined) return [this.unknown];
      pieces.push(id);
      from = to;
    }
    return pieces;
  }
}

function wordsOf(text: string): string[] {
  return text
    .replace(INVISIBLE, '')
    .replace(CHINESE, ' $& ')
    .normalize('NFD')
    .replace(ACCENT, '')
    .replace(/\p{CWL}/gu, (character) => character.toLowerCase())
    .replace(PUNCTUATION, ' $& ')
    .split(/\s+/)
    .filter((word) => word !== '');
}
