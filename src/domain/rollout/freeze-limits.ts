/** What a freeze window may be: an account must not be frozen for ever. */
import { isTimezone, localTime, minutesOf } from '../calendar.js';
import { HOUR_MS } from '../time.js';
import { type FreezeWindow, type Span, spansOf } from './freeze.js';

export const MOST_WINDOWS = 20;
/** Of one dated window. */
export const LONGEST_DATED_DAYS = 31;
/** How far ahead a dated window may end. The windows until then are searched each time that one is set. */
const LATEST_DAYS = 730;
/** Of windows that overlap or adjoin. */
export const LONGEST_FREEZE_DAYS = 62;
/** What the weekly windows together must leave free in each week. */
export const FREE_HOURS_PER_WEEK = 1;

const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Daylight saving makes a week of the year differ from another. */
const WEEKS = 53;

/** `field`: of the window as an API names it. */
export interface WindowProblem {
  field: 'timezone' | 'from' | 'to' | 'windows';
  message: string;
}

/** What speaks against another window beside those that are set; null if nothing does. `message` completes its field's name. */
export function windowProblem(
  set: readonly FreezeWindow[],
  added: FreezeWindow,
  now: number,
): WindowProblem | null {
  return ownProblem(added, now) ?? commonProblem([...set, added], now);
}

function ownProblem({ timezone, times }: FreezeWindow, now: number): WindowProblem | null {
  if (!isTimezone(timezone))
    return { field: 'timezone', message: 'must be an IANA time zone, e.g. Europe/Berlin' };
  for (const field of ['from', 'to'] as const) {
    const message = formProblem(times.kind === 'weekly' ? times[field].time : times[field], times.kind);
    if (message !== null) return { field, message };
  }
  if (times.kind === 'weekly') return null;
  const [from, to] = [times.from, times.to].map((text) => instantOf(text, timezone)) as [number, number];
  if (to <= from) return { field: 'to', message: 'must be later than from' };
  if (to <= now) return { field: 'to', message: 'must not be in the past' };
  if (to > now + LATEST_DAYS * DAY_MS)
    return { field: 'to', message: `must be at most ${LATEST_DAYS} days from now` };
  if (to - from > LONGEST_DATED_DAYS * DAY_MS + HOUR_MS)
    return { field: 'to', message: `must be at most ${LONGEST_DATED_DAYS} days later than from` };
  return null;
}

function formProblem(text: string, kind: FreezeWindow['times']['kind']): string | null {
  try {
    if (kind === 'weekly') minutesOf(text);
    else instantOf(text, 'UTC');
    return null;
  } catch {
    return kind === 'weekly'
      ? 'must have a time from 00:00 to 23:59, as HH:MM'
      : 'must be a date and time that exist, as YYYY-MM-DDTHH:MM';
  }
}

function instantOf(text: string, timezone: string): number {
  const [date = '', time = ''] = text.split('T');
  return localTime(date, time, timezone).last;
}

function commonProblem(windows: readonly FreezeWindow[], now: number): WindowProblem | null {
  const open = windows.filter((window) => !isOver(window, now));
  if (open.length > MOST_WINDOWS)
    return { field: 'windows', message: `must be at most ${MOST_WINDOWS}: remove one first` };
  const weekly = open.filter(({ times }) => times.kind === 'weekly');
  if (leastFreeMs(weekly, now) < FREE_HOURS_PER_WEEK * HOUR_MS)
    return {
      field: 'windows',
      message: `must together leave at least ${FREE_HOURS_PER_WEEK} h of each week free, or no rollout could ever go on`,
    };
  const until = Math.max(now + WEEKS * WEEK_MS, ...open.map(endOf));
  const longest = Math.max(0, ...joined(open, now, until).map(({ from, to }) => to - Math.max(from, now)));
  if (longest > LONGEST_FREEZE_DAYS * DAY_MS)
    return {
      field: 'windows',
      message: `must not together make a freeze of more than ${LONGEST_FREEZE_DAYS} days`,
    };
  return null;
}

/** Whether it is a dated window in the past. */
export function isOver(window: FreezeWindow, now: number): boolean {
  return window.times.kind === 'dated' && endOf(window) <= now;
}

function endOf({ times, timezone }: FreezeWindow): number {
  return times.kind === 'dated' ? instantOf(times.to, timezone) : 0;
}

/** The free time of the fullest week in a year from now. */
function leastFreeMs(weekly: readonly FreezeWindow[], now: number): number {
  const frozen = joined(weekly, now, now + WEEKS * WEEK_MS);
  const free = Array.from({ length: WEEKS }, (_, week) => {
    const [since, until] = [now + week * WEEK_MS, now + (week + 1) * WEEK_MS];
    return frozen.reduce(
      (left, { from, to }) => left - Math.max(0, Math.min(to, until) - Math.max(from, since)),
      WEEK_MS,
    );
  });
  return Math.min(...free);
}

/** The times of all windows that overlap [since, until), in order; those that overlap or adjoin are one. */
function joined(windows: readonly FreezeWindow[], since: number, until: number): Span[] {
  const spans = windows.flatMap((window) => spansOf(window, since, until)).sort((x, y) => x.from - y.from);
  const whole: Span[] = [];
  for (const { from, to } of spans) {
    const last = whole.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else whole.push({ from, to });
  }
  return whole;
}
