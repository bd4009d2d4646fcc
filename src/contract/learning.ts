/** Sent when there may be something to forecast or to learn. */
export const LEARN_SIGNAL = 'learn';

/** What one pass of the learning workflow did. */
export interface LearningPass {
  /** Tests that got a forecast. */
  forecast: number;
  /** Forecasts whose test had ended. */
  scored: number;
  /** The version of the model after the pass; null if nothing was learned yet. */
  modelVersion: number | null;
}
