/** Currencies that Meta counts in whole units. The table is Meta's own, not ISO 4217. */
const WHOLE_UNITS = new Set(['CLP', 'COP', 'CRC', 'HUF', 'ISK', 'IDR', 'JPY', 'KRW', 'PYG', 'TWD', 'VND']);

/** Minor units as a decimal string of major units: `12.34`, or `1234` if Meta counts the currency in whole units. */
export function majorUnits(minor: number, currency: string): string {
  return WHOLE_UNITS.has(currency) ? minor.toFixed(0) : (minor / 100).toFixed(2);
}
