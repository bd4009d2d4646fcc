/** Texts as the rows that one part of a model reads. */
import type { Whitening } from './covariance.js';
import { type Design, denseDesign, type Included, type Matrix, sparseDesign, times } from './design.js';
import { type Layers, layerRows, type Standards, standardsOf } from './layers.js';
import { ngramRows, type Vocabulary, vocabularyOf } from './ngrams.js';
import type { PartEncoder, PartRecipe } from './recipe.js';
import { type SparseRow, sparseDot } from './sparse-row.js';

/** The layers of a text under an encoder. */
export type LayersOf = (encoder: PartEncoder, text: string) => Layers;

/** What the texts learned from fix of the rows. */
export type Featurizer =
  | { kind: 'layers'; standards: Standards | null }
  | { kind: 'ngrams'; vocabulary: Vocabulary };

export type Features =
  | { kind: 'dense'; matrix: Matrix }
  | { kind: 'sparse'; rows: readonly SparseRow[]; width: number };

export function featurizerOf(recipe: PartRecipe, texts: readonly string[], layersOf: LayersOf): Featurizer {
  if (recipe.kind === 'ngrams') return { kind: 'ngrams', vocabulary: vocabularyOf(texts) };
  const layers = texts.map((text) => layersOf(recipe.encoder, text));
  return { kind: 'layers', standards: standardsOf(layers, recipe.scaling) };
}

export function featuresOf(
  recipe: PartRecipe,
  featurizer: Featurizer,
  texts: readonly string[],
  layersOf: LayersOf,
): Features {
  if (featurizer.kind === 'ngrams') {
    const { vocabulary } = featurizer;
    const rows = ngramRows(texts, vocabulary);
    return { kind: 'sparse', rows, width: vocabulary.idf.length };
  }
  if (recipe.kind !== 'layers') throw new Error(`the part ${recipe.name} reads no layers`);
  const layers = texts.map((text) => layersOf(recipe.encoder, text));
  return { kind: 'dense', matrix: layerRows(layers, recipe.scaling, featurizer.standards) };
}

/** Features of one part, whitened. */
export interface WhitenedPart {
  /** As a solver reads them, without the rows of one fold. */
  design(included: Included): Design;
  /** The features, not whitened, times coefficients: one prediction per row. */
  predictions(coefficients: Float64Array): Float64Array;
}

/** Dense features are whitened in place, since they take most of the memory: whoever calls gives them away. */
export function whiten(features: Features, whitening: Whitening): WhitenedPart {
  if (features.kind === 'sparse') {
    return {
      design: (included) => sparseDesign(features.rows, features.width, whitening, included),
      predictions: (coefficients) => predictionOf(features, coefficients),
    };
  }
  const { matrix } = features;
  whitening.apply(matrix.values, matrix.width);
  return {
    design: (included) => denseDesign(matrix, included),
    predictions: (coefficients) => {
      const result = times(matrix, coefficients);
      whitening.undo(result);
      return result;
    },
  };
}

/** The features times coefficients: predicted log rates, of which only differences mean something. */
export function predictionOf(features: Features, coefficients: Float64Array): Float64Array {
  return features.kind === 'sparse'
    ? Float64Array.from(features.rows, (row) => sparseDot(row, coefficients))
    : times(features.matrix, coefficients);
}
