/** What passes between a service and the thread in which it learns. */
import type { ForeignPrior } from '../../domain/preference/foreign.js';
import type { Groundwork } from '../../domain/preference/groundwork.js';
import type { MeasuredText } from '../../domain/preference/measured-text.js';
import type { Learned } from '../../domain/preference/model.js';
import type { PartEncoder, Recipe } from '../../domain/preference/recipe.js';

export interface LearnTask {
  rows: readonly MeasuredText[];
  recipe: Recipe;
  /** What was learned elsewhere; null without it. */
  foreign: ForeignPrior | null;
  /** Of the learning before; null if there was none. */
  groundwork: Groundwork | null;
  /** The layers of each text, by encoder: one array per text, its layers one after the other. */
  layers: Partial<
    Record<PartEncoder, { widths: readonly number[]; texts: ReadonlyMap<string, Float32Array> }>
  >;
}

export interface LearnResult {
  learned: Learned;
  /** Per row, what the model predicts of it. */
  fitted: Float64Array;
}

export type LearnAnswer = { progress: number } | LearnResult | { failure: string };
