/**
 * Futility by conditional power: the chance that a test still finds what it was planned to find, given what it has
 * seen. Advice, never a verdict. Jennison and Turnbull, Group Sequential Methods (2000), chapters 10 and 19.
 */

import { TAU } from '../evidence/anytime.js';
import { normalSurvival, normalUpperQuantile, studentTwoSidedP } from '../evidence/distributions.js';
import type { Evidence } from '../evidence/types.js';
import type { Policy, Variant } from '../experiment.js';
import { METRICS, type Metric, shownLift } from '../metric.js';
import type { PairEvidence } from './decision.js';
import type { HealthFinding } from './delivery-health.js';

/** Share of the planned duration before which nothing is said. */
const FROM_SHARE = 0.25;
/** Conditional power under this is futile. */
const FUTILE_BELOW = 0.1;
/** More looks than these are taken for so many. */
const MOST_LOOKS = 16;
/** −ζ(½)/√(2π): how far, in steps, a walk overshoots the bound that it crosses (Siegmund 1985, chapter 10). */
const OVERSHOOT = 0.5826;
/** The density beyond so many standard deviations is left out. */
const REACH = 7;
/** Largest distance of the points of integration, in standard deviations of one look's increment. */
const SPACING = 0.3;
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** A test under way, on the scale of the log rate ratio. */
export interface Course {
  /** Normal statistic of the present look, above 0 where the ad that is asked about leads. */
  z: number;
  /** 1/SE² at the present look. */
  information: number;
  /** The same at the horizon; larger. */
  finalInformation: number;
  /** Planned looks that are left, the one at the horizon among them; at least 1. */
  looks: number;
  /** The two-sided bound on Z of a look at this information. */
  bound(information: number): number;
}

/**
 * P(Z reaches the upper bound at one of the looks left, and the lower one at none before | Z now, true log rate ratio
 * `theta`), the looks equally spaced in information: Z√I is a Brownian motion with drift theta. Beyond 16 looks, 16
 * stand for them all, with bounds moved in by the overshoot that the others would have caught: that is 0.003 off at
 * most, 0.03 without.
 */
export function conditionalPower(course: Course, theta: number): number {
  const { z, information, finalInformation } = course;
  const looks = Math.min(course.looks, MOST_LOOKS);
  const step = (finalInformation - information) / looks;
  // On the scale of Z√I in units of one look's standard deviation every increment is N(drift, 1).
  const unit = Math.sqrt(step);
  const drift = theta * unit;
  const caught = OVERSHOOT * (1 - Math.sqrt(looks / course.looks));
  const start = (z * Math.sqrt(information)) / unit;
  let points: Float64Array = Float64Array.of(start);
  let mass: Float64Array = Float64Array.of(1);
  let crossed = 0;
  for (let look = 1; look <= looks; look++) {
    const now = information + look * step;
    // The last one stands for those before it alone, the others for those on either side.
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

/** Equidistant points, an odd number of them; none between ends that have passed each other. */
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

/** Density by Simpson's weights. */
function simpson(points: Float64Array, density: Float64Array): Float64Array {
  const last = points.length - 1;
  const third = last > 0 ? (points[1]! - points[0]!) / 3 : 0;
  return density.map((value, i) => value * third * (i === 0 || i === last ? 1 : i % 2 === 1 ? 4 : 2));
}

/**
 * The pair's course towards `variant`, whichever way round the pair was taken; null where nothing can be said: a look
 * that didn't count or had no bound. `growth`: the information at the horizon as a multiple of the present one.
 *
 * The bound of the looks left is the present one, on the scale of Z: at equal information it moves from 2.86 to 2.79
 * between the quarter and the end of a 28-day test, and T's critical value comes down to it as df grows. `anytime` has
 * no bound on Z, but E ≥ 1/(1 − confidence) is one that falls and rises with the variance V of S, which grows with the
 * information; V is about (SE·information)². `welch` has its one threshold, and counts with all its looks here.
 */
export function courseOf(
  pair: PairEvidence,
  variant: string,
  { confidence }: Pick<Policy, 'confidence'>,
  growth: number,
  looks: number,
): Course | null {
  const { evidence } = pair;
  const { bound, counts, se, logE } = evidence;
  if (!counts || !(se > 0) || !(growth > 1) || (bound === null && logE === undefined)) return null;
  const information = 1 / (se * se);
  const towardsB = normalOf(evidence);
  const variance = (se * evidence.information) ** 2;
  return {
    z: pair.variantB === variant ? towardsB : -towardsB,
    information,
    finalInformation: information * growth,
    looks,
    bound: (at) => bound ?? anytimeBound((variance * at) / information, confidence),
  };
}

/** The normal statistic with the tail of T. */
function normalOf({ t, df, logE }: Evidence): number {
  if (t === 0 || logE !== undefined) return t;
  return Math.sign(t) * normalUpperQuantile(studentTwoSidedP(t, df) / 2);
}

/** The |S|/√V at which E = 1/(1 − confidence). */
function anytimeBound(variance: number, confidence: number): number {
  const scaled = TAU * TAU * variance;
  return Math.sqrt(2 * (1 + 1 / scaled) * (0.5 * Math.log1p(scaled) - Math.log(1 - confidence)));
}

/** What the advice is made of. */
export interface FutilityFacts {
  variants: readonly Variant[];
  policy: Policy;
  pairs: readonly PairEvidence[];
  /** Since the start. */
  hours: number;
  /** Those whose events are known. */
  weighedHours: number;
}

/**
 * Advice to end the test, from a quarter of its planned duration on. A winner has to beat every other variant, so a
 * variant has no chance left that is larger than its least one over a rival, each where it is better than that rival by
 * the policy's minimum detectable effect; futile is a test in which no variant has 10 %. Of two variants: the
 * conditional power in both directions. A pair that can't be told, or was called before, leaves its chance open.
 *
 * Empty too where the policy has no minimum detectable effect: those frozen before there was one gave looks without
 * this advice, and these must come out again as they were.
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
    const course = pair.calledWinner === null ? courseOf(pair, id, policy, growth, looks) : null;
    return course === null ? 1 : conditionalPower(course, theta);
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
  // Down: 9.98 % must not read as 10.0 % < 10 %.
  const shown = (Math.floor(chance * 1000) / 10).toFixed(1);
  return `${better}, in ${ads > 2 ? 'any one' : 'either'} ad, would be found by the planned end with a chance of at most ${shown} % < ${FUTILE_BELOW * 100} %: consider ending the test`;
}
