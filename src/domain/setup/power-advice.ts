/** What to tell someone whose test has little chance to find anything, in sentences. */
import type { DriftHistory } from '../evidence/drift.js';
import { bookedAfterHours, type Policy } from '../experiment.js';
import { eventsNoun, eventsOf, exposureOf, METRICS, shownLift, type VariantMetrics } from '../metric.js';
import { HOUR_MS } from '../time.js';
import { type HourlyTraffic, type LiftChance, powerOf, trafficNeeded } from './power.js';

/** What an ad did, and in how many hours. */
export interface PastTraffic {
  metrics: VariantMetrics;
  /** In which it could deliver. */
  hours: number;
}

export interface PowerForecast {
  /** Null if the past says too little or the policy has another rule. */
  chances: LiftChance[] | null;
  /** Expected events per day of the ad with the fewest. */
  eventsPerDay: number | null;
  /** What the chances mean, in a sentence. */
  summary: string;
  /** Null if the test has a fair chance to find a lift that is worth finding. */
  warning: { code: 'hopeless' | 'weak' | 'unknown'; message: string; helps: string[] } | null;
}

/** Fewer hours say too little about a day. */
const FEWEST_HOURS = 6;
const LONGEST_HORIZON_HOURS = 2_160;
/** A test is hopeless if it is likely to miss this lift, and weak if it is likely to miss that one. */
const HOPELESS_LIFT = 0.3;
const WEAK_LIFT = 0.2;
const LIKELY = 0.5;

/** The hours since `since` in which an ad that was created at this instant could deliver, all epoch ms. */
export function hoursOf(since: number, createdAt: number | null, until: number): number {
  return Math.max(0, (until - Math.max(since, createdAt ?? since)) / HOUR_MS);
}

/** `ads`: control first. `history`: the drift in the account's other tests. `elapsedHours`: earlier delivery that counts. */
export function forecastPower(
  policy: Policy,
  ads: readonly PastTraffic[],
  history?: DriftHistory,
  elapsedHours = 0,
): PowerForecast {
  const hourly = hourlyTraffic(policy, ads);
  if (hourly === null) return unknownForecast(policy, false);
  // The challenger with the least traffic: the chances are those of the hardest case.
  const [, ...challengers] = hourly;
  const better = challengers.reduce((least, ad) => (ad.exposure < least.exposure ? ad : least));
  const rivals = hourly.filter((ad) => ad !== better);
  const chances = powerOf(policy, better, rivals, history, elapsedHours);
  if (chances === null) return unknownForecast(policy, true);
  const eventsPerDay = 24 * Math.min(...hourly.map(({ events }) => events));
  const warning = warningOf(policy, chances, { better, rivals, ads, elapsedHours });
  return { chances, eventsPerDay, summary: summaryOf(policy, chances, elapsedHours), warning };
}

/** What the ads are expected to do; null if one of them has hardly run yet. */
export function hourlyTraffic(
  { objective }: Pick<Policy, 'objective'>,
  ads: readonly PastTraffic[],
): HourlyTraffic[] | null {
  if (ads.some(({ hours }) => hours < FEWEST_HOURS)) return null;
  const metric = METRICS[objective];
  return ads.map(({ metrics, hours }) => ({
    events: eventsOf(metric, metrics) / hours,
    exposure: exposureOf(metric, metrics) / hours,
  }));
}

function unknownForecast(policy: Policy, known: boolean): PowerForecast {
  const { objective, rule } = policy;
  const isOtherRule = rule !== 'sequential';
  const message = isOtherRule
    ? `The chance of finding a better ad is only computed for the rule sequential, not for ${rule}.`
    : known
      ? `These ads had no ${eventsNoun(METRICS[objective])} in the last 7 days, so nothing can be said about what the test will find.`
      : `These ads have not run for ${FEWEST_HOURS} hours yet, so nothing can be said about what the test will find.`;
  const helps = isOtherRule
    ? []
    : ['Let the ads run for a day and open this page again, or start the test and see its first looks.'];
  return {
    chances: null,
    eventsPerDay: null,
    summary: message,
    warning: isOtherRule ? null : { code: 'unknown', message, helps },
  };
}

/** The smallest lift that is likely to be found. */
function summaryOf(policy: Policy, chances: readonly LiftChance[], elapsedHours: number): string {
  const likely = chances.find(({ chance }) => chance >= 0.8) ?? chances.at(-1)!;
  const days = Math.max(1, Math.round(likely.days - elapsedHours / 24));
  const when =
    elapsedHours > 0 ? `within about ${daysWords(days)} from now` : `after about ${daysWords(days)}`;
  return `${liftWords(policy, likely.lift)} is found ${periodWords(policy, elapsedHours)} with a chance of ${percentOf(likely.chance)}, ${when}.`;
}

/** The planned duration; if a part of it has passed, the days that are left. */
function periodWords({ horizonHours }: Policy, elapsedHours: number): string {
  if (elapsedHours <= 0) return `within ${daysWords(horizonHours / 24)}`;
  const left = Math.max(0, horizonHours - elapsedHours) / 24;
  return `within ${daysWords(left)} from now (of ${daysWords(horizonHours / 24)} planned, ${daysWords(elapsedHours / 24)} have passed)`;
}

function warningOf(
  policy: Policy,
  chances: readonly LiftChance[],
  {
    better,
    rivals,
    ads,
    elapsedHours,
  }: { better: HourlyTraffic; rivals: HourlyTraffic[]; ads: readonly PastTraffic[]; elapsedHours: number },
): PowerForecast['warning'] {
  const chanceOf = (lift: number) => chances.find((one) => one.lift === lift)!.chance;
  const isHopeless = chanceOf(HOPELESS_LIFT) < LIKELY;
  if (!isHopeless && chanceOf(WEAK_LIFT) >= LIKELY) return null;
  const lift = isHopeless ? HOPELESS_LIFT : WEAK_LIFT;
  const least = rivals.reduce((one, other) => (other.exposure < one.exposure ? other : one));
  const needed = trafficNeeded(policy, lift, better, least);
  return {
    code: isHopeless ? 'hopeless' : 'weak',
    message: `${isHopeless ? 'Even a' : 'A'}${liftWords(policy, lift).slice(1)} would be found ${periodWords(policy, elapsedHours)} with a chance of only ${percentOf(chanceOf(lift))}.`,
    helps: helpsOf(policy, needed, ads),
  };
}

/** What would give a chance of 80 %. `needed`: times the present traffic. */
function helpsOf(policy: Policy, needed: number | null, ads: readonly PastTraffic[]): string[] {
  const helps: string[] = [];
  if (needed !== null && needed > 1) {
    helps.push(`Give the ads about ${factorOf(needed)} times their budget for a chance of 80 %.`);
    const booked = bookedAfterHours(policy);
    const hours = (policy.horizonHours - booked) * needed + booked;
    helps.push(
      hours <= LONGEST_HORIZON_HOURS
        ? `Plan about ${daysWords(Math.ceil(hours / 24))} in place of ${daysWords(policy.horizonHours / 24)}.`
        : `A longer test alone does not help: it would take more than ${daysWords(LONGEST_HORIZON_HOURS / 24)}.`,
    );
  }
  if (ads.length > 2)
    helps.push(
      `Test fewer ads: with two in place of ${ads.length}, the same budget shows each of them more often.`,
    );
  const metric = METRICS[policy.objective];
  const total = (pick: (metrics: VariantMetrics) => number) =>
    ads.reduce((sum, { metrics }) => sum + pick(metrics), 0);
  const clicks = total((metrics) => metrics.linkClicks);
  const events = total((metrics) => eventsOf(metric, metrics));
  if (metric.events === 'conversions' && clicks > events && events > 0)
    helps.push(
      `Let the click rate decide: there are ${factorOf(clicks / events)} times as many link clicks as conversions, though more clicks may not mean more sales.`,
    );
  return helps;
}

/** As in "A click rate 20 % higher". The lift is the one that users read. */
function liftWords(policy: Policy, lift: number): string {
  const metric = METRICS[policy.objective];
  const change = shownLift(metric, lift);
  return `A ${metric.label} ${Math.round(Math.abs(change) * 100)} % ${change > 0 ? 'higher' : 'lower'}`;
}

/** Whole percents; never 0 % or 100 % for what may or may not happen. */
function percentOf(chance: number): string {
  if (chance > 0.99) return 'over 99 %';
  return chance < 0.01 ? 'under 1 %' : `${Math.round(chance * 100)} %`;
}

function daysWords(days: number): string {
  const shown = Number(days.toFixed(1));
  return `${shown} ${shown === 1 ? 'day' : 'days'}`;
}

function factorOf(factor: number): string {
  return factor < 10 ? factor.toFixed(1) : String(Math.round(factor));
}
