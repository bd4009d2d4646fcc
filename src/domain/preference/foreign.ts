/** What was learned elsewhere, for a team with few tests of its own. */
import { FOREIGN_SLOPE } from '../patterns/evidence.js';
import { Whitening } from './covariance.js';
import { designOf } from './design.js';
import { type Featurizer, featuresOf, featurizerOf, type LayersOf } from './features.js';
import { lessPeriodMeans, type MeasuredText } from './measured-text.js';
import type { PartRecipe } from './recipe.js';
import { fitRidge } from './ridge.js';

export interface ForeignPrior {
  /** Another one if the coefficients change. */
  id: string;
  /** What it was learned from, in words, e.g. "headlines of a publisher, not from ads". */
  learnedFrom: string;
  recipe: PartRecipe;
  featurizer: Featurizer;
  coefficients: Float64Array;
}

/** The weight of a foreign prediction before any own test. Measured at another publisher: 0.38 ± 0.15; never for ads. */
export const FOREIGN_WEIGHT = { weight: FOREIGN_SLOPE, deviation: 0.25 };

/** Learns one part from all tests, to be a prior of others. `rows` must not be empty. */
export function learnForeign(
  rows: readonly MeasuredText[],
  recipe: PartRecipe,
  layersOf: LayersOf,
): Pick<ForeignPrior, 'recipe' | 'featurizer' | 'coefficients'> {
  const texts = rows.map(({ text }) => text);
  const whitening = new Whitening(rows);
  const y = lessPeriodMeans(rows);
  whitening.apply(y);
  const featurizer = featurizerOf(recipe, texts, layersOf);
  const features = featuresOf(recipe, featurizer, texts, layersOf);
  const design = designOf(features, whitening, { folds: new Int32Array(rows.length), without: -1 });
  return { recipe, featurizer, coefficients: fitRidge(design, y, { penalty: recipe.penalty }) };
}
