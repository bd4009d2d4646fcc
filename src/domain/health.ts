/** Whether the delivery behind a verdict is sound enough to move money on it. Pure: over what one look saw. */
import { type AcceptedDifferences, type AdSetDifference, unaccepted } from './comparability.js';
import { rateRatio } from './evidence/rate-ratio.js';
import type { PairRow } from './evidence/types.js';
import { HOUR_MS } from './experiment.js';
import type { GuardrailMetric, Metric, Observed } from './metric.js';
import { percent } from './percent.js';

export type HealthCode =
  | 'futility'
  | 'no_delivery'
  | 'spend_off_plan'
  | 'mix_shift'
  | 'starved'
  | 'ad_sets_differ'
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
  /** All ad sets are cells of one study of Meta's, which gave each person one of the ads. */
  randomised: boolean;
  /** In what the ad sets differ but for their ads; missing in settings from before that was asked. */
  differences?: AdSetDifference[];
}

/** Hours without an impression that block a promotion. */
const SILENT_HOURS = 6;
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
  /** The look's cut-off: hours that closed by it are in the observations. */
  dueAt: number;
}

/** A variant that delivered nothing in the last 6 closed hours. */
export function silentVariants({ variantIds, observations, startedAt, dueAt }: Delivery): HealthFinding[] {
  return variantIds.flatMap((id): HealthFinding[] => {
    const last = observations.reduce(
      (latest, row) =>
        row.variantId === id && row.impressions > 0 ? Math.max(latest, row.bucketStart + HOUR_MS) : latest,
      startedAt,
    );
    const hours = Math.floor((dueAt - last) / HOUR_MS);
    if (hours < SILENT_HOURS) return [];
    const message = `${id} has delivered nothing for ${hours} h ≥ ${SILENT_HOURS} h`;
    return [{ code: 'no_delivery', level: 'block', message }];
  });
}

/** The share of the last day's spend that is furthest off its share of the daily budgets. */
export function spendOffPlan(
  { variantIds, observations, startedAt, dueAt }: Delivery,
  dailyBudgets: Record<string, number>,
): HealthFinding[] {
  const since = dueAt - SPEND_HOURS * HOUR_MS;
  const budgets = variantIds.map((id) => dailyBudgets[id] ?? 0);
  const planned = budgets.reduce((sum, budget) => sum + budget, 0);
  const spends = variantIds.map((id) =>
    observations.reduce(
      (sum, row) => (row.variantId === id && row.bucketStart >= since ? sum + row.spend : sum),
      0,
    ),
  );
  const spent = spends.reduce((sum, spend) => sum + spend, 0);
  if (since < startedAt || spent <= 0 || budgets.some((budget) => budget <= 0)) return [];
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
  const message = `${worst.id} spent ${share(worst.share)} of the last ${SPEND_HOURS} h against ${share(worst.plan)} planned, off by ${percent(worst.off)} ${worst.off > 0 ? '>' : '<'} ${percent(Math.sign(worst.off) * limit)}`;
  return [{ code: 'spend_off_plan', level: blocks ? 'block' : 'warn', message }];
}

/**
 * Crude and stratified estimates of one pair that are more than a standard error apart: the ads' delivery shifted
 * between good and bad hours. The stratified one, which the verdict rests on, is immune to that.
 */
export function mixShift(
  metric: Metric,
  [a, b]: readonly [string, string],
  rows: readonly PairRow[],
): HealthFinding[] {
  const { theta, se } = rateRatio(rows, { information: metric.information });
  const sum = (pick: (row: PairRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const rateA = sum((row) => row.eventsA) / sum((row) => row.exposureA);
  const rateB = sum((row) => row.eventsB) / sum((row) => row.exposureB);
  if (!(se > 0 && rateA > 0 && rateB > 0)) return [];
  const crude = Math.log(rateB / rateA);
  const errors = Math.abs(crude - theta) / se;
  if (errors <= MIX_WARN) return [];
  const message = `delivery of ${a} and ${b} shifted between hours: rates of the totals differ by ${percent(Math.expm1(crude))}, hour by hour by ${percent(Math.expm1(theta))}, ${errors.toFixed(1)} standard errors > ${MIX_WARN} apart; the latter counts`;
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

/** Variants that have too few events a week after the first of them could be known. */
export function starvedVariants(
  metric: Metric,
  delivery: Delivery,
  minimum: number,
  attributionWindowHours: number,
): HealthFinding[] {
  const late = metric.attributed ? attributionWindowHours * HOUR_MS : 0;
  const known = delivery.dueAt - late;
  if (known - delivery.startedAt < STARVED_AFTER_HOURS * HOUR_MS) return [];
  const days = Math.floor((delivery.dueAt - delivery.startedAt) / (24 * HOUR_MS));
  return delivery.variantIds.flatMap((id): HealthFinding[] => {
    const events = delivery.observations.reduce(
      (sum, row) =>
        row.variantId === id && row.bucketStart + HOUR_MS <= known ? sum + metric.events(row) : sum,
      0,
    );
    if (events >= minimum) return [];
    const message = `${id} has ${events} ${metric.eventsNoun} < ${minimum} after ${days} days`;
    return [{ code: 'starved', level: 'block', message }];
  });
}

function share(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
