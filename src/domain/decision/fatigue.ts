/** Whether the lift of one ad over another fades as the ads age. */

import { normalSurvival } from '../evidence/distributions.js';
import type { DriftHistory } from '../evidence/drift.js';
import { robustRatio } from '../evidence/estimate.js';
import type { RateRatioOptions } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';

/** The lift of B over A in one week of the test. */
export interface WeekOfAge {
  /** 1 is the first week. */
  week: number;
  /** Log rate ratio, and its standard error with drift. */
  theta: number;
  se: number;
}

export interface LiftByAge {
  weeks: WeekOfAge[];
  /** Null with fewer than two weeks. */
  trend: Trend | null;
}

/** The change of the log rate ratio per week: weighted least squares over the weeks. */
export interface Trend {
  perWeek: number;
  se: number;
  /** Two-sided, of this look alone: unadjusted for repeated looks. */
  p: number;
}

const WEEK_DAYS = 7;
/** A week that has begun counts from its third day on. */
const FEWEST_DAYS = 3;
/**
 * A trend is called by this p. With a look per day for 28 days, steady ads then show a trend in 3 to 5 % of tests (150 tests
 * each: equal ads, a lift of 20 %, a drift of 5 %). A lead of 30 % that fades to 0 within 28 days shows it in 77 %.
 */
export const TREND_P = 0.01;
/** A lead has faded if the last week has less than this share of the first week's. */
export const FADED_SHARE = 0.5;

/** Weeks are counted from the start of the test. RangeError if a row has no day. */
export function liftByAge(
  rows: readonly PairRow[],
  options: Pick<RateRatioOptions, 'information'>,
  history: DriftHistory,
): LiftByAge {
  const byWeek = new Map<number, PairRow[]>();
  let lastDay = 0;
  for (const row of rows) {
    if (row.day === undefined) throw new RangeError('a row has no day, but its age needs it');
    const week = Math.floor(row.day / WEEK_DAYS);
    const own = byWeek.get(week);
    if (own) own.push(row);
    else byWeek.set(week, [row]);
    lastDay = Math.max(lastDay, row.day);
  }
  const weeks = [...byWeek]
    .filter(([week]) => lastDay - week * WEEK_DAYS >= FEWEST_DAYS)
    .sort(([one], [other]) => one - other)
    .map(([week, own]): WeekOfAge => {
      const { theta, se } = robustRatio(own, options, history);
      return { week: week + 1, theta, se };
    })
    .filter(({ se }) => se > 0);
  return { weeks, trend: trendOf(weeks) };
}

function trendOf(weeks: readonly WeekOfAge[]): Trend | null {
  if (weeks.length < 2) return null;
  const sum = (pick: (one: WeekOfAge) => number) =>
    weeks.reduce((total, one) => total + pick(one) / one.se ** 2, 0);
  const weight = sum(() => 1);
  const age = sum(({ week }) => week) / weight;
  const spread = sum(({ week }) => (week - age) ** 2);
  const perWeek = sum(({ week, theta }) => (week - age) * theta) / spread;
  const se = 1 / Math.sqrt(spread);
  return { perWeek, se, p: 2 * normalSurvival(Math.abs(perWeek) / se) };
}

/** Whether B's lead over A in the first week has faded by the last one: the trend is called, and half of the lead is gone. */
export function hasFaded({ weeks, trend }: LiftByAge): boolean {
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (!trend || !first || !last) return false;
  return first.theta > 0 && trend.perWeek < 0 && trend.p < TREND_P && last.theta < FADED_SHARE * first.theta;
}

/** The ages as seen from A: what B's lead over A is, with the opposite sign. */
export function seenFromA({ weeks, trend }: LiftByAge): LiftByAge {
  return {
    weeks: weeks.map((one) => ({ ...one, theta: -one.theta })),
    trend: trend && { ...trend, perWeek: -trend.perWeek },
  };
}
