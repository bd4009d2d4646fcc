/** What a test can be decided by, and what a guardrail can watch: rates of events an exposure, higher is better. */
import type { PairRow } from './evidence/types.js';
import { HOUR_MS } from './time.js';

/** What a variant did over the closed buckets that a look saw. Spend and revenue in minor units. */
export interface VariantMetrics {
  impressions: number;
  clicks: number;
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

export const OBJECTIVES = ['click_through_rate', 'conversion_rate', 'cost_per_conversion'] as const;
export type Objective = (typeof OBJECTIVES)[number];

export const GUARDRAIL_METRICS = ['cost_per_conversion', 'conversion_rate', 'revenue_per_spend'] as const;
export type GuardrailMetric = (typeof GUARDRAIL_METRICS)[number];

/** A rate as the rules weigh it and as people read it. */
export interface Metric {
  /** As in "cost per conversion of challenger over control". */
  label: string;
  /** As in "12 link clicks < 25". */
  eventsNoun: string;
  exposureNoun: string;
  events(row: VariantMetrics): number;
  exposure(row: VariantMetrics): number;
  /** People read exposure an event, of which less is better; the rules weigh events an exposure. */
  inverse: boolean;
  /** Meta books the events for days after the click: those younger than the attribution window stay out. */
  attributed: boolean;
  /** `exposure` where the numerator is no count. */
  information: 'events' | 'exposure';
}

export const METRICS: Record<Objective | GuardrailMetric, Metric> = {
  click_through_rate: {
    label: 'click rate',
    eventsNoun: 'link clicks',
    exposureNoun: 'impressions',
    events: (row) => row.linkClicks,
    exposure: (row) => row.impressions,
    inverse: false,
    attributed: false,
    information: 'events',
  },
  conversion_rate: {
    label: 'conversion rate',
    eventsNoun: 'conversions',
    exposureNoun: 'link clicks',
    events: (row) => row.conversions,
    exposure: (row) => row.linkClicks,
    inverse: false,
    attributed: true,
    information: 'events',
  },
  cost_per_conversion: {
    label: 'cost per conversion',
    eventsNoun: 'conversions',
    exposureNoun: 'minor units spent',
    events: (row) => row.conversions,
    exposure: (row) => row.spend,
    inverse: true,
    attributed: true,
    information: 'events',
  },
  revenue_per_spend: {
    label: 'revenue per spend',
    eventsNoun: 'minor units of revenue',
    exposureNoun: 'minor units spent',
    events: (row) => row.revenue,
    exposure: (row) => row.spend,
    inverse: false,
    attributed: true,
    information: 'exposure',
  },
};

/** The relative change that people read, for a relative change of the rate; its own inverse. */
export function shownLift(metric: Metric, lift: number): number {
  return metric.inverse ? 1 / (1 + lift) - 1 : lift;
}

/** What a variant did in one closed bucket. Spend and revenue in minor units. */
export interface Observed extends VariantMetrics {
  variantId: string;
  /** Epoch ms. */
  bucketStart: number;
  /** Exclusive; days have 23 to 25 hours. */
  bucketEnd: number;
}

/** Blocks of 24 h from the start: the account's own days would leave broken ones at both ends. */
const DAY_MS = 24 * HOUR_MS;

/**
 * The buckets of two variants, those too in which one of them was silent; rules leave out what they can't compare.
 * `until`: the instant after which a bucket's events may still be booked; buckets that end later stay out.
 */
export function pairRows(
  metric: Metric,
  observations: readonly Observed[],
  [a, b]: readonly [string, string],
  { startedAt, until }: { startedAt: number; until: number },
): PairRow[] {
  const rows = new Map<number, PairRow>();
  for (const observed of observations) {
    const { variantId, bucketStart, bucketEnd } = observed;
    if ((variantId !== a && variantId !== b) || (metric.attributed && bucketEnd > until)) continue;
    const day = (bucketStart - startedAt) / DAY_MS;
    const row = rows.get(bucketStart) ?? { exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0, day };
    const exposure = metric.exposure(observed);
    const events = metric.events(observed);
    rows.set(
      bucketStart,
      variantId === a
        ? { ...row, exposureA: exposure, eventsA: events }
        : { ...row, exposureB: exposure, eventsB: events },
    );
  }
  return [...rows.values()];
}
