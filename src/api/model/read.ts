import { priorFor } from '../../activities/learning/prior.js';
import { ENCODERS } from '../../clients/encoder/info.js';
import type { ModelVersion } from '../../clients/postgres/learning.js';
import { RECIPE_OF } from '../../contract/learning.js';
import type { Estimate } from '../../domain/forecast/mean-lift.js';
import { worthSentence } from '../../domain/forecast/sentences.js';
import { type ScoreMean, type Worth, worthOf } from '../../domain/forecast/worth.js';
import { RATE_WORDS } from '../../domain/learned-rate.js';
import { encodersOf, RECIPES } from '../../domain/preference/recipe.js';
import type { ApiContext } from '../dependencies.js';
import { percent } from '../forecasts/to-json.js';
import { isoOf, isoOrNull } from '../http/format.js';
import type { ModelJson } from './responses.js';

/** What was learned, by what, and what it has been worth. */
export async function modelStatus(
  context: Pick<ApiContext, 'store' | 'encoders' | 'encoder'>,
): Promise<ModelJson> {
  const { store } = context;
  const [[newest], scores] = await Promise.all([store.listModels(1), store.listScores()]);
  const encoder = await encoderStatus(context);
  const worth = worthOf(scores);
  return {
    model: newest ? modelToJson(newest) : null,
    learned_elsewhere: context.encoder
      ? (priorFor(RECIPES[RECIPE_OF[context.encoder]])?.learnedFrom ?? null)
      : null,
    encoder,
    worth: worthToJson(worth),
  };
}

async function encoderStatus({
  store,
  encoders,
  encoder,
}: Pick<ApiContext, 'store' | 'encoders' | 'encoder'>): Promise<ModelJson['encoder']> {
  if (!encoders || !encoder) {
    const problem = 'ENCODER is none: nothing is forecast, and no preferences are learned';
    return { setting: null, problem, texts: (await store.countDecidedTexts([])).texts, encoded: 0 };
  }
  const names = encodersOf(RECIPES[RECIPE_OF[encoder]]);
  const problems = names.map((name) => encoders.missing(name)).filter((problem) => problem !== null);
  return {
    setting: encoder,
    problem: problems.length === 0 ? null : problems.join(' '),
    ...(await store.countDecidedTexts(names.map((name) => ENCODERS[name].id))),
  };
}

function modelToJson(model: ModelVersion): NonNullable<ModelJson['model']> {
  return {
    version: model.version,
    recipe: model.recipe,
    made_at: isoOf(model.madeAt),
    training_set: {
      tests: model.tests,
      texts: model.texts,
      rate: model.figures.rate ? RATE_WORDS[model.figures.rate] : null,
      hash: model.trainingHash,
    },
    encoders: model.encoderIds,
    accuracy: model.figures.accuracy,
    pairs: model.figures.pairs,
    weights: model.figures.weights,
    explained: model.figures.explanation.explained,
  };
}

function worthToJson(worth: Worth): ModelJson['worth'] {
  return {
    verdict: worth.verdict.code,
    message: worthSentence(worth),
    tests: worth.tests,
    knew_nothing: worth.knewNothing,
    since: isoOrNull(worth.since),
    lift_of_first_choice: estimateToJson(worth.lift),
    brier: gainToJson(worth.brier),
    log_score: gainToJson(worth.logScore),
    pairs: worth.pairs,
    calibration: worth.calibration,
    curve: worth.curve.map(({ lift, ...point }) => ({ ...point, lift: estimateToJson(lift) })),
  };
}

function estimateToJson(estimate: Estimate | null) {
  if (estimate === null) return null;
  const [low, high] = estimate.interval;
  return { pct: percent(estimate.mean), interval_pct: [percent(low), percent(high)] as [number, number] };
}

function gainToJson(mean: ScoreMean | null) {
  if (mean === null) return null;
  return { mean: mean.mean, uniform: mean.uniform, gain: mean.gain.mean, gain_interval: mean.gain.interval };
}
