/** What passes between a service and the thread in which it learns. The thread answers one request after another. */
import type { ModelVersion } from '../../clients/postgres/learning.js';
import type { LearnableTest } from '../../clients/postgres/pattern-types.js';
import type { PatternFit } from '../../contract/patterns.js';
import type { AttributeFit, Before, ForeignAttributeEffect } from '../../domain/patterns/fit.js';
import type { ForeignPrior } from '../../domain/preference/foreign.js';
import type { PartEncoder, Recipe } from '../../domain/preference/recipe.js';

/** A row per text, one after the other, in memory that both threads share. */
export interface SharedRows {
  /** How many numbers each layer of a row has. */
  widths: readonly number[];
  values: Float32Array;
}

export interface LearnTask {
  recipe: Recipe;
  /** What was learned elsewhere; null without it. */
  foreign: ForeignPrior | null;
  /** Of the learning before; null if there was none. Only the thread reads it. */
  groundwork: Uint8Array | null;
  /** Those of all tests, in the order of the rows. */
  texts: readonly string[];
  layers: Partial<Record<PartEncoder, SharedRows>>;
  /** By which texts are compared; null if no encoder of the recipe is one for it. */
  sentences: SharedRows | null;
}

export interface LearnedModel extends Pick<ModelVersion, 'tests' | 'texts' | 'figures'> {
  parameters: Uint8Array;
  groundwork: Uint8Array;
}

export interface ComparedTexts {
  /** Each text once. */
  texts: string[];
  /** Of the tests and what else the model depends on. */
  trainingHash: string;
}

export interface FitTask {
  /** Of attributes. */
  ids: readonly string[];
  foreign: readonly ForeignAttributeEffect[];
  before: ReadonlyMap<string, Before>;
  /** Names of the account's brands; unset: unknown. */
  brands?: readonly string[];
  /** What else the version of a fit depends on. */
  about: readonly unknown[];
}

export type FittedAttributes = Pick<PatternFit, 'version' | 'tests' | 'asOf'> & {
  attributes: AttributeFit[];
};

/** What is asked and what is answered, by name. */
export interface LearningSteps {
  add: { asks: { tests: readonly LearnableTest[] }; answers: null };
  texts: { asks: { about: readonly unknown[]; brands?: readonly string[] }; answers: ComparedTexts };
  learn: { asks: LearnTask; answers: LearnedModel };
  fit: { asks: FitTask; answers: FittedAttributes };
}

export type LearningRequest = {
  [Step in keyof LearningSteps]: { step: Step } & LearningSteps[Step]['asks'];
}[keyof LearningSteps];

/** `progress`: the share that is done, 0 to 1. */
export type LearningAnswer =
  | { progress: number }
  | { answer: LearningSteps[keyof LearningSteps]['answers'] }
  | { failure: string };
