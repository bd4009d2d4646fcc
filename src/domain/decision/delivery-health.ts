/** Whether the delivery behind a verdict is sound enough to move money on it. Pure: over what one look saw. */
import { type AcceptedDifferences, type AdSetDifference, unaccepted } from '../comparability.js';
import { entryOf } from '../entry.js';
import { rateRatio } from '../evidence/rate-ratio.js';
import type { PairRow } from '../evidence/types.js';
import type { Bucket } from '../experiment.js';
import type { GuardrailMetric, Metric, Observed } from '../metric.js';
import { percent } from '../percent.js';
import { HOUR_MS } from '../time.js';
import { countedOf } from './counted.js';

export type HealthCode =
  | 'futility'
  | 'no_delivery'
  | 'spend_off_plan'
  | 'mix_shift'
  | 'starved'
  | 'ad_sets_differ'
  | 'budget_sharing'
  | `guardrail_${GuardrailMetric}`;

/** `note`: looked at and passed; `warn`: said; `block`: no promotion while it stands. */
export interface HealthFinding {
  code: HealthCode;
  level: 'note' | 'warn' | 'block';
  /** With number, operator and limit; no full stop. */
  message: string;
}

/** What Meta says of the ad sets at a look; nothing of it can be computed from observations. */
export interface LookSetting {
  /** Minor units by variant id; a variant is missing where its ad set could not be read or has none. */
  dailyBudgets: Record<string, number>;
  /** All ad sets are cells of one study of Meta's, which gave each person one of the ads; null: Meta didn't tell. */
  randomised: boolean | null;
  /** In what the ad sets differ but for their ads; missing in settings from before that was asked. */
  differences?: AdSetDifference[];
  /** Ids of the campaigns that share their ad sets' budgets; missing in settings from before that was asked. */
  sharingCampaigns?: string[];
}

/** Hours without an impression that block a promotion; where only days are known, whole days. */
const SILENT_HOURS = 6;
const SILENT_DAYS = 1;
/** A day on which clocks go back. */
const LONGEST_DAY_MS = 25 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
/** Spend is laid beside the plan over so many hours: budgets that a person changed earlier are forgotten. */
const SPEND_HOURS = 24;
/** A share of the spend off the planned one, relative to that. */
const SPEND_WARN = 0.1;
const SPEND_BLOCK = 0.35;
/** Standard errors between the crude and the stratified estimate. */
const MIX_WARN = 1;
/** After so many hours a variant without the least number of events has had its chance. */
const STARVED_AFTER_HOURS = 7 * 24;

export interface Delivery {
  variantIds: readonly string[];
  observations: readonly Observed[];
  startedAt: number;
  /** The look's cut-off: buckets that closed by it are in the observations. */
  dueAt: number;
  buckets: Bucket;
}

/** A variant that delivered nothing in the last 6 closed hours, or on the last whole day. */
export function silentVariants(delivery: Delivery): HealthFinding[] {
  const [silence, limit, shown] =
    delivery.buckets === 'hour'
      ? [silentHours, SILENT_HOURS, (hours: number) => `${hours} h`]
      : [silentDays, SILENT_DAYS, (days: number) => `${days} whole ${days === 1 ? 'day' : 'days'}`];
  return delivery.variantIds.flatMap((id): HealthFinding[] => {
    const silent = silence(delivery, id);
    if (silent < limit) return [];
    const message = `${id} has delivered nothing for ${shown(silent)} ≥ ${shown(limit)}`;
    return [{ code: 'no_delivery', level: 'block', message }];
  });
}

function silentHours(delivery: Delivery, id: string): number {
  return Math.floor((delivery.dueAt - lastDelivered(delivery, id, delivery.startedAt)) / HOUR_MS);
}

/**
 * Whole days in which a variant delivered nothing. Domain code knows no midnights: that a day has closed is told by the
 * other variants' rows of it, or by 25 hours that have passed.
 */
function silentDays(delivery: Delivery, id: string): number {
  const { observations, startedAt, dueAt } = delivery;
  // At the latest then the first whole day has begun.
  const first = observations.reduce(
    (earliest, row) => Math.min(earliest, row.bucketStart),
    startedAt + LONGEST_DAY_MS,
  );
  const known = observations.reduce((latest, row) => Math.max(latest, row.bucketEnd), first);
  const unheard = Math.floor((dueAt - known) / LONGEST_DAY_MS);
  return Math.round((known - lastDelivered(delivery, id, first)) / DAY_MS) + Math.max(0, unheard);
}

/** The end of the variant's last bucket with an impression; `otherwise` where it has none. */
function lastDelivered({ observations }: Delivery, id: string, otherwise: number): number {
  return observations.reduce(
    (latest, row) => (row.variantId === id && row.impressions > 0 ? Math.max(latest, row.bucketEnd) : latest),
    otherwise,
  );
}

/** The share of the last day's spend that is furthest off its share of the daily budgets. */
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

/** 24 hours before the cut-off, or the start of the last day that has closed; null where the test has none yet. */
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
 * Crude and stratified estimates of one pair that are more than a standard error apart: the ads' delivery shifted
 * between good and bad buckets. The stratified one, which the verdict rests on, is immune to that.
 */
export function mixShift(
  metric: Metric,
  [a, b]: readonly [string, string],
  rows: readonly PairRow[],
  buckets: Bucket,
): HealthFinding[] {
  const { theta, se } = rateRatio(rows, { information: metric.information });
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

/** Ad sets that differ in more than their ads: what nobody accepted blocks a promotion, what was accepted is said. */
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
 * Campaigns with Meta's ad set budget sharing: it moves budget to the ad set that it expects more of, whatever the split
 * says. By the ids of the campaigns.
 */
export function sharedBudgets(campaignIds: readonly string[]): HealthFinding[] {
  return campaignIds.map((id) => ({
    code: 'budget_sharing',
    level: 'warn',
    message: `Campaign ${id} shares up to 20 % of its ad sets' budgets between them: the split between the ads is not exact`,
  }));
}

/** Variants that have too few events a week after the first of them could be known. */
export function starvedVariants(
  metric: Metric,
  delivery: Delivery,
  minimum: number,
  attributionWindowHours: number,
): HealthFinding[] {
  const late = metric.attributed ? attributionWindowHours * HOUR_MS : 0;
  const known = delivery.dueAt - late;
  // The day that the start breaks is not among those that are known.
  const broken = delivery.buckets === 'day' ? DAY_MS : 0;
  if (known - delivery.startedAt < STARVED_AFTER_HOURS * HOUR_MS + broken) return [];
  const days = Math.floor((delivery.dueAt - delivery.startedAt) / DAY_MS);
  return delivery.variantIds.flatMap((id): HealthFinding[] => {
    const eventsUntil = (until: number) =>
      delivery.observations.reduce(
        (sum, row) => (row.variantId === id && row.bucketEnd <= until ? sum + metric.events(row) : sum),
        0,
      );
    const events = eventsUntil(known);
    if (events >= minimum) return [];
    const all = eventsUntil(delivery.dueAt);
    const cut = { until: known, windowHours: attributionWindowHours };
    const counted = countedOf({ counted: events, known: events, all }, cut, delivery.buckets);
    const message = `${id} has ${events} ${metric.eventsNoun} < ${minimum}${counted} after ${days} days`;
    return [{ code: 'starved', level: 'block', message }];
  });
}

function share(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
