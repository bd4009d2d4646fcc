/**
 * The preference model: from the texts of finished tests it learns which texts earn higher rates. Recipe and figures:
 * docs/learning.md.
 */
import type { Basis } from '../patterns/evidence.js';
import { Whitening } from './covariance.js';
import { designOf, predictionOf } from './design.js';
import { type Featurizer, featuresOf, type LayersOf } from './features.js';
import type { ForeignPrior } from './foreign.js';
import {
  type Groundwork,
  groundworkFingerprint,
  groundworkFits,
  groundworkTests,
  layGroundwork,
  ofFirstTests,
  targetOf,
  weightedSum,
} from './groundwork.js';
import type { MeasuredText } from './measured-text.js';
import type { PartRecipe, Recipe, RecipeName } from './recipe.js';
import { fitRidge } from './ridge.js';

export interface LearnedPart {
  recipe: PartRecipe;
  featurizer: Featurizer;
  coefficients: Float64Array;
  /** The part's factor in the sum of predictions. */
  weight: number;
}

export interface PreferenceModel {
  recipe: RecipeName;
  /** The foreign prior first, if there is one, then those learned from own tests. */
  parts: readonly LearnedPart[];
  /** The own tests. */
  learnedFrom: { tests: number; texts: number };
  /** Whose evidence it is. */
  basis: Basis;
  /** What the foreign prior was learned from, in words; null without one. */
  learnedElsewhere: string | null;
}

export interface Learned {
  model: PreferenceModel;
  /** For each row, its prediction by a model that had not seen its test. Only differences within a test mean something. */
  heldOut: Float64Array;
  /** For each row, what the model predicts of it, as {@link predict} does. */
  fitted: Float64Array;
  /** Makes the next learning fast if it is given back. */
  groundwork: Groundwork;
}

export interface LearnOptions {
  /** Told the share that is done, 0 to 1. */
  progress?: (done: number) => void;
  /** What was learned elsewhere. `layersOf` must know its encoder too. */
  foreign?: ForeignPrior | null;
  /** Of an earlier learning. It is used if it fits, and changes no bit of the result. */
  groundwork?: Groundwork | null;
}

/**
 * Learns from measured texts. Deterministic in the rows and their order, which is that in which the tests finished: one more
 * test is fast if it comes last.
 */
export function learnPreference(
  rows: readonly MeasuredText[],
  recipe: Recipe,
  layersOf: LayersOf,
  { progress = () => {}, foreign = null, groundwork: known = null }: LearnOptions = {},
): Learned {
  const texts = rows.map(({ text }) => text);
  const tests = new Set(rows.map(({ testId }) => testId)).size;
  const first = ofFirstTests(rows, groundworkTests(tests));
  const isGrown = first.length < rows.length;
  const fits = known !== null && known.fingerprint === groundworkFingerprint(first, recipe, foreign);
  const steps = (fits ? 0 : groundworkFits(recipe)) + (isGrown ? recipe.parts.length : 0);
  let step = 0;
  const tell = () => progress(++step / steps);

  const foreignOf = (fresh: readonly MeasuredText[]) =>
    foreign === null
      ? null
      : partPrediction(
          foreign,
          fresh.map(({ text }) => text),
          layersOf,
        );
  const groundwork = fits
    ? known
    : layGroundwork({ rows: first, recipe, layersOf, foreign, foreignPrediction: foreignOf(first) }, tell);

  let { heldOut } = groundwork;
  let coefficients = groundwork.parts.map((part) => part.coefficients);
  let fittedByParts: Float64Array[] | null = null;
  if (isGrown) {
    const foreignPrediction = foreignOf(rows);
    const whitening = new Whitening(rows);
    const y = targetOf(rows, whitening, foreignPrediction, groundwork.foreignSlope);
    const folds = new Int32Array(rows.length);
    const before: Float64Array[] = foreignPrediction === null ? [] : [foreignPrediction];
    const after = [...before];
    coefficients = groundwork.parts.map(({ featurizer, coefficients: earlier }, i) => {
      const part = recipe.parts[i]!;
      const features = featuresOf(part, featurizer, texts, layersOf);
      before.push(predictionOf(features, earlier));
      const result = fitRidge(designOf(features, whitening, { folds, without: -1 }), y, part);
      after.push(predictionOf(features, result));
      tell();
      return result;
    });
    fittedByParts = after;
    heldOut = withLaterTests(
      groundwork.heldOut,
      first,
      rows,
      weightedSum(before, groundwork.weights, rows.length),
    );
  }

  const own = groundwork.parts.map(({ featurizer }, i) => ({
    recipe: recipe.parts[i]!,
    featurizer,
    coefficients: coefficients[i]!,
  }));
  const parts = [...(foreign === null ? [] : [foreign]), ...own];
  const model: PreferenceModel = {
    recipe: recipe.name,
    parts: parts.map(({ recipe: part, featurizer, coefficients: values }, i) => ({
      recipe: part,
      featurizer,
      coefficients: values,
      weight: groundwork.weights[i]!,
    })),
    learnedFrom: { tests, texts: rows.length },
    basis: basisOf(tests, foreign),
    learnedElsewhere: foreign?.learnedFrom ?? null,
  };
  return {
    model,
    heldOut,
    fitted: fittedByParts
      ? weightedSum(fittedByParts, groundwork.weights, rows.length)
      : predict(model, texts, layersOf),
    groundwork,
  };
}

/** Predicted log rates of texts: differences mean something, the level doesn't. */
export function predict(
  { parts }: Pick<PreferenceModel, 'parts'>,
  texts: readonly string[],
  layersOf: LayersOf,
): Float64Array {
  return weightedSum(
    parts.map((part) => partPrediction(part, texts, layersOf)),
    parts.map(({ weight }) => weight),
    texts.length,
  );
}

function partPrediction(
  { recipe, featurizer, coefficients }: Omit<LearnedPart, 'weight'>,
  texts: readonly string[],
  layersOf: LayersOf,
): Float64Array {
  return predictionOf(featuresOf(recipe, featurizer, texts, layersOf), coefficients);
}

/** What the groundwork held out, and of later tests what it predicted before they were learned from. */
function withLaterTests(
  heldOut: Float64Array,
  first: readonly MeasuredText[],
  rows: readonly MeasuredText[],
  before: Float64Array,
): Float64Array {
  let next = 0;
  return Float64Array.from(rows, (row, i) => (row === first[next] ? heldOut[next++]! : before[i]!));
}

function basisOf(tests: number, foreign: ForeignPrior | null): Basis {
  if (foreign === null) return tests === 0 ? 'none' : 'own';
  return tests === 0 ? 'foreign' : 'own_and_foreign';
}
