/**
 * The chance that a test finds a lift, and the days that it takes, before it starts: the crossing probabilities of a
 * Brownian motion with the lift's drift at the looks of the default rule, by numerical integration (Armitage, McPherson and
 * Rowe 1969; Jennison and Turnbull, Group Sequential Methods, 2000, chapters 3 and 19). The bounds are the rule's own.
 */
import { spendingBounds } from '../evidence/boundary.js';
import { normalQuantile, normalSurvival, studentCritical } from '../evidence/distributions.js';
import { type DriftHistory, driftOf, driftOfAccount, NO_HISTORY } from '../evidence/drift.js';
import type { PairRow } from '../evidence/pair-row.js';
import { nominalAlpha, spentFraction } from '../evidence/sequential.js';
import { bookedAfterHours, type Policy } from '../experiment.js';
import { METRICS } from '../metric.js';

/** Relative lifts whose chances are shown. */
export const LIFTS = [0.05, 0.1, 0.2, 0.3] as const;

/** What an ad is expected to do per hour, in the objective's terms. */
export interface HourlyTraffic {
  events: number;
  exposure: number;
}

export interface LiftChance {
  /** Of the rate that the rule weighs. */
  lift: number;
  /** That the test finds it by the horizon. */
  chance: number;
  /** Mean days to the end of the test: to the winner, or else to the horizon. */
  days: number;
}

/** The rule ignores a look whose information has grown by less. */
const MINIMUM_GROWTH = 0.003;
/** Looks closer than this to the last one, by the ratio of their hours, are joined for the integration. */
const JOINED_BELOW = 1.12;
/** −ζ(½)/√(2π): the mean overshoot, in steps, of a random walk that crosses a bound (Siegmund 1985, chapter 10). */
const OVERSHOOT = 0.5826;
const REACH = 7;
/** Distance of the points of integration, in standard deviations of the increment. */
const SPACING = 0.3;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
const GRID = 18;
const BLOCK_HOURS = 6;
/** With so many other tests, half of the drift that they say is taken for true; without any, none. */
const PROVEN_BY = 3;
/** Shares of the known hours at which the drift is computed; between them it is interpolated. */
const DRIFT_AT = [0.125, 0.25, 0.5, 1];

/** The planned looks: hours since the start, hours whose events are known by then, and the bound on Z. */
interface PlannedLook {
  hours: number;
  known: number;
  bound: number;
}

/**
 * The chances for `lifts` (relative) if the ad `better` is better than each of `rivals` by the lift and those are equal. With
 * several rivals the chances of the pairs are multiplied: pairs of one ad are not independent, so the product is somewhat
 * too small. `history`: the drift in the account's other tests. Hours that vary more than counts do make the test longer.
 * `elapsedHours`: earlier delivery that counts, over which the first look comes. Null if the policy has another rule than
 * `sequential`, or an ad has no traffic.
 */
export function powerOf(
  policy: Policy,
  better: HourlyTraffic,
  rivals: readonly HourlyTraffic[],
  history: DriftHistory = NO_HISTORY,
  elapsedHours = 0,
  lifts: readonly number[] = LIFTS,
): LiftChance[] | null {
  const ads = [better, ...rivals];
  const events = ads.reduce((sum, ad) => sum + ad.events, 0);
  const exposure = ads.reduce((sum, ad) => sum + ad.exposure, 0);
  if (policy.rule !== 'sequential' || !(events > 0) || ads.some((ad) => !(ad.exposure > 0))) return null;
  const { scatter } = METRICS[policy.objective];
  const rate = events / exposure;
  const looks = plannedLooks(policy, rate * Math.min(...ads.map((ad) => ad.exposure)), elapsedHours);
  const drifts = rivals.map((rival) =>
    driftFactor(policy, pairVariance(rate, better, rival, 0, scatter), history),
  );
  return lifts.map((lift) => {
    const pairs = rivals.map((rival, index) => {
      const variance = pairVariance(rate, better, rival, lift, scatter);
      return crossing(looks, (known) => known / (variance + drifts[index]!(known)), Math.log1p(lift));
    });
    const horizon = policy.horizonHours;
    const chance = pairs.reduce((product, pair) => product * pair.chance, 1);
    const hours = Math.max(...pairs.map((pair) => pair.hours + (1 - pair.chance) * horizon));
    return { lift, chance, days: hours / 24 };
  });
}

/**
 * How many times the traffic a lift needs to be found with a chance of 80 %; below 1 if less would do. Null without traffic.
 */
export function trafficNeeded(
  policy: Policy,
  lift: number,
  better: HourlyTraffic,
  rival: HourlyTraffic,
): number | null {
  const rate = (better.events + rival.events) / (better.exposure + rival.exposure);
  const variance = pairVariance(rate, better, rival, lift, METRICS[policy.objective].scatter);
  const known = policy.horizonHours - bookedAfterHours(policy);
  if (!(variance > 0 && Number.isFinite(variance) && known > 0)) return null;
  const bound = plannedLooks(policy, Number.POSITIVE_INFINITY).at(-1)?.bound;
  if (bound === undefined) return null;
  return (variance / known) * ((bound + normalQuantile(0.8)) / Math.log1p(lift)) ** 2;
}

/** Variance of the log rate ratio from one hour's counts. */
function pairVariance(
  rate: number,
  better: HourlyTraffic,
  rival: HourlyTraffic,
  lift: number,
  scatter: number,
): number {
  return scatter * (1 / (rate * (1 + lift) * better.exposure) + 1 / (rate * rival.exposure));
}

const boundsOf = new Map<string, PlannedLook[]>();

/** The looks that count if each ad has `eventsPerHour`, none of them before `elapsedHours`. */
function plannedLooks(policy: Policy, eventsPerHour: number, elapsedHours = 0): PlannedLook[] {
  const { horizonHours, checkEveryHours, minimumRunHours, confidence, objective } = policy;
  const booked = bookedAfterHours(policy);
  const { events } = METRICS[objective];
  const minimum = events === 'conversions' ? policy.minimumConversions : policy.minimumClicks;
  const first = Math.max(minimumRunHours, booked + minimum / eventsPerHour, elapsedHours);
  const hours: number[] = [];
  for (let at = checkEveryHours; at <= horizonHours + 1e-9; at += checkEveryHours) {
    const last = hours.at(-1);
    const grown = last === undefined || (at - booked) / (last - booked) - 1 >= MINIMUM_GROWTH;
    if (at >= first && at > booked && grown) hours.push(at);
  }
  const key = [confidence, horizonHours, checkEveryHours, booked, hours[0]].join('/');
  let looks = boundsOf.get(key);
  if (!looks) {
    const alpha = nominalAlpha(confidence);
    const bounds = spendingBounds(
      hours.map((at) => at - booked),
      hours.map((at) => alpha * spentFraction(at, horizonHours)),
      GRID,
    );
    looks = hours.map((at, index) => ({ hours: at, known: at - booked, bound: bounds[index]! }));
    if (boundsOf.size > 1_000) boundsOf.clear();
    boundsOf.set(key, looks);
  }
  return looks;
}

/**
 * The variance that drift adds, times the known hours, as the rule computes it from rows that are typical of the account:
 * their spectrum is exactly the expected one, and the likelihood of drift depends on the spectrum alone (Whittle 1953).
 */
function driftFactor(
  policy: Policy,
  hourlyVariance: number,
  history: DriftHistory,
): (known: number) => number {
  if (policy.strict) return () => 0;
  const total = policy.horizonHours - bookedAfterHours(policy);
  const points = DRIFT_AT.map((share) => {
    const blocks = Math.max(2, Math.round((share * total) / BLOCK_HOURS));
    const known = blocks * BLOCK_HOURS;
    const differences = typicalDifferences(blocks, hourlyVariance / BLOCK_HOURS, history);
    const rows = Array.from({ length: known }, (_, hour): PairRow => {
      const difference = differences[Math.floor(hour / BLOCK_HOURS)]!;
      return {
        exposureA: 1,
        eventsA: 1 - difference / 2,
        exposureB: 1,
        eventsB: 1 + difference / 2,
        day: hour / 24,
      };
    });
    const { variance } = driftOf(rows, { theta: 0, se: Math.sqrt(hourlyVariance / known) }, history);
    return { known, added: variance * known };
  });
  return (known) => {
    const after = points.findIndex((point) => point.known >= known);
    if (after === 0) return points[0]!.added * (known / points[0]!.known);
    const low = points[after === -1 ? points.length - 1 : after - 1]!;
    const high = points[after === -1 ? points.length - 1 : after]!;
    if (high.known === low.known) return high.added;
    const share = Math.log(known / low.known) / Math.log(high.known / low.known);
    return low.added + share * (high.added - low.added);
  };
}

/**
 * Log rate ratios of blocks: independent counts, and the account's drift so far as its tests prove it. A sum of cosines
 * whose amplitudes have that spectrum and whose phases grow with the square of the frequency, so that none adds up.
 */
function typicalDifferences(blocks: number, variance: number, history: DriftHistory): number[] {
  const { sd, memoryHours } = driftOfAccount(history);
  const driftVariance = (sd * sd * history.tests) / (history.tests + PROVEN_BY);
  const decay = memoryHours > 0 ? Math.exp(-BLOCK_HOURS / memoryHours) : 0;
  const waves = Array.from({ length: Math.floor(blocks / 2) }, (_, index) => {
    const angle = (2 * Math.PI * (index + 1)) / blocks;
    const drift = (driftVariance * (1 - decay * decay)) / (1 - 2 * decay * Math.cos(angle) + decay * decay);
    const phase = (2 * Math.PI * (index + 1) ** 2) / blocks;
    return { angle, phase, amplitude: Math.sqrt((4 * (variance + drift)) / blocks) };
  });
  return Array.from({ length: blocks }, (_, block) =>
    waves.reduce((sum, { angle, phase, amplitude }) => sum + amplitude * Math.cos(angle * block + phase), 0),
  );
}

/** `hours`: the sum over looks of the chance to cross there times its hours. */
function crossing(
  looks: readonly PlannedLook[],
  informationAt: (known: number) => number,
  theta: number,
): { chance: number; hours: number } {
  const joined = joinedLooks(looks);
  let before = 0;
  let points: Float64Array = Float64Array.of(0);
  let mass: Float64Array = Float64Array.of(1);
  let chance = 0;
  let hours = 0;
  for (const [index, { look, fineLooks }] of joined.entries()) {
    const information = informationAt(look.known);
    const step = information - before;
    if (!(step > 0)) continue;
    const unit = Math.sqrt(step);
    const next = joined[index + 1];
    const stepAfter = next ? informationAt(next.look.known) - information : 0;
    // A joined look stands for the looks on both sides of it: its bound moves inwards by what those would have caught.
    const caught =
      (OVERSHOOT / 2) *
      ((index === 0 ? 0 : unit * (1 - Math.sqrt(1 / fineLooks))) +
        (next ? Math.sqrt(stepAfter) * (1 - Math.sqrt(1 / next.fineLooks)) : 0));
    const critical = studentCritical(look.bound, Math.max(2, look.known - 1));
    const bound = critical * Math.sqrt(information) - caught;
    const mean = theta * step;
    let crossed = 0;
    for (let j = 0; j < mass.length; j++)
      crossed += mass[j]! * normalSurvival((bound - points[j]! - mean) / unit);
    chance += crossed;
    hours += crossed * look.hours;
    const centre = theta * information;
    const spread = REACH * Math.sqrt(information);
    const low = Math.max(-bound, centre - spread);
    const high = Math.min(bound, centre + spread);
    if (!(high > low)) break;
    const intervals = 2 * Math.ceil((high - low) / (SPACING * unit) / 2);
    const grid = Float64Array.from({ length: intervals + 1 }, (_, i) => low + ((high - low) * i) / intervals);
    const third = (high - low) / intervals / 3;
    mass = grid.map((x, i) => {
      const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
      return weight * third * densityAt(x - mean, points, mass, unit);
    });
    points = grid;
    before = information;
  }
  return { chance: Math.min(1, chance), hours };
}

function densityAt(x: number, points: Float64Array, mass: Float64Array, unit: number): number {
  let sum = 0;
  for (let j = 0; j < mass.length; j++) {
    const distance = (x - points[j]!) / unit;
    if (distance < REACH && distance > -REACH) sum += mass[j]! * Math.exp(-0.5 * distance * distance);
  }
  return (sum * INV_SQRT_2PI) / unit;
}

/** The looks for the integration, each with the number of looks since the one before it. The last look is always one. */
function joinedLooks(looks: readonly PlannedLook[]): { look: PlannedLook; fineLooks: number }[] {
  const joined: { look: PlannedLook; fineLooks: number }[] = [];
  let fineLooks = 0;
  for (const [index, look] of looks.entries()) {
    fineLooks++;
    const last = joined.at(-1);
    const isLast = index === looks.length - 1;
    if (last && !isLast && look.known < JOINED_BELOW * last.look.known) continue;
    joined.push({ look, fineLooks });
    fineLooks = 0;
  }
  return joined;
}
