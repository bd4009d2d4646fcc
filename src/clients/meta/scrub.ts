/** Longest text of Meta's that goes into a message, characters. */
const LONGEST = 500;
const HIDDEN = '[hidden]';

export type Scrub = (text: string) => string;

/**
 * Takes secrets out of text that came from outside: the given values in the encodings that Graph could echo,
 * whatever looks like an access token or stands after a credential's name, and the query of every address.
 */
export function createScrub(secrets: readonly string[]): Scrub {
  const values = [...new Set(secrets.flatMap(encodings))]
    .filter((value) => value.length >= 4)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of values) clean = clean.split(value).join(HIDDEN);
    clean = clean
      .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1')
      .replace(/:\/\/[^\s/@"'<>]*@/g, '://')
      .replace(
        /\b(access_token|input_token|appsecret_proof|client_secret|app_secret)(["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi,
        `$1$2${HIDDEN}`,
      )
      .replace(/\bEAA[A-Za-z0-9]{8,}/g, HIDDEN);
    // Cut last: a secret cut in two would no longer be recognised.
    return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
  };
}

function encodings(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ];
}
