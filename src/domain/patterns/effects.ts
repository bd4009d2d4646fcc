/**
 * The effect of each attribute within finished tests: do the variants that have it do better than those of the same test
 * that don't? One attribute at a time, so an effect is that of the attribute and of all that goes with it.
 */

import type { Attributes } from '../creative/registry.js';
import { studentTwoSidedP, studentUpperQuantile } from '../evidence/distributions.js';
import { adjustedP, normalPrior, shrunk } from './many.js';
import { PATTERN_RULES } from './rules.js';

/** A variant of a finished test. */
export interface Arm {
  attributes: Attributes;
  /** Variants are compared within a group of their test alone, e.g. those that share the picture. */
  group: string;
  /** Log rate, up to a constant that the group shares. */
  logRate: number;
  /** Its sampling variance: known from the counts. */
  variance: number;
}

export interface PatternTest {
  id: string;
  arms: readonly Arm[];
}

/** What a test says about an attribute by itself. */
export interface Contrast {
  test: string;
  /** Log rate ratio per step of the attribute. */
  effect: number;
  /** From the counts and the working variance. */
  se: number;
}

/** An attribute's effect as a log rate ratio per step, over several tests. */
export interface Effect {
  effect: number;
  se: number;
  df: number;
  /** 95 %. */
  interval: [low: number, high: number];
  /** Two-sided, that the effect is 0. */
  p: number;
  /** Tests that vary the attribute. */
  tests: number;
}

/** An effect beside those of the other attributes. */
export interface AttributeEffect extends Effect {
  id: string;
  /** False discovery rate at which it would pass (Benjamini and Hochberg). */
  q: number;
  /** Mean and standard deviation of the effect under a normal prior learned from all attributes. */
  shrunk: { mean: number; sd: number };
  /** Of each test that varies the attribute, in the order given. */
  contrasts: Contrast[];
}

/**
 * Working variance of log rates within a group beyond sampling: what else differs between headlines. Measured on headline
 * tests. It sets the weights alone; the interval is valid for every value.
 */
const WORKING_VARIANCE = 0.045;

const TAIL = 0.025;

/**
 * Log rate of `events` in `trials`, and its sampling variance, by the empirical logit (Haldane 1956; Anscombe 1956).
 * Throws RangeError unless 0 ≤ events ≤ trials and trials ≥ 1.
 */
export function logRateOf(events: number, trials: number): { logRate: number; variance: number } {
  if (!(trials >= 1)) throw new RangeError(`trials must be at least 1, got ${trials}`);
  if (!(events >= 0 && events <= trials)) {
    throw new RangeError(`events must lie between 0 and the ${trials} trials, got ${events}`);
  }
  const hits = events + 0.5;
  const misses = trials - events + 0.5;
  return { logRate: Math.log(hits / misses), variance: 1 / hits + 1 / misses };
}

/** Sums of one test for one attribute, after the means of its groups have been removed. */
interface Sums {
  test: string;
  /** Σ w·x² */
  xx: number;
  /** Σ w·x·y */
  xy: number;
  /** Σ w²·x²·v: the sampling variance of xy. */
  noise: number;
}

/**
 * Effects of those attributes that at least {@link PATTERN_RULES}.tests tests vary, most certain first. q and shrinkage are over
 * these attributes. The order of the tests doesn't matter.
 */
export function effectsOf(tests: readonly PatternTest[], ids: readonly string[]): AttributeEffect[] {
  const all = tests.map(grouped);
  const found = ids.flatMap((id) => {
    const sums = sumsOf(all, id);
    const effect = sums.length >= PATTERN_RULES.tests ? clustered(sums) : null;
    return effect ? [{ id, ...effect, contrasts: sums.map(contrastOf) }] : [];
  });
  const q = adjustedP(found.map(({ p }) => p));
  const prior = normalPrior(found);
  return found
    .map((effect, i) => ({ ...effect, q: q[i]!, shrunk: shrunk(effect, prior) }))
    .sort((a, b) => a.p - b.p || Math.abs(b.effect / b.se) - Math.abs(a.effect / a.se));
}

/** The effect of one attribute; null if fewer than `least` tests vary it (at least 2). */
export function effectOf(
  tests: readonly PatternTest[],
  id: string,
  least: number = PATTERN_RULES.tests,
): Effect | null {
  const sums = sumsOf(tests.map(grouped), id);
  return sums.length >= Math.max(least, 2) ? clustered(sums) : null;
}

/** The ids of the tests that vary an attribute, in the order given. */
export function testsThatVary(tests: readonly PatternTest[], id: string): string[] {
  return sumsOf(tests.map(grouped), id).map(({ test }) => test);
}

/** What each test that varies an attribute says about it by itself, in the order given. */
export function contrastsOf(tests: readonly PatternTest[], id: string): Contrast[] {
  return sumsOf(tests.map(grouped), id).map(contrastOf);
}

interface Grouped {
  id: string;
  groups: readonly (readonly Arm[])[];
}

function grouped({ id, arms }: PatternTest): Grouped {
  const groups = new Map<string, Arm[]>();
  for (const arm of arms) {
    const group = groups.get(arm.group);
    if (group) group.push(arm);
    else groups.set(arm.group, [arm]);
  }
  return { id, groups: [...groups.values()].filter(({ length }) => length > 1) };
}

/** Of the tests that vary the attribute. Arms of which it is unknown don't count. */
function sumsOf(tests: readonly Grouped[], id: string): Sums[] {
  const found: Sums[] = [];
  for (const test of tests) {
    const sums: Sums = { test: test.id, xx: 0, xy: 0, noise: 0 };
    for (const group of test.groups) addGroup(sums, group, id);
    if (sums.xx > 0) found.push(sums);
  }
  return found;
}

function addGroup(sums: Sums, group: readonly Arm[], id: string): void {
  let [weights, x, y] = [0, 0, 0];
  let low = Infinity;
  let high = -Infinity;
  for (const { attributes, logRate, variance } of group) {
    const value = attributes[id];
    if (value === null || value === undefined) continue;
    const weight = 1 / (variance + WORKING_VARIANCE);
    weights += weight;
    x += weight * value;
    y += weight * logRate;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Equal values could differ from their mean by a rounding error.
  if (!(high > low)) return;
  for (const { attributes, logRate, variance } of group) {
    const value = attributes[id];
    if (value === null || value === undefined) continue;
    const weight = 1 / (variance + WORKING_VARIANCE);
    const dx = value - x / weights;
    sums.xx += weight * dx * dx;
    sums.xy += weight * dx * (logRate - y / weights);
    sums.noise += weight * weight * dx * dx * variance;
  }
}

function contrastOf({ test, xx, xy }: Sums): Contrast {
  return { test, effect: xy / xx, se: 1 / Math.sqrt(xx) };
}

/**
 * Weighted least squares with errors clustered by test: the bias-reduced variance CR2, and the degrees of freedom of Bell
 * and McCaffrey (Survey Methodology 28, 2002; Imbens and Kolesár, Review of Economics and Statistics 98, 2016), which are
 * tests − 1 if all weigh the same. For one regressor both have the closed form below. The variance is never taken to be
 * below that of the counts alone: a few tests may agree by chance.
 */
function clustered(sums: readonly Sums[]): Effect {
  const total = sums.reduce((sum, { xx }) => sum + xx, 0);
  const effect = sums.reduce((sum, { xy }) => sum + xy, 0) / total;
  let scores = 0;
  let noise = 0;
  let squares = 0;
  let cross = 0;
  let before = 0;
  for (const { xx, xy, noise: own } of sums) {
    const share = xx / total;
    // 0 by rounding if one test has nearly all the weight.
    const rest = Math.max(1 - share, Number.EPSILON);
    scores += (xy - effect * xx) ** 2 / rest;
    noise += own;
    squares += share * share;
    const term = (share * share) / rest;
    cross += 2 * term * before;
    before += term;
  }
  const df = 1 / (squares + cross);
  const se = Math.sqrt(Math.max(scores, noise)) / total;
  const margin = studentUpperQuantile(TAIL, df) * se;
  return {
    effect,
    se,
    df,
    interval: [effect - margin, effect + margin],
    p: studentTwoSidedP(effect / se, df),
    tests: sums.length,
  };
}
