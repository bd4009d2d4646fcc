import { emptyStream, type Stream } from '../../src/tools/backtest/stream.js';

/** The hours of a stream summed into buckets; the same stream if buckets are hours. */
export function inBuckets(hours: Stream, bucketHours: number): Stream {
  if (bucketHours === 1) return hours;
  const sums = emptyStream(Math.ceil(hours.impressionsA.length / bucketHours));
  for (const name of ['impressionsA', 'clicksA', 'impressionsB', 'clicksB'] as const) {
    for (const [hour, count] of hours[name].entries()) sums[name][Math.floor(hour / bucketHours)]! += count;
  }
  return sums;
}
