/** How a phrase is put into a text without breaking its grammar. */

/** First words that keep their capital inside a sentence. */
const KEEPS_CAPITAL = /^(?:I\b|I'|[A-Z]{2,}|[A-Z][a-z]*[A-Z])/;
const SENTENCE_END = /[.!?\u2026]["')\]\u201d]*$/;

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A new sentence after the text. */
export function afterwards(text: string, sentence: string): string {
  const said = text.trim();
  if (said === '') return sentence;
  return `${SENTENCE_END.test(said) ? said : `${said}.`} ${sentence}`;
}

/** Words before the text; a common first word loses its capital. `names`: words that keep theirs, e.g. of a brand. */
export function before(text: string, words: string, names: readonly string[] = []): string {
  const said = text.trim();
  const first = said.split(/\s/)[0] ?? '';
  const keeps =
    SENTENCE_END.test(words) ||
    KEEPS_CAPITAL.test(said) ||
    names.some((name) => name.split(/\s/)[0] === first);
  return `${words} ${keeps ? said : said.charAt(0).toLowerCase() + said.slice(1)}`;
}

/** Words after the text, before its full stop, which goes. */
export function within(text: string, words: string): string {
  return `${text.trim().replace(/\.$/, '')}${words}`;
}

/** Another mark at the end of the text. */
export function endedBy(text: string, mark: string): string {
  return text.trim().replace(/[.!?\u2026]+$/, '') + mark;
}

export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?\u2026]["')\]\u201d]*)\s+/u).filter((part) => part.trim() !== '');
}
