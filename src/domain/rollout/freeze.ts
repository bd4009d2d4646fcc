/**
 * Freeze windows: times in which no phase of a rollout begins. They belong to the account. Wall-clock times count as people
 * read them: a window begins at the first instant at which the clock shows its beginning, and ends at the last at which it
 * shows its end.
 */
import {
  addDays,
  daysBetween,
  localDate,
  localText,
  localTime,
  WEEKDAYS,
  type Weekday,
} from '../calendar.js';
import { HOUR_MS } from '../time.js';

/** A point in a week. `time`: `HH:MM`. */
export interface WeekTime {
  weekday: Weekday;
  time: string;
}

/** `weekly`: may pass midnight and the end of the week. `dated`: local date-times, `YYYY-MM-DDTHH:MM`. */
export type FreezeTimes =
  | { kind: 'weekly'; from: WeekTime; to: WeekTime }
  | { kind: 'dated'; from: string; to: string };

export interface FreezeWindow {
  id: string;
  name: string;
  /** IANA. */
  timezone: string;
  times: FreezeTimes;
}

/** A window that was set or removed; recorded. `at`: epoch ms of experiment time. */
export interface FreezeEvent {
  window: FreezeWindow;
  removed: boolean;
  by: string;
  reason: string;
  at: number;
  /** The key under which it was asked for; missing if there was none. */
  controlId?: string;
}

/** A time in which the account is frozen, epoch ms; `to` is exclusive. */
export interface Span {
  from: number;
  to: number;
}

/** The rest of a freeze: adjoining and overlapping windows are one. */
export interface Freeze {
  /** Epoch ms. */
  until: number;
  /** That of the window which ends last. */
  timezone: string;
  /** The names of its windows, in the order in which they hold. */
  names: string[];
}

const DAY_MS = 24 * HOUR_MS;

/** The windows that were set and not removed, in the order of entry. */
export function windowsOf(events: readonly FreezeEvent[]): FreezeWindow[] {
  const gone = new Set(events.filter(({ removed }) => removed).map(({ window }) => window.id));
  return events.flatMap(({ window, removed }) => (removed || gone.has(window.id) ? [] : [window]));
}

/** The times of a window that overlap [since, until), in order. @throws RangeError for a time or a zone that doesn't exist */
export function spansOf({ times, timezone }: FreezeWindow, since: number, until: number): Span[] {
  const spans =
    times.kind === 'dated'
      ? [{ from: datedAt(times.from, timezone).first, to: datedAt(times.to, timezone).last }]
      : weeklySpans(times, timezone, since, until);
  return spans.filter(({ from, to }) => from < until && to > since);
}

function datedAt(text: string, timezone: string): { first: number; last: number } {
  const [date = '', time = ''] = text.split('T');
  return localTime(date, time, timezone);
}

function weeklySpans(
  { from, to }: Extract<FreezeTimes, { kind: 'weekly' }>,
  timezone: string,
  since: number,
  until: number,
): Span[] {
  const length = daysFrom(from, to);
  // A Monday, so that every window of the weeks around is found.
  const first = mondayBefore(localDate(since - 8 * DAY_MS, timezone));
  const weeks = Math.ceil(daysBetween(first, localDate(until, timezone)) / 7) + 1;
  return Array.from({ length: weeks }, (_, week) => {
    const date = addDays(first, week * 7 + WEEKDAYS.indexOf(from.weekday));
    return {
      from: localTime(date, from.time, timezone).first,
      to: localTime(addDays(date, length), to.time, timezone).last,
    };
  });
}

/** Whole days from the date of one point to that of the other; one that ends when it begins lasts a week. */
function daysFrom(from: WeekTime, to: WeekTime): number {
  const days = (WEEKDAYS.indexOf(to.weekday) - WEEKDAYS.indexOf(from.weekday) + 7) % 7;
  return days === 0 && to.time <= from.time ? 7 : days;
}

function mondayBefore(date: string): string {
  // 5 January 1970 was a Monday.
  const days = daysBetween('1970-01-05', date);
  return addDays(date, -(((days % 7) + 7) % 7));
}

/** More links than the windows of one account can make within the longest freeze. */
const MOST_LINKS = 500;

/** The freeze that holds at an instant, epoch ms, with its end; null if none does. */
export function freezeAt(windows: readonly FreezeWindow[], at: number): Freeze | null {
  let freeze: Freeze | null = null;
  for (let link = 0; link < MOST_LINKS; link++) {
    const now: number = freeze?.until ?? at;
    const holding = windows.flatMap((window) =>
      spansOf(window, now, now + 1).map(({ to }) => ({ window, to })),
    );
    if (holding.length === 0) return freeze;
    const { window, to } = holding.reduce((last, each) => (each.to > last.to ? each : last));
    const names: string[] = freeze?.names ?? [];
    freeze = {
      until: to,
      timezone: window.timezone,
      names: names.includes(window.name) ? names : [...names, window.name],
    };
  }
  return freeze;
}

/** `Frozen until Mon 30 Nov 08:00 (Europe/Berlin): Weekend.` */
export function freezeSentence({ until, timezone, names }: Freeze): string {
  return `Frozen until ${localText(until, timezone)} (${timezone}): ${names.join(', ')}.`;
}

/** The times of a window in words, e.g. `every week from Fri 17:00 to Mon 08:00 (Europe/Berlin)`. */
export function timesInWords({ times, timezone }: Pick<FreezeWindow, 'times' | 'timezone'>): string {
  if (times.kind === 'weekly') {
    const point = ({ weekday, time }: WeekTime) => `${weekday[0]!.toUpperCase()}${weekday.slice(1)} ${time}`;
    return `every week from ${point(times.from)} to ${point(times.to)} (${timezone})`;
  }
  const point = (text: string) => localText(Date.parse(`${text}Z`), 'UTC', { year: true });
  return `from ${point(times.from)} to ${point(times.to)} (${timezone})`;
}
