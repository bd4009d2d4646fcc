/** Texts as the rows that one part of a model reads. */
import type { Whitening } from './covariance.js';
import { type Design, denseDesign, type Included, type Matrix, sparseDesign, times } from './design.js';
import { type Layers, layerRows, type Standards, standardsOf } from './layers.js';
import { ngramsOf, type Vocabulary, vocabularyOf } from './ngrams.js';
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
    const rows = texts.map((text) => ngramsOf(text, vocabulary));
    return { kind: 'sparse', rows, width: vocabulary.idf.length };
  }
  if (recipe.kind !== 'layers') throw new Error(`the part ${recipe.name} reads no layers`);
  const layers = texts.map((text) => layersOf(recipe.encoder, text));
  return { kind: 'dense', matrix: layerRows(layers, recipe.scaling, featurizer.standards) };
}

/** The whitened features as a solver reads them, without the rows of one fold. */
export function designOf(features: Features, whitening: Whitening): (included: Included) => Design {
  if (features.kind === 'sparse') {
    return (included) => sparseDesign(features.rows, features.width, whitening, included);
  }
  const { width } = features.matrix;
  const values = Float32Array.from(features.matrix.values);
  whitening.apply(values, width);
  return (included) => denseDesign({ values, width }, included);
}

/** The features times coefficients: predicted log rates, of which only differences mean something. */
export function predictionOf(features: Features, coefficients: Float64Array): Float64Array {
  return features.kind === 'sparse'
    ? Float64Array.from(features.rows, (row) => sparseDot(row, coefficients))
    : times(features.matrix, coefficients);
}
