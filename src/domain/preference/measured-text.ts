/** What finished tests say of texts: one row per text of a test, with its log rate. */

/** One ad of a finished test, as it was counted. */
export interface CountedText {
  testId: string;
  /** Texts of one group differ in nothing but the text, e.g. they ran under the same picture. */
  group: string;
  /** Texts of one period share the level of rates of their time, e.g. a week. */
  period: string;
  text: string;
  /** Clicks, or conversions. */
  events: number;
  /** Impressions, or clicks. At least `events`. */
  trials: number;
}

/** One text of one group of one test. */
export interface MeasuredText {
  testId: string;
  group: string;
  period: string;
  text: string;
  /** ln((events + ½)/(trials − events + ½)). */
  logRate: number;
  /** The sampling variance of `logRate`. */
  variance: number;
}

/**
 * The texts of tests, in the order in which they first appear. Ads of a test with the same group and text are counted
 * together. Ads without trials say nothing and are left out.
 */
export function measuredTexts(counted: readonly CountedText[]): MeasuredText[] {
  const sums = new Map<string, CountedText>();
  for (const row of counted) {
    if (row.trials === 0) continue;
    const key = JSON.stringify([row.testId, row.group, row.text]);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...row });
    else {
      sum.events += row.events;
      sum.trials += row.trials;
    }
  }
  return [...sums.values()].map(({ events, trials, ...row }) => ({
    ...row,
    logRate: Math.log((events + 0.5) / (trials - events + 0.5)),
    variance: 1 / (events + 0.5) + 1 / (trials - events + 0.5),
  }));
}

/** Log rates less the mean of their period: periods differ for reasons that no text explains. */
export function lessPeriodMeans(rows: readonly MeasuredText[]): Float64Array {
  const periods = new Map<string, { sum: number; count: number }>();
  for (const { period, logRate } of rows) {
    const seen = periods.get(period) ?? { sum: 0, count: 0 };
    seen.sum += logRate;
    seen.count += 1;
    periods.set(period, seen);
  }
  return Float64Array.from(rows, ({ period, logRate }) => {
    const { sum, count } = periods.get(period)!;
    return logRate - sum / count;
  });
}
