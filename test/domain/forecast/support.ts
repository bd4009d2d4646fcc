import type { ForecastFit } from '../../../src/domain/forecast/fit.js';
import { type Draft, type Forecast, forecastOf } from '../../../src/domain/forecast/forecast.js';
import type { ResidualSpread } from '../../../src/domain/forecast/spread.js';

export const drafts = (count: number): Draft[] =>
  Array.from({ length: count }, (_, i) => ({ id: `d${i}`, attributes: {} }));

/** Cosines of drafts that all have the same with each other. */
export const alike = (count: number, cosine: number) =>
  Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => (i === j ? 1 : cosine)));

/** Different drafts lie apart by a variance of 0.2, whatever they say. */
export const APART: ResidualSpread = { always: 0.2, byDistance: 0 };

/** Predictions that are right on average. */
export const fitWith = (spread: ResidualSpread): ForecastFit => ({ slope: 1, slopeVariance: 0, spread });

export function forecast(
  predicted: readonly number[],
  {
    spread = APART,
    similarities = null,
  }: { spread?: ResidualSpread; similarities?: readonly (readonly number[])[] | null } = {},
): Forecast {
  return forecastOf({
    drafts: drafts(predicted.length),
    predicted,
    fit: fitWith(spread),
    similarities,
    learned: { tests: 50, basis: 'own' },
  });
}
