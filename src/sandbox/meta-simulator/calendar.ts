/** The market works in quarters of an hour: the offset of every time zone is a multiple of them. */
export const QUARTER_MS = 900_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/**
 * The account's calendar. A local hour is numbered as if its wall-clock time were UTC. So the hour that repeats when
 * clocks go back is one hour, as in Graph's hourly rows, and the hour that clocks skip doesn't exist.
 */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** Throws RangeError for an unknown IANA name. */
  constructor(readonly timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  /** By how many ms the wall clock is ahead of UTC at this instant. */
  offsetAt(instant: number): number {
    const quarter = Math.floor(instant / QUARTER_MS);
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      const start = quarter * QUARTER_MS;
      const part: Record<string, number> = {};
      for (const { type, value } of this.#format.formatToParts(start)) part[type] = Number(value);
      const wall = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
      offset = wall - start;
      this.#offsets.set(quarter, offset);
    }
    return offset;
  }

  /** Number of the local hour of an instant. */
  localHour(instant: number): number {
    return Math.floor((instant + this.offsetAt(instant)) / HOUR_MS);
  }

  localDay(instant: number): number {
    return Math.floor(this.localHour(instant) / 24);
  }

  /** The instant at which the local day of an instant began. */
  startOfDay(instant: number): number {
    const day = this.localDay(instant);
    let start = Math.floor(instant / QUARTER_MS) * QUARTER_MS;
    while (this.localDay(start - QUARTER_MS) === day) start -= QUARTER_MS;
    return start;
  }

  /** `2026-11-23T09:00:00-0500`, as Graph writes instants. */
  format(instant: number): string {
    const offset = this.offsetAt(instant);
    const wall = new Date(instant + offset).toISOString().slice(0, 19);
    const minutes = Math.abs(offset) / 60_000;
    const digits = String(Math.floor(minutes / 60) * 100 + (minutes % 60)).padStart(4, '0');
    return `${wall}${offset < 0 ? '-' : '+'}${digits}`;
  }
}

/** `2026-11-23` of a local day number. */
export function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Local day number of `2026-11-23`; null if it is not a date. */
export function parseDay(name: unknown): number | null {
  if (typeof name !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(name)) return null;
  const day = Date.parse(`${name}T00:00:00Z`) / DAY_MS;
  return Number.isInteger(day) && dayName(day) === name ? day : null;
}
