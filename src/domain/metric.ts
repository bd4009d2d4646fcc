/**
 * The registry of metrics: those that can decide a test and those that a guardrail can watch. All differences between
 * them are in {@link METRICS}. The rules weigh the numerator per exposure: more is better.
 */

/** A variant's totals over the closed buckets that a look saw. Spend and revenue in minor units. */
export interface VariantMetrics {
  impressions: number;
  clicks: number;
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

export const NOTHING_DELIVERED: VariantMetrics = {
  impressions: 0,
  clicks: 0,
  linkClicks: 0,
  spend: 0,
  conversions: 0,
  revenue: 0,
};

export function plusMetrics(one: VariantMetrics, other: VariantMetrics): VariantMetrics {
  return {
    impressions: one.impressions + other.impressions,
    clicks: one.clicks + other.clicks,
    linkClicks: one.linkClicks + other.linkClicks,
    spend: one.spend + other.spend,
    conversions: one.conversions + other.conversions,
    revenue: one.revenue + other.revenue,
  };
}

/** The names of the API. A new objective is a name here and an entry in {@link METRICS}. */
export const OBJECTIVES = [
  'click_through_rate',
  'conversion_rate',
  'cost_per_conversion',
  'return_on_ad_spend',
] as const;
export type Objective = (typeof OBJECTIVES)[number];

export const GUARDRAIL_METRICS = ['cost_per_conversion', 'conversion_rate', 'revenue_per_spend'] as const;
export type GuardrailMetric = (typeof GUARDRAIL_METRICS)[number];

type Count = 'impressions' | 'linkClicks' | 'conversions';

/** How reasons name a quantity, and which minimum of the policy each variant must reach in it. */
export const QUANTITIES = {
  impressions: { noun: 'impressions', minimum: 'minimumImpressions' },
  linkClicks: { noun: 'link clicks', minimum: 'minimumClicks' },
  conversions: { noun: 'conversions', minimum: 'minimumConversions' },
  // Money needs no minimum: the policy sets one for the events that it bought.
  spend: { noun: 'minor units spent', minimum: null },
} as const satisfies Record<Count | 'spend', { noun: string; minimum: string | null }>;
export type Quantity = keyof typeof QUANTITIES;

/** Meta books events for days after the click: younger buckets are left out. Hours. */
interface Attribution {
  /** Default of the policy's attribution window: verdicts and lifts wait until all events are booked. */
  windowHours: number;
  /** Harm must be seen early, so its checks only wait this long. Late events are missing from both ads alike. */
  earlyHours: number;
}

/** A ratio, as the rules weigh it and as users read it. */
export interface Metric {
  /** As in "cost per conversion of challenger over control". */
  label: string;
  /** The events of the numerator. Minimums count these even if the numerator is their value. */
  events: Count;
  /**
   * The amount that the events brought, if that is the numerator; null if the numerator is their number. An amount
   * doesn't show its variance as a count does: its information is the exposure, and only the rows give its error.
   */
  worth: 'revenue' | null;
  /** The denominator. */
  exposure: Quantity;
  /** Whether users read the exposure per event, so that less is better. */
  inverse: boolean;
  /** Null if Meta books the events at once. */
  attribution: Attribution | null;
  /**
   * Variance that one event adds to the numerator, relative to a count: 1 for counts, 1 + CV² for amounts with a
   * coefficient of variation CV. Only plans use it, before there is data; no verdict does.
   */
  scatter: number;
}

/** A metric that can decide a test. */
export interface ObjectiveMetric extends Metric {
  /** Whether each unit of exposure has one event or none: Welch's test of two proportions needs that. */
  welch: boolean;
  /** Metrics that a promotion must not harm if the policy names none. */
  guardedBy: readonly GuardrailMetric[];
}

/** Meta's default attribution window is 7 days after the click. */
const CONVERSIONS: Attribution = { windowHours: 7 * 24, earlyHours: 24 };

/**
 * One ratio under two names: an objective, and a guardrail of the other objectives.
 *
 * Simulated with equal ads, lognormal order values, looks every 6 hours for 28 days. The default rule called a false
 * winner in 5.0 % of tests at a CV of 0.5 and in 4.4 % at 1.3 (one order per hour and ad, 1,000 tests each), in 4.8 % at
 * 7 (one every two hours, 400 tests) and in 7.2 % at 2 (one every two hours, 1,000 tests). At a split of 80/20 a
 * verification passes 8 % of equal winners at a CV of 1.3, instead of 5 %: the control has few, skewed orders.
 */
const REVENUE_OVER_SPEND: Omit<Metric, 'label'> = {
  events: 'conversions',
  worth: 'revenue',
  exposure: 'spend',
  inverse: false,
  attribution: CONVERSIONS,
  // Order values with a CV of 1.
  scatter: 2,
};

export const METRICS: {
  [Name in Objective | GuardrailMetric]: Name extends Objective ? ObjectiveMetric : Metric;
} = {
  click_through_rate: {
    label: 'click rate',
    events: 'linkClicks',
    worth: null,
    exposure: 'impressions',
    inverse: false,
    attribution: null,
    scatter: 1,
    welch: true,
    guardedBy: ['cost_per_conversion'],
  },
  conversion_rate: {
    label: 'conversion rate',
    events: 'conversions',
    worth: null,
    exposure: 'linkClicks',
    inverse: false,
    attribution: CONVERSIONS,
    scatter: 1,
    // The rule's error was measured for clicks among impressions only.
    welch: false,
    guardedBy: ['cost_per_conversion'],
  },
  cost_per_conversion: {
    label: 'cost per conversion',
    events: 'conversions',
    worth: null,
    exposure: 'spend',
    inverse: true,
    attribution: CONVERSIONS,
    scatter: 1,
    welch: false,
    guardedBy: ['cost_per_conversion'],
  },
  return_on_ad_spend: {
    ...REVENUE_OVER_SPEND,
    label: 'return on ad spend',
    welch: false,
    // Fewer orders of a higher value are no harm here.
    guardedBy: [],
  },
  revenue_per_spend: { ...REVENUE_OVER_SPEND, label: 'revenue per spend' },
};

/** The number of events in a row. */
export function eventsOf({ events }: Metric, row: VariantMetrics): number {
  return row[events];
}

/** The number of events, or their value in minor units. */
export function numeratorOf({ events, worth }: Metric, row: VariantMetrics): number {
  return row[worth ?? events];
}

export function exposureOf({ exposure }: Metric, row: VariantMetrics): number {
  return row[exposure];
}

/** As in "12 link clicks < 25". */
export function eventsNoun({ events }: Metric): string {
  return QUANTITIES[events].noun;
}

/** Whether a look's information comes from events or from exposure. */
export function informationOf({ worth }: Metric): 'events' | 'exposure' {
  return worth === null ? 'events' : 'exposure';
}

/** Whether both are the same ratio, whatever their names: a guardrail on the objective's own ratio adds nothing. */
export function isSameRatio(one: Metric, other: Metric): boolean {
  return one.events === other.events && one.worth === other.worth && one.exposure === other.exposure;
}

/** Converts a relative change of the ratio to the one that users read. The function is its own inverse. */
export function shownLift({ inverse }: Metric, lift: number): number {
  return inverse ? 1 / (1 + lift) - 1 : lift;
}

/** Hours that checks for harm wait for the objective's own late events. */
export function earlyHours({ attribution }: Metric): number {
  return attribution?.earlyHours ?? 0;
}

/**
 * The attribution window of a policy that names none, hours. An objective without late events needs one for its
 * guardrails, which look for evidence of harm.
 */
export function defaultAttributionWindowHours(objective: Objective): number {
  return METRICS[objective].attribution?.windowHours ?? CONVERSIONS.earlyHours;
}
