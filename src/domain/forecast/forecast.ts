/**
 * Which of several drafts will win, before any of them has run: differences of log rates with their uncertainty, and the
 * chance of each to be best. A forecast is advice: no decision, gate or budget reads it.
 */

import type { Attributes } from '../creative/registry.js';
import type { Basis } from '../patterns/evidence.js';
import type { ForecastFit } from './fit.js';
import { chancesOf, type Joint, varianceBetween } from './joint.js';
import { varianceOfDifference } from './spread.js';

export const DRAFT_LIMITS = { least: 2, most: 20 } as const;

export interface Draft {
  id: string;
  attributes: Attributes;
}

export interface ForecastInput {
  drafts: readonly Draft[];
  /** Predicted log rates, in the order of the drafts. Only differences mean something. */
  predicted: ArrayLike<number>;
  fit: ForecastFit;
  /** Cosines of the drafts' sentence vectors, a row per draft; null if unknown. */
  similarities: readonly (readonly number[])[] | null;
  learned: LearnedFrom;
}

/** What a model was learned from. */
export interface LearnedFrom {
  /** Own tests. */
  tests: number;
  /** `none`: nothing is known, and predictions count for nothing. */
  basis: Basis;
}

export interface DraftForecast {
  id: string;
  /** Log rate less the mean of the drafts. */
  expected: number;
  /** Standard deviation of that difference. */
  sd: number;
  /** 0 to 1; those of all drafts add up to 1. */
  chanceBest: number;
}

/** Plain data: it is stored before a test's first look, and scored when the test ends. */
export interface Forecast {
  learned: LearnedFrom;
  /** By which predicted differences were multiplied. */
  slope: number;
  /** In the order of the input. */
  drafts: DraftForecast[];
  /** Covariance of the differences from the mean of the drafts. */
  covariance: number[][];
}

/**
 * Throws RangeError that names the field and its limit: 2 to 20 drafts with different ids, as many predictions, a row of
 * similarities per draft.
 */
export function forecastOf(input: ForecastInput): Forecast {
  checkInput(input);
  const { drafts, predicted, learned } = input;
  const known = learned.basis !== 'none';
  const n = drafts.length;
  const mean = Array.from(predicted).reduce((sum, value) => sum + value, 0) / n;
  const differences = drafts.map((_, i) => (known ? predicted[i]! - mean : 0));
  const slope = input.fit.slope;
  const means = differences.map((difference) => slope * difference);
  const covariance = covarianceOf(input, differences);
  const chances = known ? chancesOf({ means, covariance }) : drafts.map(() => 1 / n);
  return {
    learned,
    slope,
    drafts: drafts.map(({ id }, i) => ({
      id,
      expected: means[i]!,
      sd: Math.sqrt(Math.max(0, covariance[i]![i]!)),
      chanceBest: chances[i]!,
    })),
    covariance,
  };
}

/** The joint distribution of a forecast's differences from the mean of its drafts. */
export function jointOf({ drafts, covariance }: Pick<Forecast, 'drafts' | 'covariance'>): Joint {
  return { means: drafts.map(({ expected }) => expected), covariance };
}

/** Log rate of draft i less that of draft j, by place. */
export function differenceOf(
  { drafts, covariance }: Forecast,
  i: number,
  j: number,
): { expected: number; sd: number } {
  return {
    expected: drafts[i]!.expected - drafts[j]!.expected,
    sd: Math.sqrt(varianceBetween(covariance, i, j)),
  };
}

/**
 * −½·J·V·J for the variances V of the differences and J = I − 1/n: covariance around the mean of the drafts. The slope
 * adds its own: the further a prediction lies from the mean, the more it matters.
 */
function covarianceOf(
  { drafts, fit: { spread, slopeVariance }, similarities }: ForecastInput,
  differences: readonly number[],
): number[][] {
  const n = drafts.length;
  const variances = drafts.map((_, i) =>
    drafts.map((_, j) => (i === j ? 0 : varianceOfDifference(spread, similarities?.[i]?.[j] ?? null))),
  );
  const rowMeans = variances.map((row) => row.reduce((sum, value) => sum + value, 0) / n);
  const mean = rowMeans.reduce((sum, value) => sum + value, 0) / n;
  return variances.map((row, i) =>
    row.map(
      (value, j) =>
        (rowMeans[i]! + rowMeans[j]! - mean - value) / 2 + slopeVariance * differences[i]! * differences[j]!,
    ),
  );
}

function checkInput({ drafts, predicted, fit, similarities, learned }: ForecastInput): void {
  const n = drafts.length;
  const { least, most } = DRAFT_LIMITS;
  if (n < least || n > most) throw new RangeError(`drafts: ${least} to ${most}, got ${n}`);
  const ids = new Set<string>();
  for (const { id } of drafts) {
    if (ids.has(id)) throw new RangeError(`drafts: ids must differ, got ${JSON.stringify(id)} twice`);
    ids.add(id);
  }
  if (predicted.length !== n)
    throw new RangeError(`predicted: one per draft (${n}), got ${predicted.length}`);
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(predicted[i]))
      throw new RangeError(`predicted: finite numbers, got ${predicted[i]}`);
  }
  const { spread, ...line } = fit;
  for (const [name, value] of Object.entries({ ...line, ...spread })) {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`fit: ${name} is at least 0, got ${value}`);
  }
  if (!(learned.tests >= 0)) throw new RangeError(`learned.tests: at least 0, got ${learned.tests}`);
  if (!similarities) return;
  if (similarities.length !== n || similarities.some((row) => row.length !== n)) {
    throw new RangeError(`similarities: ${n} rows of ${n} cosines`);
  }
  for (const value of similarities.flat()) {
    if (!(Math.abs(value) < 1.001)) throw new RangeError(`similarities: cosines from -1 to 1, got ${value}`);
  }
}
