/** A text, read once for all attributes: its words, its sentences, its form. */

/** From the first letter or digit of a token to its last. Linear, whatever the token. */
const CORE = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/u;

export class Passage {
  /** Trimmed, with straight quotes and plain spaces, so that typography decides nothing. */
  readonly text: string;
  readonly lower: string;
  /** In order, as written, without the punctuation around them. */
  readonly tokens: readonly string[];
  /** In order, in lower case. */
  readonly words: readonly string[];
  /** Words, their parts between hyphens, and their parts before an apostrophe: "she'd" is "she" too. */
  private readonly forms: ReadonlySet<string>;

  constructor(text: string) {
    this.text = text
      .normalize('NFC')
      .replace(/[\u2018\u2019\u02bc]/g, "'")
      .replace(/[\u201c\u201d\u00ab\u00bb]/g, '"')
      .replace(/\s+/g, ' ')
      .trim();
    this.lower = this.text.toLowerCase();
    this.tokens = this.text.split(' ').flatMap((token) => token.match(CORE)?.[0] ?? []);
    this.words = this.tokens.map((token) => token.toLowerCase());
    const forms = new Set<string>();
    for (const word of this.words) {
      forms.add(word);
      for (const part of word.split(/[-/\u2013\u2014]|\.{2,}|\u2026/)) {
        forms.add(part);
        const apostrophe = part.indexOf("'");
        if (apostrophe > 0) forms.add(part.slice(0, apostrophe));
      }
    }
    this.forms = forms;
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  /** Whether a word, or a form of it, is one of these (in lower case). */
  hasAny(words: ReadonlySet<string>): boolean {
    for (const form of this.forms) if (words.has(form)) return true;
    return false;
  }

  /** The first words in lower case, without "'s", with a space before and after each. */
  plainWords(count: number = this.words.length): string {
    return ` ${this.words.slice(0, count).join(' ').replace(/'s\b/g, '')} `;
  }

  /** The first word in lower case, without what follows an apostrophe; empty without words. */
  get firstWord(): string {
    return this.words[0]?.split("'")[0] ?? '';
  }

  /** Parts that end with a full stop, question mark, exclamation mark or ellipsis and contain a word. */
  get sentences(): readonly string[] {
    return this.text.split(/(?<=[.!?\u2026]["')\]]*)\s+/u).filter((part) => /[\p{L}\p{N}]/u.test(part));
  }
}

/** A creative, read once for all attributes. */
export interface Reading {
  headline: Passage;
  /** Headline and body. */
  whole: Passage;
  /** Null if unknown. */
  body: Passage | null;
  /** Null if unknown. */
  notes: Passage | null;
  /** As {@link Passage.plainWords}; empty if unknown. */
  brands: readonly string[];
}
