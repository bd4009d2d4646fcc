/**
 * A decimal string of major units ("12.34") as an integer of minor units, by exact decimal arithmetic;
 * digits beyond the minor unit round half up. Null where the text is no plain non-negative decimal or the
 * amount isn't a safe integer.
 */
export function majorToMinor(text: string, offset: 1 | 100): number | null {
  const match = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
  if (!match) return null;
  const [, whole = '', fraction = ''] = match;
  const unit = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * BigInt(offset);
  const minor = Number((scaled * 2n + unit) / (unit * 2n));
  return Number.isSafeInteger(minor) ? minor : null;
}
