/** What a preference model is made of: parts, each a ridge of its own, whose predictions are added up. */
import type { LayerScaling } from './layers.js';

/** The encoders whose layers a part may read. */
export type PartEncoder = 'use-lite' | 'minilm' | 'mpnet';

/** `layers`: an encoder's inner layers; `ngrams`: words and character n-grams. */
export type PartRecipe = {
  name: string;
  /** See {@link RidgeOptions}. */
  penalty: number;
  /** The part's weight in the sum before any test has shown how much it is worth, and how far it may move from there. */
  weight: number;
  weightDeviation: number;
} & ({ kind: 'layers'; encoder: PartEncoder; scaling: LayerScaling } | { kind: 'ngrams' });

export const RECIPE_NAMES = ['ngrams', 'A', 'B', 'M', 'D'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

export interface Recipe {
  name: RecipeName;
  parts: readonly PartRecipe[];
}

/**
 * The weight of n-grams hardly moves: they remember topics, so they predict tests of the same weeks better than those of
 * later ones, and only the former show in a cross-validation.
 */
const NGRAMS = (weight: number): PartRecipe => ({
  name: 'ngrams',
  kind: 'ngrams',
  penalty: 30,
  weight,
  weightDeviation: 0.03,
});
const layers = (
  encoder: PartEncoder,
  count: number,
  { standardised, penalty, weight }: Pick<PartRecipe, 'penalty' | 'weight'> & { standardised: boolean },
): PartRecipe => ({
  name: encoder,
  kind: 'layers',
  encoder,
  scaling: { layers: Array.from({ length: count }, (_, layer) => layer), standardised },
  penalty,
  weight,
  weightDeviation: 0.15,
});
const USE_LITE = (weight: number) => layers('use-lite', 5, { standardised: true, penalty: 100, weight });
const MINILM = (weight: number) => layers('minilm', 4, { standardised: true, penalty: 40, weight });
const MPNET = (weight: number) => layers('mpnet', 5, { standardised: true, penalty: 60, weight });

/** A reads `use-lite`, B `minilm`, M `mpnet`, D all of them; each adds the n-grams. */
export const RECIPES: Record<RecipeName, Recipe> = {
  ngrams: { name: 'ngrams', parts: [NGRAMS(0.6)] },
  A: { name: 'A', parts: [USE_LITE(0.85), NGRAMS(0.2)] },
  B: { name: 'B', parts: [MINILM(0.75), NGRAMS(0.2)] },
  M: { name: 'M', parts: [MPNET(0.85), NGRAMS(0.15)] },
  D: { name: 'D', parts: [MPNET(0.7), USE_LITE(0.15), MINILM(0.1), NGRAMS(0.12)] },
};

/** The recipe without the parts that read a missing encoder. */
export function recipeOf(recipe: Recipe, isMissing: (encoder: PartEncoder) => boolean): Recipe {
  const parts = recipe.parts.filter((part) => part.kind !== 'layers' || !isMissing(part.encoder));
  return { ...recipe, parts };
}

/** The encoders that a recipe needs. */
export function encodersOf(recipe: Recipe): PartEncoder[] {
  return [...new Set(recipe.parts.flatMap((part) => (part.kind === 'layers' ? [part.encoder] : [])))];
}
