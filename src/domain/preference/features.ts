/** Texts as the rows that one part of a model reads. */
import { denseRows, type Features, sparseRows, type TextRows } from './design.js';
import { type Layers, layerRows, type Standards, standardsOf } from './layers.js';
import { ngramRows, type Vocabulary, vocabularyOf } from './ngrams.js';
import type { PartEncoder, PartRecipe } from './recipe.js';

/** The layers of a text under an encoder. */
export type LayersOf = (encoder: PartEncoder, text: string) => Layers;

/** What the texts learned from fix of the rows. */
export type Featurizer =
  | { kind: 'layers'; standards: Standards | null }
  | { kind: 'ngrams'; vocabulary: Vocabulary };

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
  const places = new Map<string, number>();
  const placeOf = Int32Array.from(texts, (text) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { rows: textRows(recipe, featurizer, [...places.keys()], layersOf), placeOf };
}

function textRows(
  recipe: PartRecipe,
  featurizer: Featurizer,
  texts: readonly string[],
  layersOf: LayersOf,
): TextRows {
  if (featurizer.kind === 'ngrams') {
    const { vocabulary } = featurizer;
    return sparseRows(ngramRows(texts, vocabulary), vocabulary.idf.length);
  }
  if (recipe.kind !== 'layers') throw new Error(`the part ${recipe.name} reads no layers`);
  const layers = texts.map((text) => layersOf(recipe.encoder, text));
  return denseRows(layerRows(layers, recipe.scaling, featurizer.standards));
}
