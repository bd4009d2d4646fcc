/**
 * The preference model: from the texts of finished tests it learns which texts earn higher rates. Recipe and figures:
 * docs/learning.md.
 */
import { Whitening } from './covariance.js';
import {
  designOf,
  type Featurizer,
  featuresOf,
  featurizerOf,
  type LayersOf,
  predictionOf,
} from './features.js';
import { foldsOf } from './folds.js';
import { lessPeriodMeans, type MeasuredText } from './measured-text.js';
import type { PartRecipe, Recipe, RecipeName } from './recipe.js';
import { fitRidge } from './ridge.js';
import { residualVariance, weightsOf } from './within-groups.js';

export interface LearnedPart {
  recipe: PartRecipe;
  featurizer: Featurizer;
  coefficients: Float64Array;
  /** The part's factor in the sum of predictions. */
  weight: number;
}

export interface PreferenceModel {
  recipe: RecipeName;
  parts: readonly LearnedPart[];
  /** The variance of true log rates between texts of one group that the prediction leaves. */
  residualVariance: number;
  learnedFrom: { tests: number; texts: number };
}

export interface Learned {
  model: PreferenceModel;
  /** For each row, its prediction by a model that had not seen its test. Only differences within a test mean something. */
  heldOut: Float64Array;
}

/** The folds of the cross-validation by which the parts' weights are found. */
const FOLDS = 5;

/**
 * Learns from measured texts. `progress` is told the share that is done, 0 to 1. Deterministic in the rows and their
 * order.
 */
export function learnPreference(
  rows: readonly MeasuredText[],
  recipe: Recipe,
  layersOf: LayersOf,
  progress: (done: number) => void = () => {},
): Learned {
  const texts = rows.map(({ text }) => text);
  const tests = new Set(rows.map(({ testId }) => testId)).size;
  const whitening = new Whitening(rows);
  const y = lessPeriodMeans(rows);
  whitening.apply(y);
  const folds = foldsOf(rows, Math.min(FOLDS, tests));
  const steps = recipe.parts.length * (FOLDS + 1);
  let step = 0;

  const fitted = recipe.parts.map((part) => {
    const featurizer = featurizerOf(part, texts, layersOf);
    const features = featuresOf(part, featurizer, texts, layersOf);
    const design = designOf(features, whitening);
    const solve = (without: number) => {
      const coefficients = fitRidge(design({ folds, without }), y, { penalty: part.penalty });
      step += 1;
      progress(step / steps);
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

  const weights = weightsOf(
    rows,
    fitted.map(({ heldOut }) => heldOut),
    recipe.parts.map(({ weight, weightDeviation: deviation }) => ({ weight, deviation })),
    0.045,
  );
  const heldOut = new Float64Array(rows.length);
  fitted.forEach((part, i) => {
    for (let row = 0; row < rows.length; row++) heldOut[row]! += weights[i]! * part.heldOut[row]!;
  });
  return {
    model: {
      recipe: recipe.name,
      parts: fitted.map(({ part, featurizer, coefficients }, i) => ({
        recipe: part,
        featurizer,
        coefficients,
        weight: weights[i]!,
      })),
      residualVariance: residualVariance(rows, heldOut),
      learnedFrom: { tests, texts: rows.length },
    },
    heldOut,
  };
}

/** Predicted log rates of texts: differences mean something, the level doesn't. */
export function predict(
  { parts }: PreferenceModel,
  texts: readonly string[],
  layersOf: LayersOf,
): Float64Array {
  const sum = new Float64Array(texts.length);
  for (const { recipe, featurizer, coefficients, weight } of parts) {
    const prediction = predictionOf(featuresOf(recipe, featurizer, texts, layersOf), coefficients);
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * prediction[i]!;
  }
  return sum;
}
