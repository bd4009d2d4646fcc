/** Longest text from Meta in a message, characters. */
const LONGEST = 500;
const HIDDEN = '[hidden]';

export type Scrub = (text: string) => string;

/**
 * Hides secrets in text from outside: the given values in every encoding that Graph could echo, anything that looks
 * like an access token or follows the name of a credential, and the user, query and fragment of every address.
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
    // Shorten the text last: half a secret would not be recognised.
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
