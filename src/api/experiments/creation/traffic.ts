import { type InsightRow, type MetaClient, MetaError } from '../../../clients/meta/types.js';
import { daysToDetect } from '../../../domain/decision/outlook.js';
import { bucketsOf, type Experiment } from '../../../domain/experiment.js';
import { eventsOf, exposureOf, METRICS, type VariantMetrics } from '../../../domain/metric.js';
import { HOUR_MS } from '../../../domain/time.js';

/** A day's traffic is told from the last day; from fewer hours than these it isn't. */
const HOURS = 24;
const FEWEST_HOURS = 6;
/** The last day that has closed began at most so long ago: two days, of which one may have 25 hours. */
const SINCE_LAST_DAY_HOURS = 49;
const LIFT = 0.1;

/**
 * Days in which a lift of 10 % over the control would be found at the traffic of the last day, for the challenger
 * that has the least. Null where there was none, or Meta doesn't say: the test can start all the same.
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

/** The rows of the last day that has closed. */
function lastDay(rows: readonly InsightRow[], now: number): InsightRow[] {
  const closed = rows.filter((row) => row.bucketEnd <= now);
  const last = Math.max(...closed.map((row) => row.bucketStart));
  return closed.filter((row) => row.bucketStart === last);
}
