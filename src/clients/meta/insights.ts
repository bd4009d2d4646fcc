import { addDays, daysBetween, localDate } from '../../domain/calendar.js';
import { type ReportSource, Reports } from './async-reports.js';
import { invalid } from './errors.js';
import { FieldReader, requireId } from './field-reader.js';
import type { Params } from './graph-client.js';
import {
  breakdownsOf,
  type Granularity,
  INSIGHT_FIELDS,
  labelOf,
  mergeRows,
  ROWS_PER_PAGE,
  SEGMENT_BREAKDOWNS,
  toInsightRow,
  toSegmentRow,
} from './insight-row.js';
import type { Sdk } from './sdk.js';
import { type InsightRow, type MetaClient, MetaError, type SegmentRow } from './types.js';

type InsightQuery = Parameters<MetaClient['getInsights']>[0];
type SegmentQuery = Parameters<MetaClient['getSegments']>[0];
type Asked = Pick<InsightQuery, 'adIds' | 'since' | 'until' | 'timezone'>;

/** Dates of the account's calendar, both included. */
interface Window {
  since: string;
  until: string;
}

const ADS_PER_CALL = 50;
/** Days per call. With these, the rows of a test of two ads fit in two pages. */
const DAYS_PER_CALL: Record<Granularity, number> = { hour: 14, day: 90 };
/** An ad has up to about 20 segments per day. */
const SEGMENT_DAYS_PER_CALL = 14;

/** See {@link MetaClient.getInsights}. Buckets are the account's local hours or days. */
export async function readInsights(source: ReportSource, query: InsightQuery): Promise<InsightRow[]> {
  const { granularity, timezone, event } = query;
  const rows = await readRows(source, query, breakdownsOf(granularity), DAYS_PER_CALL[granularity]);
  const labelled = rows.map((data) => ({
    label: labelOf(data),
    row: toInsightRow(data, granularity, timezone, event),
  }));
  return mergeRows(labelled).filter(isAsked(query));
}

/** See {@link MetaClient.getSegments}. */
export async function readSegments(source: ReportSource, query: SegmentQuery): Promise<SegmentRow[]> {
  const { breakdown, timezone, event } = query;
  const rows = await readRows(source, query, SEGMENT_BREAKDOWNS[breakdown], SEGMENT_DAYS_PER_CALL);
  // A row that a shifting page delivers twice counts once.
  const byCell = new Map<string, SegmentRow>();
  for (const data of rows) {
    const row = toSegmentRow(data, breakdown, timezone, event);
    byCell.set(`${row.adId} ${row.bucketStart} ${row.segment}`, row);
  }
  return [...byCell.values()].filter(isAsked(query));
}

function isAsked({ adIds, since, until }: Asked): (row: InsightRow) => boolean {
  const asked = new Set(adIds);
  return ({ adId, bucketStart }) => asked.has(adId) && bucketStart >= since && bucketStart < until;
}

/** All rows of the asked days, as Meta gives them. */
async function readRows(
  source: ReportSource,
  query: Asked,
  breakdowns: readonly string[],
  daysPerCall: number,
): Promise<unknown[]> {
  const { adIds } = query;
  const whole = wholeWindow(query);
  if (whole === null || adIds.length === 0) return [];
  const reports = new Reports(source);
  const rows: unknown[] = [];
  for (let first = 0; first < adIds.length; first += ADS_PER_CALL) {
    const ads = adIds.slice(first, first + ADS_PER_CALL);
    for (const window of windowsOf(whole, daysPerCall)) {
      rows.push(...(await readWindow(reports, ads, breakdowns, window)));
    }
  }
  reports.close();
  return rows;
}

function wholeWindow({ adIds, since, until, timezone }: Asked): Window | null {
  adIds.forEach(requireId);
  if (!Number.isSafeInteger(since) || !Number.isSafeInteger(until)) {
    throw invalid('The bounds of insights are integers, epoch ms.');
  }
  try {
    const first = localDate(since, timezone);
    return since < until ? { since: first, until: localDate(until - 1, timezone) } : null;
  } catch {
    throw invalid('The time zone of insights is not an IANA name.');
  }
}

function windowsOf(whole: Window, days: number): Window[] {
  const windows: Window[] = [];
  for (let since = whole.since; since <= whole.until; since = addDays(since, days)) {
    const more = Math.min(days - 1, daysBetween(since, whole.until));
    windows.push({ since, until: addDays(since, more) });
  }
  return windows;
}

/** If the window is too large for Meta, reads its halves, and a single day as an asynchronous report. */
async function readWindow(
  reports: Reports,
  adIds: string[],
  breakdowns: readonly string[],
  window: Window,
): Promise<unknown[]> {
  const { sdk, accountId } = reports.source;
  const params = paramsOf(adIds, breakdowns, window);
  try {
    return await sdk.list('account', accountId, 'getInsights', {
      fields: INSIGHT_FIELDS,
      params: { ...params, limit: ROWS_PER_PAGE },
      subject: 'insights',
    });
  } catch (error) {
    if (!(error instanceof MetaError) || error.kind !== 'too_large') throw error;
  }
  const days = daysBetween(window.since, window.until) + 1;
  if (days === 1) return reports.read(params);
  const middle = addDays(window.since, Math.floor(days / 2));
  const earlier = { since: window.since, until: addDays(middle, -1) };
  const later = { since: middle, until: window.until };
  return [
    ...(await readWindow(reports, adIds, breakdowns, earlier)),
    ...(await readWindow(reports, adIds, breakdowns, later)),
  ];
}

function paramsOf(adIds: string[], breakdowns: readonly string[], window: Window): Params {
  return {
    level: 'ad',
    time_increment: 1,
    time_range: window,
    filtering: [{ field: 'ad.id', operator: 'IN', value: adIds }],
    ...(breakdowns.length > 0 ? { breakdowns } : {}),
  };
}

/** See {@link MetaClient.getCampaignSpend}. */
export async function readCampaignSpend(sdk: Sdk, id: string): Promise<number> {
  const subject = `spend of campaign ${id}`;
  const rows = await sdk.list('campaign', id, 'getInsights', {
    fields: ['spend', 'account_currency'],
    params: { level: 'campaign', date_preset: 'maximum' },
    subject,
  });
  // No row: nothing has been delivered.
  if (rows.length === 0) return 0;
  const fields = new FieldReader(subject, rows[0]);
  if (rows.length > 1) throw fields.wrong('spend');
  return fields.money('spend', fields.currencyOffset('account_currency'));
}
