import { type InsightRow, type MetaClient, MetaError } from '../../../clients/meta/types.js';
import { daysToDetect } from '../../../domain/decision/outlook.js';
import { bucketsOf, conversionEventOf, type Experiment } from '../../../domain/experiment.js';
import { eventsOf, exposureOf, METRICS, type VariantMetrics } from '../../../domain/metric.js';
import { HOUR_MS } from '../../../domain/time.js';

/** The traffic per day is estimated from the last day, and not from fewer hours than `FEWEST_HOURS`. */
const HOURS = 24;
const FEWEST_HOURS = 6;
/** The longest time since the last closed day began: two days, one of which may have 25 hours. */
const SINCE_LAST_DAY_HOURS = 49;
const LIFT = 0.1;

/**
 * The days that it takes to detect a lift of 10 % over the control at the last day's traffic, for the slowest challenger.
 * Null if there was too little traffic or Meta gives no answer: the test starts anyway.
 */
export async function daysToDetectTenPercent(
  meta: Pick<MetaClient, 'getAccount' | 'getInsights'>,
  { variants, policy }: Pick<Experiment, 'variants' | 'policy'>,
  now: number,
): Promise<number | null> {
  const metric = METRICS[policy.objective];
  try {
    const { timezone } = await meta.getAccount();
    const granularity = bucketsOf(policy);
    const given = await meta.getInsights({
      adIds: variants.map((variant) => variant.adId),
      since: now - (granularity === 'hour' ? HOURS : SINCE_LAST_DAY_HOURS) * HOUR_MS,
      until: now,
      granularity,
      timezone,
      event: conversionEventOf(policy),
    });
    const rows = granularity === 'hour' ? given : lastDay(given, now);
    const hours = granularity === 'hour' ? new Set(rows.map((row) => row.bucketStart)).size : HOURS;
    if (hours < FEWEST_HOURS) return null;
    const aDay = (adId: string) => {
      const own = rows.filter((row) => row.adId === adId);
      const perDay = (pick: (row: VariantMetrics) => number) =>
        (own.reduce((total, row) => total + pick(row), 0) * HOURS) / hours;
      return {
        events: perDay((row) => eventsOf(metric, row)),
        exposure: perDay((row) => exposureOf(metric, row)),
      };
    };
    const [control, ...challengers] = variants.map((variant) => aDay(variant.adId));
    const days = challengers.map((challenger) => daysToDetect(LIFT, control!, challenger, metric.scatter));
    if (days.includes(null)) return null;
    return Math.max(...days.map(Number));
  } catch (error) {
    if (error instanceof MetaError) return null;
    throw error;
  }
}

/** The rows of the last closed day. */
function lastDay(rows: readonly InsightRow[], now: number): InsightRow[] {
  const closed = rows.filter((row) => row.bucketEnd <= now);
  const last = Math.max(...closed.map((row) => row.bucketStart));
  return closed.filter((row) => row.bucketStart === last);
}
