import type { z } from '@hono/zod-openapi';
import { textHash } from '../../clients/encoder/text-hash.js';
import type { Creative } from '../../domain/experiment.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import type { ExperimentForecastAnswer, ForecastAnswer } from './responses.js';
import { forecastToJson, scoreToJson } from './to-json.js';

/** Of the hash of a draft's creative. */
const ID_DIGITS = 16;

/** The id of a draft: the same creative has the same id. */
export function draftIdOf({ hook, headline, text, script, visualNotes }: Creative): string {
  return `draft_${textHash(JSON.stringify([hook, headline, text, script, visualNotes])).slice(0, ID_DIGITS)}`;
}

/** Keeps the drafts and forecasts which of them wins. Equal drafts share an id and their chances. */
export async function forecastDrafts(
  { store, clock, forecaster }: Pick<ApiContext, 'store' | 'clock' | 'forecaster'>,
  creatives: readonly Creative[],
): Promise<z.output<typeof ForecastAnswer>> {
  const madeAt = await clock.now();
  const ids = creatives.map(draftIdOf);
  await store.saveDrafts(creatives.map((creative, i) => ({ id: ids[i]!, creative, madeAt })));
  // Drafts are told apart by their place: two equal ones are two drafts.
  const made = await forecaster.forecast(
    creatives.map((creative, i) => ({ id: `draft-${i + 1}`, creative })),
  );
  return { ...forecastToJson(made, madeAt), draft_ids: ids };
}

/** @throws ApiProblem 404 */
export async function experimentForecast(
  context: Pick<ApiContext, 'store'>,
  id: string,
): Promise<z.output<typeof ExperimentForecastAnswer>> {
  const experiment = await experimentOf(context, id);
  const [stored, score] = await Promise.all([
    context.store.getForecast(experiment.id),
    context.store.getScore(experiment.id),
  ]);
  return {
    experiment_id: experiment.id,
    forecast: stored && forecastToJson(stored.made, stored.madeAt),
    message: messageOf(stored !== null, score !== null),
    score: score && scoreToJson(score),
  };
}

function messageOf(made: boolean, scored: boolean): string {
  if (!made) return 'No forecast was made before the first look.';
  if (!scored) return 'The forecast was made before the first look. It is scored when the test is decided.';
  return 'The forecast was made before the first look and is scored against what the test measured.';
}
