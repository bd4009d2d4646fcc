const REMOVED = '[removed]';
/** Shorter ones would match by chance. */
const LEAST_LENGTH = 8;

/** A key in the forms in which whoever repeats it may write it. */
export function formsOf(key: string): string[] {
  const bytes = Buffer.from(key);
  const forms = [key, encodeURIComponent(key), bytes.toString('base64').replace(/=+$/, '')];
  return [...new Set([...forms, bytes.toString('base64url'), bytes.toString('hex')])];
}

/** Replaces every secret, whatever its case and its spaces. Those of a few characters are left out. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.trim().length >= LEAST_LENGTH)
    .reduce((clean, secret) => clean.replace(patternOf(secret), REMOVED), text);
}

/** The same for an answer in JSON, whose strings may be escaped. An answer that is no JSON is cleaned as text. */
export function answerWithoutSecrets(text: string, secrets: readonly string[]): string {
  // Postgres can't store NUL.
  const clean = withoutSecrets(text.replaceAll('\0', ''), secrets);
  let parsed: unknown;
  try {
    parsed = JSON.parse(clean);
  } catch {
    return clean;
  }
  return JSON.stringify(cleaned(parsed, secrets));
}

function cleaned(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return withoutSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((each) => cleaned(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [withoutSecrets(key, secrets), cleaned(each, secrets)]),
  );
}

function patternOf(secret: string): RegExp {
  const words = secret.trim().split(/\s+/);
  return new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+'), 'gi');
}
