/** Meta's own offsets, not ISO 4217 (which gives e.g. COP, CRC, HUF, IDR and TWD two decimals). */
const OFFSET_ONE = new Set(['CLP', 'COP', 'CRC', 'HUF', 'ISK', 'IDR', 'JPY', 'KRW', 'PYG', 'TWD', 'VND']);

/**
 * How many minor units one major unit has at Meta: 1 or 100.
 * @throws RangeError where `code` isn't three capital letters.
 */
export function currencyOffset(code: string): 1 | 100 {
  if (!/^[A-Z]{3}$/.test(code)) throw new RangeError('A currency code is three capital letters.');
  return OFFSET_ONE.has(code) ? 1 : 100;
}

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
