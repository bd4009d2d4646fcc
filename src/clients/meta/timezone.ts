/** Calendar of an ad account: Meta reports by the account's local days and hours. Dates are `YYYY-MM-DD`. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a name that isn't an IANA time zone. */
function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timezone, formatter);
  }
  return formatter;
}

/** The wall clock at an instant, as if it were UTC, epoch ms. */
function wallClock(instant: number, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function offsetAt(instant: number, timezone: string): number {
  return wallClock(instant, timezone) - Math.floor(instant / 1000) * 1000;
}

/**
 * The account's date at an instant, epoch ms.
 * @throws RangeError for an unknown time zone.
 */
export function localDate(instant: number, timezone: string): string {
  return new Date(wallClock(instant, timezone)).toISOString().slice(0, 10);
}

/**
 * The instant, epoch ms, at which a local hour (0 to 23) of a date begins. An hour that the clock repeats
 * means its first run; an hour that the clock skips means the instant of the skip plus the hour's distance
 * from it, as if the clock had not been changed.
 * @throws RangeError for an unknown time zone or a date or hour that the calendar lacks.
 */
export function localHourStart(date: string, hour: number, timezone: string): number {
  const midnight = parseDate(date);
  if (!Number.isInteger(hour) || hour < 0 || hour > 23) throw new RangeError('An hour is 0 to 23.');
  const wall = midnight + hour * HOUR_MS;
  const before = offsetAt(wall - DAY_MS, timezone);
  const after = offsetAt(wall + DAY_MS, timezone);
  const matches = [wall - before, wall - after].filter((instant) => wallClock(instant, timezone) === wall);
  return matches.length > 0 ? Math.min(...matches) : wall - before;
}

/**
 * A date some days later (or earlier).
 * @throws RangeError for a date that the calendar lacks.
 */
export function addDays(date: string, days: number): string {
  return new Date(parseDate(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from the first date to the second. */
export function daysBetween(first: string, second: string): number {
  return Math.round((parseDate(second) - parseDate(first)) / DAY_MS);
}

function parseDate(date: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== date) {
    throw new RangeError('A date is YYYY-MM-DD.');
  }
  return instant;
}
