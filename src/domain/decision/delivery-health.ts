/** Whether the delivery behind a verdict is sound enough to move money. Pure: from the data of one look. */
import { adName, type NamedAd } from '../ad-name.js';
import { type AcceptedDifferences, type AdSetDifference, unaccepted } from '../comparability.js';
import { eventWords } from '../conversion-event.js';
import { entryOf } from '../entry.js';
import { rateRatio } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import type { Bucket } from '../experiment.js';
import type { Finding } from '../finding.js';
import { eventsNoun, eventsOf, type GuardrailMetric, informationOf, type Metric } from '../metric.js';
import type { Observed } from '../pair-rows.js';
import { percent } from '../percent.js';
import { HOUR_MS } from '../time.js';
import { countedOf } from './counted.js';

export type HealthCode =
  | 'futility'
  | 'no_delivery'
  | 'spend_off_plan'
  | 'mix_shift'
  | 'bursts'
  | 'fading'
  | 'segment_mix'
  | 'starved'
  | 'no_events'
  | 'ad_sets_differ'
  | 'budget_sharing'
  | 'conversion_goal'
  | `guardrail_${GuardrailMetric}`;

/**
 * What a finding means for a promotion. `note`: checked and passed; `warn`: reported only; `wait`: a guardrail isn't known
 * yet, so a later look decides; `approve`: a user must approve; `block`: no promotion while it lasts.
 */
export const HEALTH_LEVELS = ['note', 'warn', 'wait', 'approve', 'block'] as const;

export interface HealthFinding {
  code: HealthCode;
  level: (typeof HEALTH_LEVELS)[number];
  /** With number, operator and limit, without a full stop. */
  message: string;
}

/** What Meta reports about the ad sets at a look. None of it can be computed from observations. */
export interface LookSetting {
  /** Minor units by variant id. A variant is missing if its ad set could not be read or has no budget. */
  dailyBudgets: Record<string, number>;
  /** Whether all ad sets are cells of one Meta study, which showed each user one of the ads; null: Meta gave no answer. */
  randomised: boolean | null;
  /** How the ad sets differ, apart from their ads; missing in older settings. */
  differences?: AdSetDifference[];
  /** Ids of the campaigns that share budgets between their ad sets; missing in older settings. */
  sharingCampaigns?: string[];
  /** Meta's optimisation goal of each ad set, by variant id; missing in older settings. */
  optimizationGoals?: Record<string, string>;
}

/** Hours without an impression that block a promotion; whole days if buckets are days. */
const SILENT_HOURS = 6;
const SILENT_DAYS = 1;
/** A day on which clocks are set back. */
const LONGEST_DAY_MS = 25 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
/** Spend is compared with the plan over this many hours, so that earlier changes of the budgets don't matter. */
const SPEND_HOURS = 24;
/** Difference between a variant's share of the spend and its planned share, relative to the latter. */
const SPEND_WARN = 0.1;
const SPEND_BLOCK = 0.35;
/** Standard errors between the crude and the stratified estimate. */
const MIX_WARN = 1;
/** Hours after which a variant with fewer events than the minimum is starved. */
const STARVED_AFTER_HOURS = 7 * 24;

export interface Delivery {
  variantIds: readonly string[];
  /** For the names in sentences; unset: the ids are used. */
  ads?: readonly NamedAd[];
  observations: readonly Observed[];
  startedAt: number;
  /** The look's cut-off. The observations are of buckets that closed by then. */
  dueAt: number;
  buckets: Bucket;
}

/** Variants that delivered nothing in the last 6 closed hours, or on the last whole day. */
export function silentVariants(delivery: Delivery): Finding<'no_delivery'>[] {
  const [silence, limit, shown] =
    delivery.buckets === 'hour'
      ? [silentHours, SILENT_HOURS, (hours: number) => `${hours} h`]
      : [silentDays, SILENT_DAYS, (days: number) => `${days} whole ${days === 1 ? 'day' : 'days'}`];
  return delivery.variantIds.flatMap((id) => {
    const silent = silence(delivery, id);
    if (silent < limit) return [];
    const message = `${adName(delivery.ads ?? [], id)} has delivered nothing for ${shown(silent)} ≥ ${shown(limit)}`;
    return [{ variantId: id, code: 'no_delivery' as const, message }];
  });
}

function silentHours(delivery: Delivery, id: string): number {
  return Math.floor((delivery.dueAt - lastDelivered(delivery, id, delivery.startedAt)) / HOUR_MS);
}

/**
 * Whole days in which a variant delivered nothing. The domain doesn't know when midnight is: a day has closed if other
 * variants have a row of it, or if 25 hours have passed.
 */
function silentDays(delivery: Delivery, id: string): number {
  const { observations, startedAt, dueAt } = delivery;
  // The first whole day has begun by then at the latest.
  const first = observations.reduce(
    (earliest, row) => Math.min(earliest, row.bucketStart),
    startedAt + LONGEST_DAY_MS,
  );
  const known = observations.reduce((latest, row) => Math.max(latest, row.bucketEnd), first);
  const unheard = Math.floor((dueAt - known) / LONGEST_DAY_MS);
  return Math.round((known - lastDelivered(delivery, id, first)) / DAY_MS) + Math.max(0, unheard);
}

/** The end of the variant's last bucket with an impression; `otherwise` if it has none. */
function lastDelivered({ observations }: Delivery, id: string, otherwise: number): number {
  return observations.reduce(
    (latest, row) => (row.variantId === id && row.impressions > 0 ? Math.max(latest, row.bucketEnd) : latest),
    otherwise,
  );
}

/** The variant whose share of the last day's spend differs most from its share of the daily budgets. */
export function spendOffPlan(delivery: Delivery, dailyBudgets: Record<string, number>): HealthFinding[] {
  const { variantIds, observations } = delivery;
  const since = startOfLastDay(delivery);
  if (since === null) return [];
  const budgets = variantIds.map((id) => entryOf(dailyBudgets, id) ?? 0);
  const planned = budgets.reduce((sum, budget) => sum + budget, 0);
  const spends = variantIds.map((id) =>
    observations.reduce(
      (sum, row) => (row.variantId === id && row.bucketStart >= since ? sum + row.spend : sum),
      0,
    ),
  );
  const spent = spends.reduce((sum, spend) => sum + spend, 0);
  if (spent <= 0 || budgets.some((budget) => budget <= 0)) return [];
  const [worst] = variantIds
    .map((id, index) => {
      const share = spends[index]! / spent;
      const plan = budgets[index]! / planned;
      return { id, share, plan, off: share / plan - 1 };
    })
    .sort((one, other) => Math.abs(other.off) - Math.abs(one.off));
  if (!worst || Math.abs(worst.off) <= SPEND_WARN) return [];
  const blocks = Math.abs(worst.off) > SPEND_BLOCK;
  const limit = blocks ? SPEND_BLOCK : SPEND_WARN;
  const day = delivery.buckets === 'hour' ? `the last ${SPEND_HOURS} h` : 'the last whole day';
  const message = `${worst.id} spent ${share(worst.share)} of ${day} against ${share(worst.plan)} planned, off by ${percent(worst.off)} ${worst.off > 0 ? '>' : '<'} ${percent(Math.sign(worst.off) * limit)}`;
  return [{ code: 'spend_off_plan', level: blocks ? 'block' : 'warn', message }];
}

/** 24 hours before the cut-off, or the start of the last closed day; null if the test has none yet. */
function startOfLastDay({ observations, startedAt, dueAt, buckets }: Delivery): number | null {
  if (buckets === 'hour') {
    const since = dueAt - SPEND_HOURS * HOUR_MS;
    return since < startedAt ? null : since;
  }
  const last = observations.reduce<Observed | null>(
    (latest, row) => (latest === null || row.bucketStart > latest.bucketStart ? row : latest),
    null,
  );
  return last !== null && dueAt - last.bucketEnd < LONGEST_DAY_MS ? last.bucketStart : null;
}

/**
 * Reports a pair whose crude and stratified estimates are more than a standard error apart: the ads' delivery shifted
 * between good and bad buckets. The verdict uses the stratified estimate, which is immune to that.
 */
export function mixShift(
  metric: Metric,
  [a, b]: readonly [string, string],
  rows: readonly PairRow[],
  buckets: Bucket,
): HealthFinding[] {
  const { theta, se } = rateRatio(rows, { information: informationOf(metric) });
  const sum = (pick: (row: PairRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const rateA = sum((row) => row.eventsA) / sum((row) => row.exposureA);
  const rateB = sum((row) => row.eventsB) / sum((row) => row.exposureB);
  if (!(se > 0 && rateA > 0 && rateB > 0)) return [];
  const crude = Math.log(rateB / rateA);
  const errors = Math.abs(crude - theta) / se;
  if (errors <= MIX_WARN) return [];
  const message = `delivery of ${a} and ${b} shifted between ${buckets}s: rates of the totals differ by ${percent(Math.expm1(crude))}, ${buckets} by ${buckets} by ${percent(Math.expm1(theta))}, ${errors.toFixed(1)} standard errors > ${MIX_WARN} apart; the latter counts`;
  return [{ code: 'mix_shift', level: 'warn', message }];
}

/** Ad sets that differ in more than their ads: a difference blocks a promotion unless a user accepted it. */
export function differingAdSets(
  { differences = [] }: LookSetting,
  accepted: AcceptedDifferences | null,
): HealthFinding[] {
  const open = unaccepted(differences, accepted);
  return differences.map(({ variantId, field, message }): HealthFinding => {
    const blocks = open.some((other) => other.variantId === variantId && other.field === field);
    return blocks
      ? { code: 'ad_sets_differ', level: 'block', message }
      : {
          code: 'ad_sets_differ',
          level: 'warn',
          message: `${message}, accepted by ${accepted?.by}: ${accepted?.reason}`,
        };
  });
}

/**
 * Warns of campaigns, by id, with Meta's ad set budget sharing: Meta moves budget to the ad set from which it expects
 * more, whatever the split is.
 */
export function sharedBudgets(campaignIds: readonly string[]): HealthFinding[] {
  return campaignIds.map((id) => ({
    code: 'budget_sharing',
    level: 'warn',
    message: `Campaign ${id} shares up to 20 % of its ad sets' budgets between them: the split between the ads is not exact`,
  }));
}

/** Variants that still have too few events a week after the first could be known. */
export function starvedVariants(
  metric: Metric,
  delivery: Delivery,
  minimum: number,
  bookedAfterHours: number,
): HealthFinding[] {
  const known = delivery.dueAt - bookedAfterHours * HOUR_MS;
  // The day in which the test started has no bucket.
  const broken = delivery.buckets === 'day' ? DAY_MS : 0;
  if (known - delivery.startedAt < STARVED_AFTER_HOURS * HOUR_MS + broken) return [];
  const days = Math.floor((delivery.dueAt - delivery.startedAt) / DAY_MS);
  return delivery.variantIds.flatMap((id): HealthFinding[] => {
    const eventsUntil = (until: number) =>
      delivery.observations.reduce(
        (sum, row) => (row.variantId === id && row.bucketEnd <= until ? sum + eventsOf(metric, row) : sum),
        0,
      );
    const events = eventsUntil(known);
    if (events >= minimum) return [];
    const all = eventsUntil(delivery.dueAt);
    const cut = { until: known, windowHours: bookedAfterHours, startedAt: delivery.startedAt };
    const counted = countedOf({ counted: events, known: events, all }, cut, delivery.buckets);
    const message = `${adName(delivery.ads ?? [], id)} has ${events} ${eventsNoun(metric)} < ${minimum} after ${days} days${counted}`;
    return [{ code: 'starved', level: 'block', message }];
  });
}

/**
 * Warns if no ad has had the test's conversion event in a week: Meta may not get it, or the event is the wrong one. It must
 * have been known for a week. Empty if nothing depends on conversions, or the policy was frozen before it named an event.
 */
export function missingEvents(
  { conversionEvent }: { conversionEvent?: string },
  delivery: Delivery,
  bookedAfterHours: number,
): HealthFinding[] {
  const known = delivery.dueAt - bookedAfterHours * HOUR_MS;
  const delivered = delivery.observations.some(({ impressions }) => impressions > 0);
  if (conversionEvent === undefined || known - delivery.startedAt < STARVED_AFTER_HOURS * HOUR_MS) return [];
  if (!delivered || delivery.observations.some(({ conversions }) => conversions > 0)) return [];
  const days = Math.floor((delivery.dueAt - delivery.startedAt) / DAY_MS);
  const message = `no ad has had a conversion (${eventWords(conversionEvent)}) in ${days} days: check that Meta gets this event, or start a new test with another one`;
  return [{ code: 'no_events', level: 'warn', message }];
}

function share(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
