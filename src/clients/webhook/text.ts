/** Texts that keep the limits of a chat. Lengths are UTF-16 units, which no chat counts as less than one. */

const MORE = '…';

/** Control characters and runs of blanks become one blank. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Slack reads these three as markup. */
export function slackEscaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text that users wrote is no markdown, mention or link in Discord. */
export function discordEscaped(text: string): string {
  return text.replace(/[\\*_~`|>#[\]()<@-]/g, '\\$&');
}

/**
 * The text as `escaped` makes it, `limit` units at most. If it is too long, it ends after a word with `…`; a single word that is longer
 * is cut. An escape is never cut in half.
 */
export function fitted(text: string, limit: number, escaped: (text: string) => string): string {
  const whole = escaped(text);
  if (whole.length <= limit) return whole;
  const characters = [...text];
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const cut = escaped(characters.slice(0, middle).join('')) + MORE;
    if (cut.length <= limit) low = middle;
    else high = middle - 1;
  }
  const kept = characters.slice(0, low).join('');
  const midWord = characters[low] !== ' ';
  const wordEnd = midWord ? kept.lastIndexOf(' ') : kept.length;
  return escaped((wordEnd > 0 ? kept.slice(0, wordEnd) : kept).trimEnd()) + MORE;
}
