/**
 * How well a stored forecast did, once its test has ended. A test measures rates with noise, so the forecast is scored
 * against what was measured: the chance that each draft measures best, given the counts that the test had.
 */

import { type Forecast, jointOf } from './forecast.js';
import { chancesOf } from './joint.js';
import { noiseOf } from './noise.js';

/** What the test measured of a draft. */
export interface Measured {
  id: string;
  logRate: number;
  /** Its sampling variance. */
  variance: number;
}

/** Plain data: it is kept for ever. */
export interface ForecastScore {
  /** Own tests that the model had learned from. */
  learnedFrom: number;
  drafts: {
    id: string;
    /** The forecast that it measures best. */
    probability: number;
    /** 1 if it measured best, 0 if not; those that tie share the 1. */
    hit: number;
  }[];
  /** Σ (probability − hit)² over the drafts (Brier 1950): 0 is best, 2 worst. */
  brier: number;
  /** −ln of the probability of what was measured: 0 is best. */
  logScore: number;
  /** The same scores of a forecast that knows nothing. */
  uniform: { brier: number; logScore: number };
  /** Log rate of the first choice less the mean of the others; null if the forecast prefers none. */
  firstChoice: { ids: string[]; lift: number; se: number } | null;
  /** Pairs that the test told apart (|z| > 1.96), as the forecast ordered them; pairs that it didn't order are left out. */
  pairs: { right: number; wrong: number };
}

const TIE = 1e-12;
/** |z| from which a test tells a pair apart. */
const SIGNIFICANT = 1.96;
/** No probability counts as smaller: the chances are computed from 32,762 points. */
const LEAST_PROBABILITY = 1e-4;

/**
 * Null if fewer than two of the drafts were measured: then there is nothing to compare. Drafts that were not measured are
 * left out. Throws RangeError for a variance that is not above 0.
 */
export function scoreForecast(forecast: Forecast, measured: readonly Measured[]): ForecastScore | null {
  const by = new Map(measured.map((one) => [one.id, one]));
  for (const { id, variance } of measured) {
    if (!(variance > 0))
      throw new RangeError(`measured: the variance of ${id} must be above 0, got ${variance}`);
  }
  const places = forecast.drafts.flatMap(({ id }, place) => (by.has(id) ? [place] : []));
  if (places.length < 2) return null;
  const seen = places.map((place) => by.get(forecast.drafts[place]!.id)!);
  const { means, covariance } = jointOf(forecast);
  const known = forecast.learned.basis !== 'none';
  const expected = places.map((place) => means[place]!);
  const noise = noiseOf(seen);
  const probabilities = known
    ? chancesOf({
        means: expected,
        covariance: places.map((i, a) => places.map((j) => covariance[i]![j]! + (i === j ? noise[a]! : 0))),
      })
    : places.map(() => 1 / places.length);
  const hits = sharesOf(seen.map(({ logRate }) => logRate));
  const even = places.map(() => 1 / places.length);
  return {
    learnedFrom: forecast.learned.tests,
    drafts: seen.map(({ id }, i) => ({ id, probability: probabilities[i]!, hit: hits[i]! })),
    brier: brierOf(probabilities, hits),
    logScore: logScoreOf(probabilities, hits),
    uniform: { brier: brierOf(even, hits), logScore: logScoreOf(even, hits) },
    firstChoice: firstChoiceOf(expected, seen),
    pairs: pairsOf(expected, seen),
  };
}

function brierOf(probabilities: readonly number[], hits: readonly number[]): number {
  return probabilities.reduce((sum, probability, i) => sum + (probability - hits[i]!) ** 2, 0);
}

function logScoreOf(probabilities: readonly number[], hits: readonly number[]): number {
  return probabilities.reduce(
    (sum, probability, i) => sum - hits[i]! * Math.log(Math.max(probability, LEAST_PROBABILITY)),
    0,
  );
}

/** Equal shares for the largest values, 0 for the others. */
function sharesOf(values: readonly number[]): number[] {
  const best = Math.max(...values);
  const winners = values.filter((value) => value >= best - TIE).length;
  return values.map((value) => (value >= best - TIE ? 1 / winners : 0));
}

function firstChoiceOf(expected: readonly number[], seen: readonly Measured[]): ForecastScore['firstChoice'] {
  const shares = sharesOf(expected);
  const firsts = shares.filter((share) => share > 0).length;
  if (firsts === seen.length) return null;
  const weights = shares.map((share) => (share > 0 ? share : -1 / (seen.length - firsts)));
  return {
    ids: seen.filter((_, i) => shares[i]! > 0).map(({ id }) => id),
    lift: weights.reduce((sum, weight, i) => sum + weight * seen[i]!.logRate, 0),
    se: Math.sqrt(weights.reduce((sum, weight, i) => sum + weight * weight * seen[i]!.variance, 0)),
  };
}

function pairsOf(expected: readonly number[], seen: readonly Measured[]): ForecastScore['pairs'] {
  const pairs = { right: 0, wrong: 0 };
  for (const [i, a] of seen.entries()) {
    for (const [j, b] of seen.slice(0, i).entries()) {
      const measured = a.logRate - b.logRate;
      const forecast = expected[i]! - expected[j]!;
      if (Math.abs(measured) <= SIGNIFICANT * Math.sqrt(a.variance + b.variance)) continue;
      if (Math.abs(forecast) <= TIE) continue;
      if (measured > 0 === forecast > 0) pairs.right++;
      else pairs.wrong++;
    }
  }
  return pairs;
}
