/**
 * What only many tests change: vocabularies, the parts' weights, held-out predictions. It is laid over the first tests, and
 * stands until a tenth more have finished, so that one more test costs one fit per part.
 */
import { Whitening } from './covariance.js';
import { designOf, predictionOf } from './design.js';
import { type Featurizer, featuresOf, featurizerOf, type LayersOf } from './features.js';
import { fingerprintOf } from './fingerprint.js';
import { foldsOf } from './folds.js';
import { FOREIGN_WEIGHT, type ForeignPrior } from './foreign.js';
import { lessPeriodMeans, type MeasuredText } from './measured-text.js';
import type { Recipe } from './recipe.js';
import { fitRidge } from './ridge.js';
import { weightsOf } from './within-groups.js';

export interface Groundwork {
  /** Of the rows, the recipe and the foreign prior that it was laid with. */
  fingerprint: string;
  parts: readonly { featurizer: Featurizer; coefficients: Float64Array }[];
  /** Of the foreign prediction if there is one, then of each part. */
  weights: readonly number[];
  /** The foreign prediction's weight while the parts learn what it leaves; 0 without one. */
  foreignSlope: number;
  /** For each row, its prediction by parts that had not seen its test. */
  heldOut: Float64Array;
}

/** The folds of the cross-validation by which the parts' weights are found. */
const FOLDS = 5;

/** Up to so many tests everything is learned anew each time. */
const SMALL = 200;

/** The number of first tests over which the groundwork is laid if there are so many. */
export function groundworkTests(tests: number): number {
  if (tests <= SMALL) return tests;
  let size = SMALL;
  for (let next = size; next <= tests; next = size + Math.floor(size / 10)) size = next;
  return size;
}

/** The rows of the first tests, in the order in which tests first appear. */
export function ofFirstTests(rows: readonly MeasuredText[], count: number): readonly MeasuredText[] {
  const first = new Set<string>();
  for (const { testId } of rows) if (first.size < count) first.add(testId);
  return rows.filter(({ testId }) => first.has(testId));
}

export function groundworkFingerprint(
  rows: readonly MeasuredText[],
  recipe: Recipe,
  foreign: ForeignPrior | null,
): string {
  return fingerprintOf([recipe, foreign?.id ?? null, rows]);
}

/** How many fits it takes to lay it. */
export function groundworkFits(recipe: Recipe): number {
  return recipe.parts.length * (FOLDS + 1);
}

/** The log rates that own parts learn, whitened: what the foreign prediction leaves, less the mean of the period. */
export function targetOf(
  rows: readonly MeasuredText[],
  whitening: Whitening,
  foreign: Float64Array | null,
  slope: number,
): Float64Array {
  const y = lessPeriodMeans(
    foreign === null ? rows : rows.map((row, i) => ({ ...row, logRate: row.logRate - slope * foreign[i]! })),
  );
  whitening.apply(y);
  return y;
}

export interface Ground {
  rows: readonly MeasuredText[];
  recipe: Recipe;
  layersOf: LayersOf;
  foreign: ForeignPrior | null;
  /** Of each row by the foreign prior; null without one. */
  foreignPrediction: Float64Array | null;
}

/** `fitted` is called after each fit. */
export function layGroundwork(
  { rows, recipe, layersOf, foreign, foreignPrediction }: Ground,
  fitted: () => void,
): Groundwork {
  const texts = rows.map(({ text }) => text);
  const tests = new Set(rows.map(({ testId }) => testId)).size;
  const whitening = new Whitening(rows);
  const foreignSlope =
    foreignPrediction === null ? 0 : weightsOf(rows, [foreignPrediction], [FOREIGN_WEIGHT], RESIDUAL)[0]!;
  const y = targetOf(rows, whitening, foreignPrediction, foreignSlope);
  const folds = foldsOf(rows, Math.min(FOLDS, tests));

  const parts = (tests === 0 ? [] : recipe.parts).map((part) => {
    const featurizer = featurizerOf(part, texts, layersOf);
    const features = featuresOf(part, featurizer, texts, layersOf);
    const solve = (without: number) => {
      const coefficients = fitRidge(designOf(features, whitening, { folds, without }), y, part);
      fitted();
      return coefficients;
    };
    const heldOut = new Float64Array(rows.length);
    // A single test can't be held out: nothing is known of it.
    for (let fold = 0; fold < Math.min(FOLDS, tests) && tests > 1; fold++) {
      const predicted = predictionOf(features, solve(fold));
      for (let row = 0; row < rows.length; row++) if (folds[row] === fold) heldOut[row] = predicted[row]!;
    }
    return { part, featurizer, coefficients: solve(-1), heldOut };
  });

  const predictions = [
    ...(foreignPrediction === null ? [] : [foreignPrediction]),
    ...parts.map(({ heldOut }) => heldOut),
  ];
  const priors = [
    ...(foreignPrediction === null ? [] : [FOREIGN_WEIGHT]),
    ...parts.map(({ part: { weight, weightDeviation: deviation } }) => ({ weight, deviation })),
  ];
  const weights = weightsOf(rows, predictions, priors, RESIDUAL);
  return {
    fingerprint: groundworkFingerprint(rows, recipe, foreign),
    parts: parts.map(({ featurizer, coefficients }) => ({ featurizer, coefficients })),
    weights,
    foreignSlope,
    heldOut: weightedSum(predictions, weights, rows.length),
  };
}

/** The variance within groups with which weights are estimated. It sets how much tests of different size count. */
const RESIDUAL = 0.045;

export function weightedSum(
  predictions: readonly Float64Array[],
  weights: readonly number[],
  length: number,
): Float64Array {
  const sum = new Float64Array(length);
  predictions.forEach((prediction, part) => {
    for (let i = 0; i < length; i++) sum[i]! += weights[part]! * prediction[i]!;
  });
  return sum;
}
