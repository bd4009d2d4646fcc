import { setTimeout as sleep } from 'node:timers/promises';
import type { AdAccount } from 'facebook-nodejs-business-sdk';
import { invalid, transient } from './errors.js';
import { Fields, isObjectId } from './fields.js';
import type { GraphApi } from './graph-api.js';
import {
  breakdownsOf,
  type Granularity,
  INSIGHT_FIELDS,
  labelOf,
  mergeRows,
  toInsightRow,
} from './insight-row.js';
import { allRows } from './paging.js';
import { addDays, daysBetween, localDate } from './timezone.js';
import { type InsightRow, type MetaClient, MetaError } from './types.js';

export type InsightQuery = Parameters<MetaClient['getInsights']>[0];

export interface InsightSource {
  api: GraphApi;
  account: AdAccount;
  /** Real ms that an asynchronous report may take. */
  reportTimeoutMs: number;
}

/** Both ends included, account-local dates. */
interface Window {
  since: string;
  until: string;
}

const ROWS_A_PAGE = 500;
const ADS_A_CALL = 50;
/** Days of one call, by what one ad yields: a test of two ads stays within two pages. */
const DAYS_A_CALL: Record<Granularity, number> = { hour: 14, day: 90 };
const REPORT_POLL_MS = 1000;

/** See {@link MetaClient.getInsights}. Buckets are the account's local hours or days. */
export async function readInsights(source: InsightSource, query: InsightQuery): Promise<InsightRow[]> {
  const { adIds, since, until, granularity, timezone } = query;
  const whole = wholeWindow(query);
  if (whole === null || adIds.length === 0) return [];
  const rows: unknown[] = [];
  for (let first = 0; first < adIds.length; first += ADS_A_CALL) {
    const ads = adIds.slice(first, first + ADS_A_CALL);
    for (const window of windowsOf(whole, DAYS_A_CALL[granularity])) {
      rows.push(...(await readWindow(source, ads, granularity, window)));
    }
  }
  const labelled = rows.map((data) => ({
    label: labelOf(data),
    row: toInsightRow(data, granularity, timezone),
  }));
  const asked = new Set(adIds);
  return mergeRows(labelled).filter(
    (row) => asked.has(row.adId) && row.bucketStart >= since && row.bucketStart < until,
  );
}

function wholeWindow({ adIds, since, until, timezone }: InsightQuery): Window | null {
  if (!adIds.every(isObjectId)) throw invalid("An id of Meta's is a string of digits.");
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

/** One window; where it is too large for Meta its halves, and a single day as an asynchronous report. */
async function readWindow(
  source: InsightSource,
  adIds: string[],
  granularity: Granularity,
  window: Window,
): Promise<unknown[]> {
  const params = paramsOf(adIds, granularity, window);
  try {
    const pages = source.account.getInsights(INSIGHT_FIELDS, { ...params, limit: ROWS_A_PAGE }, false);
    return await allRows(pages, 'insights');
  } catch (error) {
    if (!(error instanceof MetaError) || error.kind !== 'too_large') throw error;
  }
  const days = daysBetween(window.since, window.until) + 1;
  if (days === 1) return runReport(source, params);
  const middle = addDays(window.since, Math.floor(days / 2));
  const earlier = { since: window.since, until: addDays(middle, -1) };
  const later = { since: middle, until: window.until };
  return [
    ...(await readWindow(source, adIds, granularity, earlier)),
    ...(await readWindow(source, adIds, granularity, later)),
  ];
}

function paramsOf(adIds: string[], granularity: Granularity, window: Window): Record<string, unknown> {
  const breakdowns = breakdownsOf(granularity);
  return {
    level: 'ad',
    time_increment: 1,
    time_range: window,
    filtering: [{ field: 'ad.id', operator: 'IN', value: adIds }],
    ...(breakdowns.length > 0 ? { breakdowns } : {}),
  };
}

async function runReport(source: InsightSource, params: Record<string, unknown>): Promise<unknown[]> {
  const report = await source.account.getInsightsAsync(INSIGHT_FIELDS, { ...params });
  // Meta names the run `report_run_id`, which the SDK's object takes as its id while it drops the api.
  if (typeof report.id !== 'string' || !isObjectId(report.id)) {
    throw invalid("Meta's answer for an insights report: field report_run_id is missing or malformed.");
  }
  report._api = source.api;
  const deadline = performance.now() + source.reportTimeoutMs;
  for (;;) {
    const answer: { exportAllData(): unknown } = await report.read([
      'async_status',
      'async_percent_completion',
    ]);
    const fields = new Fields('insights report', answer.exportAllData());
    const status = fields.text('async_status');
    // Meta says "completed" before the last rows are there.
    if (status === 'Job Completed' && fields.count('async_percent_completion') === 100) break;
    if (status === 'Job Failed' || status === 'Job Skipped') {
      throw transient(`Meta's insights report ended as ${status}.`, 'not_applied');
    }
    if (performance.now() + REPORT_POLL_MS > deadline) {
      throw transient("Meta's insights report was not ready in time.", 'not_applied');
    }
    await sleep(REPORT_POLL_MS);
  }
  return allRows(report.getInsights(INSIGHT_FIELDS, { limit: ROWS_A_PAGE }, false), 'insights');
}
