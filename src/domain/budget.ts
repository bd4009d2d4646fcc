/** Money as integers of minor units. Pure arithmetic: shares of a split sum exactly. */

/** Meta's own table, not ISO 4217 (which gives e.g. COP, CRC, HUF, IDR and TWD two decimals). */
const WHOLE_UNITS = new Set(['CLP', 'COP', 'CRC', 'HUF', 'ISK', 'IDR', 'JPY', 'KRW', 'PYG', 'TWD', 'VND']);

/**
 * How many minor units one major unit has at Meta: 1 or 100.
 * @throws RangeError if `currency` isn't three capital letters.
 */
export function currencyOffset(currency: string): 1 | 100 {
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError('A currency code is three capital letters.');
  return WHOLE_UNITS.has(currency) ? 1 : 100;
}

/** Converts major units, as users configure them, to minor units. Throws as {@link currencyOffset} does. */
export function minorUnits(major: number, currency: string): number {
  return Math.round(major * currencyOffset(currency));
}

/** Daily budgets by ad set id, minor units. */
export type Budgets = Record<string, number>;

/** The ad sets whose budget isn't the wanted one, with both amounts. Ad sets that `current` lacks are left out. */
export function amountsOff(
  current: Budgets,
  wanted: Budgets,
): { adSetId: string; amount: number; wanted: number }[] {
  return Object.entries(current)
    .filter(([adSetId, amount]) => amount !== wanted[adSetId])
    .map(([adSetId, amount]) => ({ adSetId, amount, wanted: wanted[adSetId] ?? 0 }));
}

/** Sum of the budgets, minor units. */
export function totalOf(budgets: Budgets): number {
  return Object.values(budgets).reduce((sum, amount) => sum + amount, 0);
}

/**
 * Splits `total` in proportion to `weights` by largest remainders; ties go to the earlier entry.
 * The parts are non-negative integers that sum to `total`.
 * @throws RangeError if `total` isn't a non-negative integer or the weights don't sum to more than 0.
 */
export function splitInProportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (!Number.isSafeInteger(total) || total < 0) throw new RangeError(`total ${total} is not an amount`);
  if (!(sum > 0)) throw new RangeError('weights must sum to more than 0');
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const missing = total - parts.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((x, y) => y.remainder - x.remainder || x.index - y.index);
  for (const { index } of byRemainder.slice(0, missing)) parts[index]! += 1;
  return parts;
}

/** An amount as users read it, e.g. `USD 50.00`, `JPY 5000`. */
export function formatAmount(amount: number, currency: string): string {
  const offset = currencyOffset(currency);
  return `${currency} ${(amount / offset).toFixed(offset === 1 ? 0 : 2)}`;
}

/** An ad set that had another amount than it should have had: `ad set 1 stood at USD 50.00, not at USD 30.00`. */
export function stoodAt(adSetId: string, amount: number, wanted: number, currency: string): string {
  return `ad set ${adSetId} stood at ${formatAmount(amount, currency)}, not at ${formatAmount(wanted, currency)}`;
}

/**
 * Budgets with their amounts, as users read them: `“Summer sale” at USD 50.00, ad set 2 at USD 30.00`. `nameOf`: what users
 * call an ad set.
 */
export function amountsInWords(
  budgets: Budgets,
  currency: string,
  nameOf: (adSetId: string) => string = (adSetId) => `ad set ${adSetId}`,
): string {
  return Object.entries(budgets)
    .map(([adSetId, amount]) => `${nameOf(adSetId)} at ${formatAmount(amount, currency)}`)
    .join(', ');
}
