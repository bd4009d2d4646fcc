/** How pages write amounts, instants and durations. The figures are those of the API's answers. */
import { currencyOffset } from '../domain/budget.js';
import { METRICS, type Objective, shownLift } from '../domain/metric.js';
import { percent as signedPercent } from '../domain/percent.js';
import { HOUR_MS } from '../domain/time.js';

/** Whose eyes a page is made for. */
export interface Reader {
  /** BCP 47, e.g. `en-GB`. */
  locale: string;
  /** IANA, the account's. */
  timezone: string;
  /** Experiment time, epoch ms. */
  now: number;
  /** Experiment ms per real ms. */
  scale: number;
}

const DEFAULT_LOCALE = 'en-GB';

/** Making a format takes longer than using it a hundred times, and a list has thousands of figures. */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
/** Languages, currencies and time zones are few; whoever sends made-up ones must not fill the memory. */
const MOST_FORMATS = 500;

function kept<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  key: string,
  make: () => Format,
): Format {
  const known = formats.get(key);
  if (known) return known as Format;
  const made = make();
  if (formats.size < MOST_FORMATS) formats.set(key, made);
  return made;
}

/** The first language of an `Accept-Language` header that has formats here; British English if none has. */
export function localeOf(acceptLanguage: string | undefined): string {
  for (const part of (acceptLanguage ?? '').split(',')) {
    const tag = part.split(';')[0]!.trim();
    // Texts are in English: other languages would mix with their formats.
    if (!/^en(-[A-Za-z]{2})?$/.test(tag)) continue;
    if (Intl.NumberFormat.supportedLocalesOf(tag).length > 0) return tag;
  }
  return DEFAULT_LOCALE;
}

/** `amount` in minor units, e.g. `US$200.00`. */
export function money(amount: number, currency: string, { locale }: Pick<Reader, 'locale'>): string {
  const offset = currencyOffset(currency);
  const digits = offset === 1 ? 0 : 2;
  const format = kept(
    `money ${locale} ${currency}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  return format.format(amount / offset);
}

/** The same with its sign, e.g. `+US$80.00`. */
export function moneyChange(amount: number, currency: string, reader: Pick<Reader, 'locale'>): string {
  return `${amount > 0 ? '+' : ''}${money(amount, currency, reader)}`;
}

/** A whole number with separators. */
export function count(value: number, { locale }: Pick<Reader, 'locale'>): string {
  return kept(`count ${locale}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })).format(
    value,
  );
}

/** A relative change, e.g. `+31.2 %`. */
export const percent = signedPercent;

/**
 * The lift of one ad over another, as users read it: `+31.2 %`, or `costs 23.8 % less` if the objective is a cost, which is
 * the same lift of what the money buys.
 */
export function liftText(lift: number, objective: string): string {
  if (!isCost(objective)) return percent(lift);
  const change = shownLift(METRICS[objective as Objective], lift);
  if (!Number.isFinite(change)) return 'has no conversion';
  if (change === 0) return 'costs as much';
  return `costs ${share(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`;
}

/** Both ends of an interval of a lift, the worse one first. */
export function intervalText(interval: readonly number[], objective: string): string {
  return interval.map((end) => liftText(end, objective)).join(' to ');
}

/** Whether less is better. */
export function isCost(objective: string): boolean {
  return METRICS[objective as Objective]?.inverse ?? false;
}

/** A share without a sign, e.g. `80 %`. */
export function share(fraction: number): string {
  return `${Math.round(fraction * 1000) / 10} %`;
}

/** Nothing is certain: never 0 % or 100 %. */
export function chanceText(chance: number): string {
  if (chance > 0.99) return 'over 99 %';
  return chance < 0.01 ? 'under 1 %' : share(chance);
}

type Place = Pick<Reader, 'locale' | 'timezone'>;

const DATE = { day: 'numeric', month: 'short', year: 'numeric' } as const;
const DATE_AND_TIME = { ...DATE, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** `27 Nov 2026, 21:15`, in the account's time zone. */
export function instantText(iso: string, place: Place): string {
  return dateFormat('instant', place, DATE_AND_TIME).format(new Date(iso));
}

/** `27 Nov 2026`, in the account's time zone. */
export function dayText(iso: string, place: Place): string {
  return dateFormat('day', place, DATE).format(new Date(iso));
}

function dateFormat(name: string, { locale, timezone }: Place, options: Intl.DateTimeFormatOptions) {
  return kept(
    `${name} ${locale} ${timezone}`,
    () => new Intl.DateTimeFormat(locale, { timeZone: timezone, ...options }),
  );
}

/** `3 d 4 h`, `5 h 20 min`, `12 min`; below a minute `less than a minute`. */
export function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}

/** Real ms after its due time in which an event is only on its way. */
const ON_ITS_WAY_MS = 20_000;

/** `in 5 h`, `now` at the due time, or `5 min late`. */
export function countdownText(iso: string, { now, scale }: Pick<Reader, 'now' | 'scale'>): string {
  const left = Date.parse(iso) - now;
  if (left >= 0) return `in ${durationText(left)}`;
  return -left < ON_ITS_WAY_MS * scale ? 'now' : `${durationText(-left)} late`;
}

/** Days and hours since an instant. */
export function ageText(iso: string, now: number): string {
  return durationText(Math.max(0, now - Date.parse(iso)));
}

/** How fast experiment time runs, in words. */
export function clockText(scale: number): string {
  return `An hour takes ${Math.round((HOUR_MS / scale / 1000) * 10) / 10} s.`;
}
