/** What passes between those who forecast, learn and show it. */
import type { ComparedField } from '../domain/creative/compared-texts.js';
import type { ForecastFit } from '../domain/forecast/fit.js';
import type { Forecast } from '../domain/forecast/forecast.js';
import type { ForecastNote } from '../domain/forecast/notes.js';
import type { DraftReasons, Explanation } from '../domain/forecast/reasons.js';
import type { RateKind } from '../domain/learned-rate.js';
import type { Basis } from '../domain/patterns/evidence.js';
import type { RecipeName } from '../domain/preference/recipe.js';

/** Sent with what there may be to do. */
export const LEARN_SIGNAL = 'learn';
export interface LearningDue {
  /** A test may have no forecast yet. */
  forecasts: boolean;
  /** A test may have been decided, or the encoder may have changed. */
  learning: boolean;
}

/** Activities that take minutes: they heartbeat as they get on, and not while they hang. */
export const LEARNING_STEPS = ['refitPatterns', 'embedPatterns', 'learnPreferences'] as const;
export type LearningStep = (typeof LEARNING_STEPS)[number];

/** `type` of a failure for want of an encoder: it is there or works at another wake-up. */
export const NO_ENCODER = 'NoEncoder';

/** A forecast as it was made, with its reasons. Plain data: that of a test is kept for ever. */
export interface MadeForecast {
  /** Null: nothing was learned then. */
  modelVersion: number | null;
  /** The text that was compared; null if none differs. */
  compared: ComparedField | null;
  forecast: Forecast;
  reasons: DraftReasons[];
  notes: ForecastNote[];
}

/** What a version of the model knows of itself, beside its parameters. */
export interface ModelFigures {
  /** Share of pairs of held-out tests, different at 95 %, that it orders right; null without such a pair. */
  accuracy: number | null;
  pairs: number;
  /** What its parts count, by name. */
  weights: Record<string, number>;
  /** The kind of rate that it was learned from; missing in older versions, which mixed all kinds. */
  rate?: RateKind;
  fit: ForecastFit;
  /** Whose evidence the model rests on. */
  basis: Basis;
  explanation: Explanation;
}

/** Which recipe a setting of the encoder means. */
export const ENCODER_CHOICES = ['use-lite', 'minilm', 'mpnet', 'best'] as const;
export type EncoderChoice = (typeof ENCODER_CHOICES)[number];

export const RECIPE_OF: Record<EncoderChoice, RecipeName> = {
  'use-lite': 'A',
  minilm: 'B',
  mpnet: 'M',
  best: 'D',
};
