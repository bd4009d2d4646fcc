import type { z } from '@hono/zod-openapi';
import { archivedEffects } from '../../archive/read.js';
import { textHash } from '../../clients/encoder/text-hash.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import { attributesOf } from '../../domain/creative/registry.js';
import { type Creative, DEFAULT_POLICY, type Experiment } from '../../domain/experiment.js';
import { type Choice, chooseDrafts } from '../../domain/forecast/choose.js';
import { DRAFT_LIMITS } from '../../domain/forecast/forecast.js';
import { type KnownPattern, opportunitiesOf } from '../../domain/forecast/opportunities.js';
import { bestPair, pairOutlook } from '../../domain/forecast/outlook.js';
import { choiceSentence, opportunitySentence, outlookSentence } from '../../domain/forecast/sentences.js';
import { type Basis, combineEvidence } from '../../domain/patterns/evidence.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { ApiProblem, sentencesOf } from '../http/problems.js';
import type { ForecastBody } from './requests.js';
import type { ExperimentForecastAnswer, ForecastAnswer } from './responses.js';
import { forecastToJson, percent, scoreToJson } from './to-json.js';

/** Of the hash of a draft's creative. */
const ID_DIGITS = 16;
const HOURS_PER_DAY = 24;
/** More than there are attributes. */
const MOST_PATTERNS = 1_000;

/** The id of a draft: the same creative has the same id. */
export function draftIdOf({ hook, headline, text, script, visualNotes }: Creative): string {
  return `draft_${textHash(JSON.stringify([hook, headline, text, script, visualNotes])).slice(0, ID_DIGITS)}`;
}

/** Drafts with what may be asked of them. */
export type DraftsToForecast = Omit<z.output<typeof ForecastBody>, 'drafts'> & {
  creatives: readonly Creative[];
  /** Ids of the patterns that each creative was made from, in their order. */
  patternIds: readonly (readonly string[])[];
};

/**
 * Keeps the drafts and forecasts which of them wins. Equal drafts share an id and their chances.
 * @throws ApiProblem that names each unknown pattern
 */
export async function forecastDrafts(
  { store, clock, forecaster, brandNames }: Pick<ApiContext, 'store' | 'clock' | 'forecaster' | 'brandNames'>,
  {
    creatives,
    patternIds,
    places = DRAFT_LIMITS.least,
    traffic,
    objective = DEFAULT_POLICY.objective,
  }: DraftsToForecast,
): Promise<z.output<typeof ForecastAnswer>> {
  await assertPatterns(store, patternIds);
  const madeAt = await clock.now();
  const draftIds = creatives.map(draftIdOf);
  await store.saveDrafts(
    creatives.map((creative, i) => ({
      ...{ id: draftIds[i]!, creative, madeAt },
      patternIds: [...(patternIds[i] ?? [])],
    })),
  );
  // Told apart by their place: two equal drafts are two drafts.
  const drafts = creatives.map((creative, i) => ({ id: `draft-${i + 1}`, creative }));
  const made = await forecaster.forecast(drafts, objective);
  const choices = chooseDrafts(made.forecast, places);
  const outlook = traffic
    ? pairOutlook(made.forecast, bestPair(made.forecast), DEFAULT_POLICY, {
        events: traffic.clicks_per_day / HOURS_PER_DAY,
        exposure: traffic.impressions_per_day / HOURS_PER_DAY,
      })
    : null;
  // Patterns come from the same tests as the model: if those are of another rate, none is known of this one.
  const patterns = made.notes.some(({ code }) => code === 'other_rate')
    ? []
    : await knownPatterns(store, made.forecast.learned.basis);
  const opportunities = opportunitiesOf(
    patterns,
    creatives.map((creative) => ({ attributes: attributesOf(textsOf(creative, brandNames)) })),
  );
  return {
    ...forecastToJson(made, madeAt),
    draft_ids: draftIds,
    opportunities: opportunities.map((one) => ({
      attribute: one.id,
      statement: one.statement,
      direction: one.direction,
      effect_pct: percent(one.effect),
      evidence: one.evidence.basis,
      message: opportunitySentence(one),
    })),
    which_to_test: {
      together: choiceToJson(choices.together),
      one_by_one: choiceToJson(choices.oneByOne),
      message: choiceSentence(choices),
    },
    pair: outlook && {
      ids: outlook.pair,
      chance: outlook.chance,
      days: outlook.days,
      looks_hopeless: outlook.looksHopeless,
      message: outlookSentence(outlook),
    },
  };
}

async function assertPatterns(
  store: Pick<ApiContext['store'], 'knownPatterns'>,
  ids: DraftsToForecast['patternIds'],
): Promise<void> {
  const named = [...new Set(ids.flat())];
  if (named.length === 0) return;
  const known = await store.knownPatterns(named);
  const errors = ids.flatMap((own, draft) =>
    own.flatMap((id, place) => {
      const field = `drafts[${draft}].pattern_ids[${place}]`;
      return known.has(id) ? [] : [{ field, message: 'names no pattern of this account' }];
    }),
  );
  if (errors.length > 0) throw new ApiProblem('invalid_request', sentencesOf(errors), { errors });
}

function choiceToJson({ ids, expectedBest }: Choice) {
  return { ids, expected_best_pct: percent(expectedBest) };
}

/**
 * Patterns of attributes that hold, with what to expect of them. If the forecast rests on what was learned elsewhere, so may they: those
 * that no own test varies are then included.
 */
async function knownPatterns(
  store: Pick<ApiContext['store'], 'findPatterns'>,
  basis: Basis,
): Promise<KnownPattern[]> {
  const found = await store.findPatterns({
    search: { by: 'certainty' },
    filters: {},
    limit: MOST_PATTERNS,
  });
  const varied = new Set<string | null>();
  const own = found.flatMap(({ pattern: { attributeId, state, own: effect, foreign, tests } }) => {
    if (tests > 0) varied.add(attributeId);
    if (attributeId === null || state !== 'holds') return [];
    return [{ id: attributeId, state, evidence: combineEvidence(effect, foreign) }];
  });
  if (basis === 'own' || basis === 'none') return own;
  const elsewhere = [...archivedEffects()].flatMap(([id, effect]): KnownPattern[] =>
    varied.has(id) ? [] : [{ id, state: 'candidate', evidence: combineEvidence(null, effect) }],
  );
  return [...own, ...elsewhere];
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
    message: messageOf(experiment, stored !== null, score !== null),
    score: score && scoreToJson(score),
  };
}

function messageOf({ promotedAt, endedAt }: Experiment, made: boolean, scored: boolean): string {
  const decided = promotedAt !== null || endedAt !== null;
  if (!made && !decided) return 'There is no forecast: one is made before the first look, or never.';
  if (!made) return 'No forecast was made before the first look.';
  if (!scored && decided)
    return 'The forecast was made before the first look. It has no score: either it comes within minutes, or the test measured too little to compare its ads.';
  if (!scored) return 'The forecast was made before the first look. It is scored when the test is decided.';
  return 'The forecast was made before the first look and is scored against what the test measured.';
}
