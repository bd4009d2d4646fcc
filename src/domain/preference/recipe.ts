/** What a preference model is made of: parts, each a ridge of its own, whose predictions are added up. */
import type { LayerScaling } from './layers.js';

/** The encoders whose layers a part may read. */
export type PartEncoder = 'use-lite' | 'minilm' | 'mpnet';

/** `layers`: an encoder's inner layers; `ngrams`: words and character n-grams. */
export type PartRecipe = {
  name: string;
  /** See {@link RidgeOptions}. */
  penalty: number;
  /** The part's weight in the sum before any test has shown how much it is worth. */
  weight: number;
} & ({ kind: 'layers'; encoder: PartEncoder; scaling: LayerScaling } | { kind: 'ngrams' });

export const RECIPE_NAMES = ['ngrams', 'A', 'B', 'M', 'D'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

export interface Recipe {
  name: RecipeName;
  parts: readonly PartRecipe[];
}

const NGRAMS = (weight: number): PartRecipe => ({ name: 'ngrams', kind: 'ngrams', penalty: 30, weight });
const USE_LITE = (weight: number): PartRecipe => ({
  name: 'use-lite',
  kind: 'layers',
  encoder: 'use-lite',
  scaling: { layers: [0, 1, 2, 3, 4], standardised: false },
  penalty: 20,
  weight,
});
const MINILM = (weight: number): PartRecipe => ({
  name: 'minilm',
  kind: 'layers',
  encoder: 'minilm',
  scaling: { layers: [0, 1, 2, 3], standardised: true },
  penalty: 25,
  weight,
});
const MPNET = (weight: number): PartRecipe[] =>
  [0, 1, 2, 3].map((layer) => ({
    name: `mpnet-${layer + 2}`,
    kind: 'layers',
    encoder: 'mpnet',
    scaling: { layers: [layer], standardised: true },
    penalty: 25,
    weight: weight / 4,
  }));

/** A reads `use-lite`, B `minilm`, M `mpnet`, D all of them; each adds the n-grams. */
export const RECIPES: Record<RecipeName, Recipe> = {
  ngrams: { name: 'ngrams', parts: [NGRAMS(0.6)] },
  A: { name: 'A', parts: [USE_LITE(0.68), NGRAMS(0.32)] },
  B: { name: 'B', parts: [MINILM(0.68), NGRAMS(0.32)] },
  M: { name: 'M', parts: [...MPNET(0.7), NGRAMS(0.3)] },
  D: { name: 'D', parts: [...MPNET(0.5), USE_LITE(0.2), MINILM(0.2), NGRAMS(0.2)] },
};

/** The encoders that a recipe needs. */
export function encodersOf(recipe: Recipe): PartEncoder[] {
  return [...new Set(recipe.parts.flatMap((part) => (part.kind === 'layers' ? [part.encoder] : [])))];
}
