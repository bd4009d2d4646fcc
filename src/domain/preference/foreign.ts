/** What was learned elsewhere, for a team with few tests of its own. */
import { FOREIGN_SLOPE } from '../patterns/evidence.js';
import type { Featurizer } from './features.js';
import type { PartRecipe } from './recipe.js';

export interface ForeignPrior {
  /** Another one if the coefficients change. */
  id: string;
  /** What it was learned from, in words, e.g. "headlines of a publisher, not ads". */
  learnedFrom: string;
  recipe: PartRecipe;
  featurizer: Featurizer;
  coefficients: Float64Array;
}

/** The weight of a foreign prediction before any own test. Measured at another publisher: 0.38 ± 0.15; never for ads. */
export const FOREIGN_WEIGHT = { weight: FOREIGN_SLOPE, deviation: 0.25 };
