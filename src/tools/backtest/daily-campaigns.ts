/** The two campaigns of one test, one row per day; fields are separated by semicolons, dates are D.MM.YYYY. */

import type { CsvRecord, CsvTable } from '../headline-tests/csv.js';
import { emptyStream, type Stream } from './stream.js';

const DAY_MS = 86_400_000;

interface DayCounts {
  impressions: number;
  clicks: number;
}

/**
 * Both campaigns as one stream, from the earliest day of either to the latest. A day on which a campaign has no row,
 * or no counts, has no impressions in it. Throws CsvError.
 */
export function readDailyCampaigns(control: CsvTable, test: CsvTable): Stream {
  const a = readDays(control);
  const b = readDays(test);
  const days = [...a.keys(), ...b.keys()];
  if (days.length === 0) return emptyStream(0);
  const first = days.reduce((least, day) => Math.min(least, day));
  const last = days.reduce((most, day) => Math.max(most, day));
  const stream = emptyStream(last - first + 1);
  for (let day = first; day <= last; day++) {
    const [inA, inB] = [a.get(day), b.get(day)];
    if (!inA || !inB) continue;
    stream.impressionsA[day - first] = inA.impressions;
    stream.clicksA[day - first] = inA.clicks;
    stream.impressionsB[day - first] = inB.impressions;
    stream.clicksB[day - first] = inB.clicks;
  }
  return stream;
}

function readDays(table: CsvTable): Map<number, DayCounts> {
  const columns = {
    date: table.column('Date'),
    impressions: table.column('# of Impressions'),
    clicks: table.column('# of Website Clicks'),
  };
  const days = new Map<number, DayCounts>();
  const seen = new Set<number>();
  for (const record of table.records) {
    const day = dayOf(table, record, columns.date);
    if (seen.has(day)) throw table.fault(record, columns.date, `${record.fields[columns.date]} comes twice`);
    seen.add(day);
    const isMissing = [columns.impressions, columns.clicks].some((c) => record.fields[c]!.trim() === '');
    if (isMissing) continue;
    const impressions = table.count(record, columns.impressions);
    const clicks = table.count(record, columns.clicks);
    // If money was spent and nothing was shown, the row's counts are missing.
    if (impressions > 0) days.set(day, { impressions, clicks });
  }
  return days;
}

/** Days since 1 January 1970. */
function dayOf(table: CsvTable, record: CsvRecord, column: number): number {
  const text = record.fields[column]!.trim();
  const [, day, month, year] = /^(\d{1,2})\.(\d{2})\.(\d{4})$/.exec(text) ?? [];
  const instant = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (instant.getUTCDate() !== Number(day) || instant.getUTCMonth() !== Number(month) - 1) {
    throw table.fault(record, column, `expected a date as D.MM.YYYY, got ${JSON.stringify(text)}`);
  }
  return instant.getTime() / DAY_MS;
}
