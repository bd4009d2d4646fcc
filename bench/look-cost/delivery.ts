/** What two ads deliver in 28 days, by a fixed pattern: hourly totals, and days by segment. The test starts at 0. */

import type { Observed } from '../../src/domain/pair-rows.js';
import type { Breakdown, SegmentObserved } from '../../src/domain/segments.js';
import { HOUR_MS } from '../../src/domain/time.js';

const ADS = ['a', 'b'];
const HOURS = 672;
const DAY_HOURS = 24;
const GENDERS = ['female', 'male', 'unknown'];
const AGES = ['13-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65+'];
const SEGMENTS: Record<Breakdown, string[]> = {
  age_gender: AGES.flatMap((age) => GENDERS.map((gender) => `${age} ${gender}`)),
  placement: Array.from({ length: 16 }, (_, i) => `placement ${i}`),
};

const hourly = Array.from({ length: HOURS }, (_, hour) =>
  ADS.map(
    (variantId, ad): Observed => ({
      variantId,
      bucketStart: hour * HOUR_MS,
      bucketEnd: (hour + 1) * HOUR_MS,
      ...countsOf(hour, 5 * ad),
    }),
  ),
).flat();

const daily = Array.from({ length: HOURS / DAY_HOURS }, (_, day) =>
  (Object.keys(SEGMENTS) as Breakdown[]).flatMap((breakdown) =>
    SEGMENTS[breakdown].flatMap((segment, i) =>
      ADS.map(
        (variantId, ad): SegmentObserved => ({
          variantId,
          breakdown,
          segment,
          bucketStart: day * DAY_HOURS * HOUR_MS,
          bucketEnd: (day + 1) * DAY_HOURS * HOUR_MS,
          ...countsOf(day, 5 * ad + i),
        }),
      ),
    ),
  ),
).flat();

function countsOf(time: number, shift: number) {
  const linkClicks = 4 + ((time * 13 + shift * 7) % 5);
  return {
    impressions: 200 + ((time * 37 + shift * 13) % 101),
    clicks: linkClicks + 2,
    linkClicks,
    spend: 100 + ((time * 7) % 11),
    conversions: (time * 5 + shift) % 9 === 0 ? 1 : 0,
    revenue: 0,
  };
}

/** The closed hours up to an instant, epoch ms. */
export function observationsOf(until: number): Observed[] {
  return hourly.filter(({ bucketEnd }) => bucketEnd <= until);
}

/** The whole days by segment up to an instant, epoch ms. */
export function segmentsOf(until: number): SegmentObserved[] {
  return daily.filter(({ bucketEnd }) => bucketEnd <= until);
}
