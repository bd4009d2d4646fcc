/**
 * Futility by conditional power: the chance that a test will still find the effect for which it was planned, given the
 * data so far. It gives advice, never a verdict. Jennison and Turnbull, Group Sequential Methods (2000), chapters 10, 19.
 */

import { TAU } from '../evidence/anytime.js';
import { normalSurvival, normalUpperQuantile, studentTwoSidedP } from '../evidence/distributions.js';
import type { Evidence } from '../evidence/types.js';
import type { Policy, Variant } from '../experiment.js';
import { METRICS, type Metric, shownLift } from '../metric.js';
import type { PairEvidence } from './decision.js';
import type { HealthFinding } from './delivery-health.js';
import { otherOf } from './pairs.js';
import { zoneBetween } from './selection.js';

/** Share of the planned duration before which no advice is given. */
const FROM_SHARE = 0.25;
/** A test is futile if its conditional power is below this. */
const FUTILE_BELOW = 0.1;
/** If more looks are left, they are approximated by this many. */
const MOST_LOOKS = 16;
/** −ζ(½)/√(2π): the mean overshoot, in steps, of a random walk that crosses a bound (Siegmund 1985, chapter 10). */
const OVERSHOOT = 0.5826;
/** The density beyond this many standard deviations is ignored. */
const REACH = 7;
/** Largest distance of the points of integration, in standard deviations of one look's increment. */
const SPACING = 0.3;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** A test under way, on the scale of the log rate ratio. */
export interface Course {
  /** Normal statistic of the current look; above 0 if the ad in question leads. */
  z: number;
  /** 1/SE² at the current look. */
  information: number;
  /** 1/SE² at the horizon, which is larger. */
  finalInformation: number;
  /** Planned looks that are left, including the look at the horizon; at least 1. */
  looks: number;
  /** The two-sided bound on Z at a look with this information. */
  bound(information: number): number;
}

/**
 * P(Z reaches the upper bound at a remaining look and the lower bound at no look before it | Z now, true log rate ratio
 * `theta`), with looks equally spaced in information: Z√I is a Brownian motion with drift theta. More than 16 looks are
 * approximated by 16, with bounds moved inwards by the overshoot that the omitted looks would have caught. The error is
 * then at most 0.003; without that correction, 0.03.
 */
export function conditionalPower(course: Course, theta: number): number {
  const { z, information, finalInformation } = course;
  const looks = Math.min(course.looks, MOST_LOOKS);
  const step = (finalInformation - information) / looks;
  // On the scale of Z√I, in units of one look's standard deviation, every increment is N(drift, 1).
  const unit = Math.sqrt(step);
  const drift = theta * unit;
  const caught = OVERSHOOT * (1 - Math.sqrt(looks / course.looks));
  const start = (z * Math.sqrt(information)) / unit;
  let points: Float64Array = Float64Array.of(start);
  let mass: Float64Array = Float64Array.of(1);
  let crossed = 0;
  for (let look = 1; look <= looks; look++) {
    const now = information + look * step;
    // The last look only stands for looks before it, the others stand for looks on both sides.
    const bound = (course.bound(now) * Math.sqrt(now)) / unit - (look === looks ? caught / 2 : caught);
    for (let j = 0; j < mass.length; j++) crossed += mass[j]! * normalSurvival(bound - points[j]! - drift);
    if (look === looks) break;
    const centre = start + look * drift;
    const spread = REACH * Math.sqrt(look);
    const grid = pointsBetween(Math.max(-bound, centre - spread), Math.min(bound, centre + spread));
    const density = grid.map((x) => densityAt(x - drift, points, mass));
    mass = simpson(grid, density);
    points = grid;
  }
  return Math.min(1, crossed);
}

/** An odd number of equidistant points; none if the ends are in the wrong order. */
function pointsBetween(low: number, high: number): Float64Array {
  if (!(high > low)) return new Float64Array(0);
  const intervals = 2 * Math.ceil((high - low) / SPACING / 2);
  return Float64Array.from({ length: intervals + 1 }, (_, i) => low + ((high - low) * i) / intervals);
}

function densityAt(x: number, points: Float64Array, mass: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < mass.length; j++) {
    const distance = x - points[j]!;
    if (distance < REACH && distance > -REACH) sum += mass[j]! * Math.exp(-0.5 * distance * distance);
  }
  return sum * INV_SQRT_2PI;
}

/** The density times Simpson's weights. */
function simpson(points: Float64Array, density: Float64Array): Float64Array {
  const last = points.length - 1;
  const third = last > 0 ? (points[1]! - points[0]!) / 3 : 0;
  return density.map((value, i) => value * third * (i === 0 || i === last ? 1 : i % 2 === 1 ? 4 : 2));
}

/**
 * The pair's course towards `variant`, in either order of the pair; null if it is unknown because the look didn't count
 * or had no bound. `growth`: the information at the horizon as a multiple of the current information.
 *
 * The current bound on Z stands for those of the remaining looks. With equal information per look it only moves from 2.86
 * to 2.79 between the first quarter and the end of a 28-day test, and T's critical value approaches it as df grows.
 * `anytime` has no bound on Z. E ≥ 1/(1 − confidence) is a bound that falls and then rises with the variance V of S,
 * which grows with the information: V is about (SE·information)² for counts, and unknown for amounts. `welch` has one
 * threshold for all looks. `zone`, a log rate ratio: by so much the rival may be better and still not stand in the way.
 */
export function courseOf(
  pair: PairEvidence,
  variant: string,
  { confidence, objective }: Pick<Policy, 'confidence' | 'objective'>,
  growth: number,
  looks: number,
  zone = 0,
): Course | null {
  const { evidence } = pair;
  const { bound, counts, se, logE } = evidence;
  const isCount = METRICS[objective].worth === null;
  if (!counts || !(se > 0) || !(growth > 1) || (bound === null && (logE === undefined || !isCount)))
    return null;
  const information = 1 / (se * se);
  const towardsB = normalOf(evidence);
  const variance = (se * evidence.information) ** 2;
  return {
    z: (pair.variantB === variant ? towardsB : -towardsB) + zone / se,
    information,
    finalInformation: information * growth,
    looks,
    bound: (at) => bound ?? anytimeBound((variance * at) / information, confidence),
  };
}

/** The normal statistic with the same tail probability as T. */
function normalOf({ t, df, logE }: Evidence): number {
  if (t === 0 || logE !== undefined) return t;
  return Math.sign(t) * normalUpperQuantile(studentTwoSidedP(t, df) / 2);
}

/** The |S|/√V at which E = 1/(1 − confidence). */
function anytimeBound(variance: number, confidence: number): number {
  const scaled = TAU * TAU * variance;
  return Math.sqrt(2 * (1 + 1 / scaled) * (0.5 * Math.log1p(scaled) - Math.log(1 - confidence)));
}

/** The facts that the advice depends on. */
export interface FutilityFacts {
  variants: readonly Variant[];
  policy: Policy;
  pairs: readonly PairEvidence[];
  /** Since the start. */
  hours: number;
  /** Hours whose events are known. */
  weighedHours: number;
}

/**
 * Advice to end the test, from a quarter of its planned duration on. Each variant is assumed to be better than its rivals
 * by the policy's minimum detectable effect. A winner must pass every other variant: beat it or, between challengers, show
 * that the other is better by less than the policy's zone. So a variant's chance is at most its smallest chance against a
 * rival. The test is futile if no variant's chance reaches 10 %; with two variants that is the
 * conditional power in both directions. A pair whose course is unknown, or which has a called winner, counts as chance 1.
 *
 * Empty if the policy has no minimum detectable effect: looks under policies frozen before that field existed gave no
 * advice, and recomputing them must give the same result.
 */
export function futilityAdvice({
  variants,
  policy,
  pairs,
  hours,
  weighedHours,
}: FutilityFacts): HealthFinding[] {
  const { minimumDetectableEffect, horizonHours, checkEveryHours, objective } = policy;
  const left = horizonHours - hours;
  if (minimumDetectableEffect === undefined || hours < FROM_SHARE * horizonHours || !(left > 0)) return [];
  if (!(weighedHours > 0) || pairs.length === 0) return [];
  const growth = 1 + left / weighedHours;
  const looks = Math.ceil(left / checkEveryHours);
  const theta = Math.log1p(minimumDetectableEffect);
  const chanceOver = (pair: PairEvidence, id: string): number => {
    const zone = Math.log1p(zoneBetween(variants, policy, id, otherOf(pair, id)));
    const course = pair.calledWinner === null ? courseOf(pair, id, policy, growth, looks, zone) : null;
    return course === null ? 1 : conditionalPower(course, theta + zone);
  };
  let best = 0;
  for (const { id } of variants) {
    const own = pairs.filter((pair) => pair.variantA === id || pair.variantB === id);
    best = Math.max(best, Math.min(...own.map((pair) => chanceOver(pair, id))));
    if (best >= FUTILE_BELOW) return [];
  }
  return [
    {
      code: 'futility',
      level: 'warn',
      message: adviceOf(METRICS[objective], minimumDetectableEffect, variants.length, best),
    },
  ];
}

function adviceOf(metric: Metric, effect: number, ads: number, chance: number): string {
  const change = shownLift(metric, effect);
  const size = Number((Math.abs(change) * 100).toFixed(1));
  const better = `A ${metric.label} ${size} % ${change > 0 ? 'higher' : 'lower'}`;
  // Rounded down: 9.98 % must not read as 10.0 % < 10 %.
  const shown = (Math.floor(chance * 1000) / 10).toFixed(1);
  return `${better}, in ${ads > 2 ? 'any one' : 'either'} ad, would be found by the planned end with a chance of at most ${shown} % < ${FUTILE_BELOW * 100} %: consider ending the test`;
}
