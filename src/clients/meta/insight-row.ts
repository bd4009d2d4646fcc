import { addDays, localHourStart } from '../../domain/calendar.js';
import { actionTypesOf, DEFAULT_CONVERSION_EVENT } from '../../domain/conversion-event.js';
import { FieldReader } from './field-reader.js';
import type { InsightFields } from './sdk.js';
import type { InsightRow, SegmentRow } from './types.js';

export type Granularity = InsightRow['granularity'];

const HOURLY = 'hourly_stats_aggregated_by_advertiser_time_zone';

const HOUR_MS = 3_600_000;
const LAST_HOUR = 23;

export const ROWS_PER_PAGE = 500;

export const INSIGHT_FIELDS: InsightFields = [
  'ad_id',
  'adset_id',
  'impressions',
  'clicks',
  'inline_link_clicks',
  'spend',
  'actions',
  'action_values',
  'account_currency',
  'date_start',
  'date_stop',
];

export function breakdownsOf(granularity: Granularity): string[] {
  return granularity === 'hour' ? [HOURLY] : [];
}

/**
 * One row of insights. `linkClicks` are `inline_link_clicks`; conversions and revenue are of one action type of `event`.
 * @throws MetaError of kind `invalid` that names the field
 */
export function toInsightRow(
  data: unknown,
  granularity: Granularity,
  timezone: string,
  event: string = DEFAULT_CONVERSION_EVENT,
): InsightRow {
  const fields = new FieldReader('insights', data);
  const date = fields.text('date_start');
  // If the dates differ, Meta ignored the time increment.
  if (fields.text('date_stop') !== date) throw fields.wrong('date_stop');
  const hour = granularity === 'hour' ? hourOf(fields) : 0;
  const last = granularity === 'hour' ? hour : LAST_HOUR;
  const offset = fields.currencyOffset('account_currency');
  const { conversions, revenue } = conversionsOf(fields, offset, event);
  const bucketStart = attempt(() => localHourStart(date, hour, timezone), fields, 'date_start');
  const end = attempt(() => endOfLocalHour(date, last, timezone), fields, 'date_start');
  return {
    adId: fields.id('ad_id'),
    adSetId: fields.id('adset_id'),
    bucketStart,
    // An hour that the clock skipped ends when it begins.
    bucketEnd: end > bucketStart ? end : bucketStart + HOUR_MS,
    granularity,
    impressions: fields.count('impressions'),
    clicks: fields.count('clicks'),
    linkClicks: fields.countOrZero('inline_link_clicks'),
    spend: fields.money('spend', offset),
    conversions,
    revenue,
  };
}

/** The start of the next local hour. */
function endOfLocalHour(date: string, hour: number, timezone: string): number {
  return hour < LAST_HOUR
    ? localHourStart(date, hour + 1, timezone)
    : localHourStart(addDays(date, 1), 0, timezone);
}

function hourOf(fields: FieldReader): number {
  const match = /^(\d{2}):00:00 - (\d{2}):59:59$/.exec(fields.text(HOURLY));
  if (!match || match[1] !== match[2]) throw fields.wrong(HOURLY);
  return Number(match[1]);
}

/** Conversions and revenue of the event's first action type that is present: Meta counts one event under several. `offset`: minor units per major unit. */
export function conversionsOf(
  fields: FieldReader,
  offset: 1 | 100,
  event: string,
): { conversions: number; revenue: number } {
  const actions = fields.list('actions');
  const values = fields.list('action_values');
  const present = new Set([...actions, ...values].map((entry) => entry.text('action_type')));
  const type = actionTypesOf(event).find((candidate) => present.has(candidate));
  if (type === undefined) return { conversions: 0, revenue: 0 };
  const ofType = (entry: FieldReader): boolean => entry.text('action_type') === type;
  return {
    conversions: actions.find(ofType)?.count('value') ?? 0,
    revenue: values.find(ofType)?.money('value', offset) ?? 0,
  };
}

function attempt<T>(compute: () => T, fields: FieldReader, name: string): T {
  try {
    return compute();
  } catch (error) {
    throw error instanceof RangeError ? fields.wrong(name) : error;
  }
}

/** Meta's names of the breakdowns. Documented combinations; it refuses age and gender together with placements. */
export const SEGMENT_BREAKDOWNS: Record<SegmentRow['breakdown'], readonly [string, string]> = {
  age_gender: ['age', 'gender'],
  placement: ['publisher_platform', 'platform_position'],
};

/**
 * One row of a day by segment. Meta names what it doesn't know `unknown`, or leaves it out.
 * @throws MetaError of kind `invalid` that names the field
 */
export function toSegmentRow(
  data: unknown,
  breakdown: SegmentRow['breakdown'],
  timezone: string,
  event: string = DEFAULT_CONVERSION_EVENT,
): SegmentRow {
  const fields = new FieldReader('insights', data);
  const values = SEGMENT_BREAKDOWNS[breakdown].map((name) => fields.optionalText(name) ?? 'unknown');
  const segment = values.join(' ').replaceAll('_', ' ');
  return { ...toInsightRow(data, 'day', timezone, event), breakdown, segment };
}

/**
 * The rows in order, one per ad and bucket. A row that a shifting page delivers twice counts once. The rows of two
 * local hours that begin at the same instant (the clock skipped the first) are added up.
 */
export function mergeRows(rows: ReadonlyArray<{ label: string; row: InsightRow }>): InsightRow[] {
  const byLabel = new Map(rows.map(({ label, row }) => [`${row.adId} ${label}`, row]));
  const byBucket = new Map<string, InsightRow>();
  for (const row of byLabel.values()) {
    const key = `${row.adId} ${row.bucketStart}`;
    const other = byBucket.get(key);
    byBucket.set(key, other ? sum(other, row) : row);
  }
  return [...byBucket.values()].sort(
    (a, b) => a.bucketStart - b.bucketStart || (a.adId < b.adId ? -1 : a.adId > b.adId ? 1 : 0),
  );
}

function sum(a: InsightRow, b: InsightRow): InsightRow {
  return {
    ...a,
    bucketEnd: Math.max(a.bucketEnd, b.bucketEnd),
    impressions: a.impressions + b.impressions,
    clicks: a.clicks + b.clicks,
    linkClicks: a.linkClicks + b.linkClicks,
    spend: a.spend + b.spend,
    conversions: a.conversions + b.conversions,
    revenue: a.revenue + b.revenue,
  };
}

/** The local date and hour of a row, which identify it among the rows of its ad. */
export function labelOf(data: unknown): string {
  const fields = new FieldReader('insights', data);
  return `${fields.text('date_start')} ${fields.optionalText(HOURLY) ?? ''}`;
}
