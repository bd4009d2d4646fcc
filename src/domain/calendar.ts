import { HOUR_MS } from './time.js';

/** The calendar of an ad account: Meta reports by its local days and hours. Dates are `YYYY-MM-DD`. */
const DAY_MS = 24 * HOUR_MS;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError if the name isn't an IANA time zone. */
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
 * @throws RangeError if the time zone is unknown.
 */
export function localDate(instant: number, timezone: string): string {
  return new Date(wallClock(instant, timezone)).toISOString().slice(0, 10);
}

/**
 * The instant, epoch ms, at which a local hour (0 to 23) of a date begins. If the clock repeats the hour, the
 * first one counts. If the clock skips it, the result is the instant at which it would begin without the change.
 * @throws RangeError if the time zone is unknown, or if the date or the hour doesn't exist.
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
 * The instants, epoch ms, at which the wall clock of a date shows a time, `HH:MM`: the first and the last, which differ if
 * the clock repeats the time. If the clock skips it, both are the instant of the change.
 * @throws RangeError if the time zone is unknown, or if the date or the time doesn't exist.
 */
export function localTime(date: string, time: string, timezone: string): { first: number; last: number } {
  const wall = parseDate(date) + minutesOf(time) * 60_000;
  const candidates = [-DAY_MS, DAY_MS].map((shift) => wall - offsetAt(wall + shift, timezone));
  const matches = candidates.filter((instant) => wallClock(instant, timezone) === wall);
  if (matches.length > 0) return { first: Math.min(...matches), last: Math.max(...matches) };
  let before = Math.min(...candidates);
  let after = Math.max(...candidates);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallClock(middle, timezone) < wall) before = middle;
    else after = middle;
  }
  return { first: after, last: after };
}

/** Minutes from midnight. @throws RangeError if it isn't a time of day, `HH:MM`. */
export function minutesOf(time: string): number {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) throw new RangeError('A time is HH:MM, from 00:00 to 23:59.');
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** In the order of a week. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** 0 is Monday. */
export function weekdayOf(date: string): number {
  return (new Date(parseDate(date)).getUTCDay() + 6) % 7;
}

/** `Mon 30 Nov 08:00`, by the wall clock; with its year `Mon 30 Nov 2026 08:00`. `instant`: epoch ms. */
export function localText(instant: number, timezone: string, { year = false } = {}): string {
  const [day, date, month, ofYear, time = ''] = new Date(wallClock(instant, timezone))
    .toUTCString()
    .split(' ');
  return `${day!.slice(0, 3)} ${Number(date)} ${month} ${year ? `${ofYear} ` : ''}${time.slice(0, 5)}`;
}

/** Whether it is an IANA time zone that this machine knows. */
export function isTimezone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * The date that is `days` later (or earlier, if negative).
 * @throws RangeError if the date doesn't exist.
 */
export function addDays(date: string, days: number): string {
  return new Date(parseDate(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The account's day around an instant, epoch ms: Meta's budgets and limits reset at its midnight. `until` is exclusive.
 * @throws RangeError if the time zone is unknown.
 */
export function dayAround(instant: number, timezone: string): { since: number; until: number } {
  const today = localDate(instant, timezone);
  return {
    since: localHourStart(today, 0, timezone),
    until: localHourStart(addDays(today, 1), 0, timezone),
  };
}

/** Number of days from the first date to the second. */
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
