/** Models and forecasts of tests as the service makes them: recipe A, before the test has run. */

import type { EncodedText } from '../../src/clients/encoder/types.js';
import { attributesOf } from '../../src/domain/creative/registry.js';
import { fitOf } from '../../src/domain/forecast/fit.js';
import { type Forecast, forecastOf } from '../../src/domain/forecast/forecast.js';
import { type ForecastScore, scoreForecast } from '../../src/domain/forecast/scoring.js';

import type { MeasuredText } from '../../src/domain/preference/measured-text.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import { RECIPES } from '../../src/domain/preference/recipe.js';

/** The encoded texts, by text. */
export type Encoded = ReadonlyMap<string, EncodedText>;

/** Forecasts one test: texts of one group. */
export type Forecaster = (texts: readonly string[]) => Forecast;

/** With fewer than two tests, nothing is known. */
export function learnForecaster(rows: readonly MeasuredText[], encoded: Encoded): Forecaster {
  const tests = new Set(rows.map(({ testId }) => testId)).size;
  const cosine = (a: string, b: string) => dot(encoded.get(a)!.sentence, encoded.get(b)!.sentence);
  const layersOf = (_: unknown, text: string) => encoded.get(text)!.layers;
  const learned = tests < 2 ? null : learnPreference(rows, RECIPES.A, layersOf);
  const fit = fitOf(learned ? rows : [], learned?.heldOut ?? [], (i, j) =>
    cosine(rows[i]!.text, rows[j]!.text),
  );
  return (texts) =>
    forecastOf({
      drafts: texts.map((headline, i) => ({
        id: String(i),
        attributes: attributesOf({ headline, body: '', visualNotes: null }),
      })),
      predicted: learned ? predict(learned.model, texts, layersOf) : texts.map(() => 0),
      fit,
      similarities: texts.map((a) => texts.map((b) => cosine(a, b))),
      learned: { tests, basis: learned ? 'own' : 'none' },
    });
}

/** Forecasts a test and scores it against what it measured. */
export function forecastAndScore(forecaster: Forecaster, rows: readonly MeasuredText[]): ForecastScore {
  const forecast = forecaster(rows.map(({ text }) => text));
  return scoreForecast(
    forecast,
    rows.map(({ logRate, variance }, i) => ({ id: String(i), logRate, variance })),
  )!;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
