/** What was learned elsewhere, for a service with few tests of its own. */
import { archivedExplanation, archivedPrior } from '../../archive/read.js';
import { ENCODERS } from '../../clients/encoder/info.js';
import { FOREIGN_PRIOR, OWN_PRIOR, type SlopePrior } from '../../domain/forecast/fit.js';
import { type Explanation, NO_EXPLANATION, shrunkExplanation } from '../../domain/forecast/reasons.js';
import type { Basis } from '../../domain/patterns/evidence.js';
import { FOREIGN_WEIGHT, type ForeignPrior } from '../../domain/preference/foreign.js';
import type { PreferenceModel } from '../../domain/preference/model.js';
import { encodersOf, type PartEncoder, type Recipe } from '../../domain/preference/recipe.js';

/** In the order of preference. */
const BEST_FIRST: readonly PartEncoder[] = ['mpnet', 'use-lite'];

/** The prior that reads an encoder of the recipe; null if none ships. */
export function priorFor(recipe: Recipe): ForeignPrior | null {
  const read = new Set(encodersOf(recipe));
  for (const name of BEST_FIRST) {
    const prior = read.has(name) ? archivedPrior(ENCODERS[name]) : null;
    if (prior !== null) return prior;
  }
  return null;
}

/** Why a model predicts what it has from elsewhere: nothing without a prior. */
export function explanationElsewhere(
  prior: ForeignPrior | null,
  { parts }: Pick<PreferenceModel, 'parts'>,
): Explanation {
  if (prior?.recipe.kind !== 'layers') return NO_EXPLANATION;
  const explanation = archivedExplanation(ENCODERS[prior.recipe.encoder]);
  // The prior is the first part.
  return explanation ? shrunkExplanation(explanation, parts[0]!.weight) : NO_EXPLANATION;
}

/** What is believed of a model's slope before its own tests. The model has shrunk what it learned elsewhere already. */
export function slopePriorOf(basis: Basis): SlopePrior {
  if (basis === 'own') return OWN_PRIOR;
  return { slope: 1, variance: FOREIGN_PRIOR.variance / FOREIGN_WEIGHT.weight ** 2 };
}
