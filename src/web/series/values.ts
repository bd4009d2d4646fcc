/** How a value of a series is written. */
import type { SeriesJson } from '../../api/series/read.js';
import { minorUnits } from '../../domain/budget.js';
import { MEASURES, type Measure } from '../../domain/reporting/series.js';
import { count, dayText, instantText, money, type Reader } from '../format.js';

/** A value as the API gives it: percent, major units, a count or a ratio. */
export function valueText(value: number, measure: Measure, currency: string, reader: Reader): string {
  switch (MEASURES[measure].unit) {
    case 'percent':
      return `${value.toFixed(2)} %`;
    case 'money':
      return money(minorUnits(value, currency), currency, reader);
    case 'ratio':
      return value.toFixed(2);
    case 'count':
      return count(value, reader);
  }
}

/** The begin of a bucket: a date, or an hour. */
export function bucketText(start: string, { bucket, timezone }: SeriesJson, reader: Reader): string {
  const own = { ...reader, timezone };
  return bucket === 'day' ? dayText(start, own) : instantText(start, own);
}

/** Round values between two bounds, at most about `most`. */
export function ticksBetween(low: number, high: number, most: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((each) => each * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
