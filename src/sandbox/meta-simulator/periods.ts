import { dayName, parseDay } from './calendar.js';
import { invalidParameter } from './graph-error.js';

/** Local days, both ends included. */
export interface Period {
  since: number;
  until: number;
}

const LAST_DAYS = /^last_(\d+)d$/;

/**
 * The periods for which an insights request wants a row. They come from `time_ranges`, `time_range` or `date_preset`
 * (default `last_30d`) and are cut by `time_increment` (days, or `all_days`). Throws Graph's error.
 */
export function periodsOf(params: Record<string, unknown>, today: number, firstDay: number): Period[] {
  const ranges = rangesOf(params, today, firstDay);
  const increment = incrementOf(params.time_increment);
  if (increment === null) return ranges;
  return ranges.flatMap(({ since, until }) => {
    const cut: Period[] = [];
    for (let day = since; day <= until; day += increment) {
      cut.push({ since: day, until: Math.min(until, day + increment - 1) });
    }
    return cut;
  });
}

function rangesOf(params: Record<string, unknown>, today: number, firstDay: number): Period[] {
  if (params.time_ranges !== undefined) {
    if (!Array.isArray(params.time_ranges)) throw invalidParameter('param time_ranges must be an array.');
    return params.time_ranges.map(rangeOf);
  }
  if (params.time_range !== undefined) return [rangeOf(params.time_range)];
  return [presetOf(String(params.date_preset ?? 'last_30d'), today, firstDay)];
}

function rangeOf(value: unknown): Period {
  const { since, until } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const period = { since: parseDay(since), until: parseDay(until) };
  if (period.since === null || period.until === null) {
    throw invalidParameter('param time_range must hold since and until as YYYY-MM-DD');
  }
  if (period.since > period.until) {
    throw invalidParameter(`time_range: since ${dayName(period.since)} lies after until`);
  }
  return { since: period.since, until: period.until };
}

function presetOf(preset: string, today: number, firstDay: number): Period {
  if (preset === 'today') return { since: today, until: today };
  if (preset === 'yesterday') return { since: today - 1, until: today - 1 };
  if (preset === 'maximum') return { since: firstDay, until: today };
  const days = Number(LAST_DAYS.exec(preset)?.[1]);
  if ([3, 7, 14, 28, 30, 90].includes(days)) return { since: today - days, until: today - 1 };
  throw invalidParameter(`param date_preset ${preset} is not supported`);
}

/** Null: one row for the whole range. */
function incrementOf(value: unknown): number | null {
  if (value === undefined || value === 'all_days') return null;
  const days = Number(value);
  if (!Number.isInteger(days) || days < 1 || days > 90) {
    throw invalidParameter('param time_increment must be a number of days from 1 to 90, or all_days');
  }
  return days;
}
