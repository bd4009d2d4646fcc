/** What each ad of a test did, bucket by bucket: for charts and tables. It decides nothing. */
import { dayAround, localDate } from '../calendar.js';
import {
  exposureOf,
  METRICS,
  NOTHING_DELIVERED,
  numeratorOf,
  type Objective,
  plusMetrics,
  type VariantMetrics,
} from '../metric.js';
import { HOUR_MS } from '../time.js';

export const SERIES_BUCKETS = ['hour', 'day'] as const;
export type SeriesBucket = (typeof SERIES_BUCKETS)[number];

/** What one ad did in one hour or day. Instants are epoch ms, spend and revenue minor units. */
export interface SeriesRow extends VariantMetrics {
  variantId: string;
  bucketStart: number;
  /** Exclusive. */
  bucketEnd: number;
}

export interface Series {
  /** In order. A day is the whole local day, of which `hours` are counted. */
  buckets: { start: number; end: number; hours: number }[];
  /** By variant id, one entry per bucket; null if no row of that ad is known. */
  byVariant: Record<string, (VariantMetrics | null)[]>;
}

/**
 * Sums rows to buckets. `bucket` must not be finer than the rows. Days are those of `timezone`.
 * @throws RangeError if the time zone is unknown
 */
export function seriesOf(query: {
  rows: readonly SeriesRow[];
  variantIds: readonly string[];
  bucket: SeriesBucket;
  timezone: string;
}): Series {
  const { rows, variantIds, bucket, timezone } = query;
  const found = new Map<number, { start: number; end: number; spans: Map<number, number> }>();
  const bucketOf = new Map<number, number>();
  const days = new Map<string, { since: number; until: number }>();
  for (const { bucketStart, bucketEnd } of rows) {
    let start = bucketOf.get(bucketStart);
    if (start === undefined) {
      const whole = bucket === 'day' ? dayOf(bucketStart, timezone, days) : null;
      start = whole?.since ?? bucketStart;
      bucketOf.set(bucketStart, start);
      if (!found.has(start)) found.set(start, { start, end: whole?.until ?? bucketEnd, spans: new Map() });
    }
    found.get(start)!.spans.set(bucketStart, bucketEnd - bucketStart);
  }
  const inOrder = [...found.values()].sort((a, b) => a.start - b.start);
  const placeOf = new Map(inOrder.map(({ start }, place) => [start, place]));
  const byVariant = new Map(
    variantIds.map((id) => [id, inOrder.map((): VariantMetrics | null => null)] as const),
  );
  for (const row of rows) {
    const own = byVariant.get(row.variantId);
    const place = placeOf.get(bucketOf.get(row.bucketStart)!)!;
    if (own) own[place] = plusMetrics(own[place] ?? NOTHING_DELIVERED, row);
  }
  return {
    buckets: inOrder.map(({ start, end, spans }) => ({
      start,
      end,
      hours: [...spans.values()].reduce((sum, span) => sum + span, 0) / HOUR_MS,
    })),
    byVariant: Object.fromEntries(byVariant),
  };
}

function dayOf(instant: number, timezone: string, known: Map<string, { since: number; until: number }>) {
  const date = localDate(instant, timezone);
  const day = known.get(date) ?? dayAround(instant, timezone);
  known.set(date, day);
  return day;
}

/** What a chart can show, by the names of the API. `money` is minor units here. */
export const MEASURES = {
  ctr: { label: 'Click rate', unit: 'percent', of: ratioOf('click_through_rate') },
  clicks: { label: 'Link clicks', unit: 'count', of: (row: VariantMetrics) => row.linkClicks },
  impressions: { label: 'Impressions', unit: 'count', of: (row: VariantMetrics) => row.impressions },
  conversions: { label: 'Conversions', unit: 'count', of: (row: VariantMetrics) => row.conversions },
  conversion_rate: { label: 'Conversions per click', unit: 'percent', of: ratioOf('conversion_rate') },
  spend: { label: 'Spend', unit: 'money', of: (row: VariantMetrics) => row.spend },
  cost_per_conversion: { label: 'Cost per conversion', unit: 'money', of: ratioOf('cost_per_conversion') },
  roas: { label: 'Return on ad spend', unit: 'ratio', of: ratioOf('return_on_ad_spend') },
} as const satisfies Record<
  string,
  { label: string; unit: MeasureUnit; of(row: VariantMetrics): number | null }
>;
export type MeasureUnit = 'count' | 'percent' | 'money' | 'ratio';
export type Measure = keyof typeof MEASURES;
export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];

/** The ratio as users read it, a fraction or minor units per event; null without what it is divided by. */
function ratioOf(objective: Objective): (row: VariantMetrics) => number | null {
  const metric = METRICS[objective];
  return (row) => {
    const [events, exposure] = [numeratorOf(metric, row), exposureOf(metric, row)];
    const [above, below] = metric.inverse ? [exposure, events] : [events, exposure];
    return below > 0 ? above / below : null;
  };
}

const DECIDING: Partial<Record<Objective, Measure>> = {
  click_through_rate: 'ctr',
  conversion_rate: 'conversion_rate',
  cost_per_conversion: 'cost_per_conversion',
  return_on_ad_spend: 'roas',
};

/** The measure that shows what decides a test. */
export function measureOf(objective: Objective): Measure {
  return DECIDING[objective] ?? 'clicks';
}
