/** Forecasts, scores and a model as learning would have left them on record. */
import { priorFor } from '../../../src/activities/learning/prior.js';
import { toBytes } from '../../../src/activities/learning/stored-model.js';
import type { MadeForecast, ModelFigures } from '../../../src/contract/learning.js';
import { textsOf } from '../../../src/domain/creative/creative-texts.js';
import { attributesOf } from '../../../src/domain/creative/registry.js';
import type { Experiment } from '../../../src/domain/experiment.js';
import { type ForecastFit, fitOf } from '../../../src/domain/forecast/fit.js';
import { forecastOf } from '../../../src/domain/forecast/forecast.js';
import { type Explanation, reasonsOf } from '../../../src/domain/forecast/reasons.js';
import { scoreForecast } from '../../../src/domain/forecast/scoring.js';
import { learnPreference } from '../../../src/domain/preference/model.js';
import { RECIPES } from '../../../src/domain/preference/recipe.js';
import { type Api, HOUR, START } from './harness.js';
import { seedExperiment } from './seed.js';

export const EXPLANATION: Explanation = { coefficients: { question_mark: -0.1 }, explained: 0.3 };

/** Predictions as they are, with what is assumed of their error. */
const FIT: ForecastFit = { ...fitOf([], [], () => null), slopeVariance: 0.01 };

/** A running test whose ads have these headlines, the control first. */
export async function seedHeadlines(api: Api, id: string, headlines: readonly string[]): Promise<Experiment> {
  const nothing = { hook: null, text: null, script: null, visualNotes: null };
  return seedExperiment(api, id, {
    variants: headlines.map((headline, place) => {
      const name = place === 0 ? 'control' : `challenger-${place}`;
      const role = place === 0 ? ('control' as const) : ('challenger' as const);
      return {
        ...{ id: name, role, adId: `ad_${id}_${name}`, adSetId: `set_${id}_${name}` },
        creative: { ...nothing, headline },
      };
    }),
  });
}

/** The forecast that a model makes which predicts these log rates. */
export function aForecast(
  { variants }: Pick<Experiment, 'variants'>,
  predicted: readonly number[],
  tests = 12,
): MadeForecast {
  const drafts = variants.map(({ id, creative }) => ({ id, attributes: attributesOf(textsOf(creative)) }));
  const forecast = forecastOf({
    ...{ drafts, predicted, similarities: null },
    fit: FIT,
    learned: { tests, basis: 'own' },
  });
  const reasons = reasonsOf(forecast, drafts, EXPLANATION);
  return { modelVersion: 3, compared: 'headline', forecast, reasons, notes: [] };
}

/** Before the first look: afterwards none is taken. */
export async function seedForecast(
  api: Api,
  experiment: Experiment,
  predicted: readonly number[],
  tests?: number,
): Promise<MadeForecast> {
  const made = aForecast(experiment, predicted, tests);
  const outcome = await api.store.saveForecast({ experimentId: experiment.id, madeAt: START + 60_000, made });
  if (outcome !== 'stored') throw new Error(`the forecast of ${experiment.id}: ${outcome}`);
  return made;
}

/** Its score, if the ads measured these log rates. */
export async function seedScore(
  api: Api,
  experiment: Experiment,
  { forecast }: MadeForecast,
  measured: readonly number[],
): Promise<void> {
  const score = scoreForecast(
    forecast,
    experiment.variants.map(({ id }, i) => ({ id, logRate: measured[i]!, variance: 0.002 })),
  );
  await api.store.saveScore({ experimentId: experiment.id, scoredAt: START + 40 * HOUR, score });
}

/** As many tests whose forecasts had a first choice that did better by a tenth, more or less. */
export async function seedScoredForecasts(api: Api, tests: number): Promise<void> {
  for (let i = 0; i < tests; i++) {
    const experiment = await seedHeadlines(api, `scored-${i}`, [`Warm ${i}`, `Light ${i}`]);
    const made = await seedForecast(api, experiment, [0, 0.1 + (i % 4) / 20], i);
    await seedScore(api, experiment, made, [0, i % 5 === 0 ? -0.1 : 0.15]);
  }
}

export async function seedModel(api: Api, tests = 12, figures: Partial<ModelFigures> = {}): Promise<void> {
  await api.store.saveModel({
    ...{
      recipe: 'A',
      trainingHash: `hash-${tests}`,
      encoderIds: ['use-lite@0.2.0'],
      tests,
      texts: 2 * tests,
    },
    madeAt: START + 30 * HOUR,
    figures: {
      ...{ accuracy: 0.7, pairs: 10, weights: { layers: 1 } },
      ...{ fit: FIT, basis: 'own' as const, explanation: EXPLANATION },
      ...figures,
    },
    parameters: toBytes(learnPreference([], RECIPES.A, () => [], { foreign: priorFor(RECIPES.A) }).model),
  });
}
