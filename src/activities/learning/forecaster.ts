/** Forecasts of creatives by the newest model. The API and the learning workflow both ask it. */
import type { Encoders } from '../../clients/encoder/encoders.js';
import { type EncodedText, EncoderFailure, type EncoderName } from '../../clients/encoder/types.js';
import type { LearningStore } from '../../clients/postgres/learning.js';
import type { EmbeddingStore } from '../../clients/postgres/pattern-types.js';
import type { EncoderChoice, MadeForecast, ModelFigures } from '../../contract/learning.js';
import { comparedTexts } from '../../domain/creative/compared-texts.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import { foreignLanguage } from '../../domain/creative/language.js';
import { attributesOf } from '../../domain/creative/registry.js';
import type { Creative } from '../../domain/experiment.js';
import { fitOf } from '../../domain/forecast/fit.js';
import { forecastOf } from '../../domain/forecast/forecast.js';
import type { ForecastNote } from '../../domain/forecast/notes.js';
import { NO_EXPLANATION, reasonsOf } from '../../domain/forecast/reasons.js';
import { rateKindOf } from '../../domain/learned-rate.js';
import type { Objective } from '../../domain/metric.js';
import { learnPreference, type PreferenceModel, predict } from '../../domain/preference/model.js';
import type { PartEncoder, Recipe } from '../../domain/preference/recipe.js';
import { explanationElsewhere, priorFor, slopePriorOf } from './prior.js';
import { serviceRecipe } from './recipe.js';
import { fromBytes } from './stored-model.js';
import { recordedEncoder } from './text-layers.js';

export interface Forecaster {
  /**
   * Never fails for want of an encoder or of a model: it then knows nothing and says why.
   * `objective`: of the test. What own tests of another kind of rate taught is not used.
   * @throws RangeError that names the field and its limit, e.g. for fewer than two drafts
   */
  forecast(
    drafts: readonly { id: string; creative: Creative }[],
    objective: Objective,
  ): Promise<MadeForecast>;
}

/** How long the encoder may take before a forecast is made without it, real ms. */
const ENCODER_MS = 20_000;
/** Of a forecast that knows nothing. */
const NOTHING_FITTED = fitOf([], [], () => null);
/** Whose sentence vectors say how alike two texts are: the spread was measured with them. */
export const SIMILARITY: EncoderName = 'use-lite';

interface LoadedModel {
  /** Null: what ships with the product. */
  version: number | null;
  figures: Pick<ModelFigures, 'fit' | 'explanation' | 'rate'>;
  model: PreferenceModel;
}

interface Prediction {
  predicted: Float64Array;
  similarities: number[][] | null;
}

/** `encoders`: null if the service has none. */
export function createForecaster(deps: {
  store: Pick<LearningStore, 'latestModel' | 'listModels'> &
    Pick<EmbeddingStore, 'textEmbeddings' | 'saveTextEmbeddings'>;
  encoders: Encoders | null;
  /** Says what is used before the first own test. */
  encoder: EncoderChoice;
  /** Of the account. */
  brandNames?: readonly string[];
}): Forecaster {
  const { store, encoders, encoder, brandNames = [] } = deps;
  let loaded: LoadedModel | null = null;
  let elsewhere: LoadedModel | null = null;

  function fromElsewhere(): LoadedModel | null {
    elsewhere ??= learnedElsewhere(serviceRecipe(encoder, encoders));
    return elsewhere;
  }

  /** The parameters are read once per version. Before the first own test, what was learned elsewhere is all there is. */
  async function newestModel(): Promise<LoadedModel | null> {
    const [newest] = await store.listModels(1);
    const version = newest?.version ?? null;
    if (loaded && loaded.version === version) return loaded;
    const stored = newest ? await store.latestModel() : null;
    loaded = stored
      ? { version: stored.version, figures: stored.figures, model: fromBytes(stored.parameters) }
      : fromElsewhere();
    return loaded;
  }

  async function predictionOf(model: PreferenceModel, texts: readonly string[]): Promise<Prediction> {
    const names = new Set<EncoderName>(encodersOfModel(model));
    if (encoders === null) throw new EncoderFailure('missing', 'this service runs without an encoder');
    const signal = AbortSignal.timeout(ENCODER_MS);
    const encode = (name: EncoderName) => recordedEncoder(encoders, name, store).encode(texts, { signal });
    const encoded = new Map<EncoderName, EncodedText[]>();
    for (const name of names) encoded.set(name, await encode(name));
    const alike = encoded.get(SIMILARITY) ?? (await encode(SIMILARITY).catch(() => null));
    const places = new Map(texts.map((text, place) => [text, place]));
    return {
      predicted: predict(model, texts, (name, text) => encoded.get(name)![places.get(text)!]!.layers),
      similarities: alike && cosines(alike.map(({ sentence }) => sentence)),
    };
  }

  return {
    async forecast(drafts, objective) {
      const notes: ForecastNote[] = [];
      const creatives = drafts.map(({ creative }) => creative);
      const compared = comparedTexts(creatives);
      const language =
        compared && (compared.texts.map(foreignLanguage).find((each) => each !== null) ?? null);
      const own = await newestModel();
      const isOther = own?.figures.rate !== undefined && own.figures.rate !== rateKindOf(objective);
      const newest = isOther ? fromElsewhere() : own;
      if (compared === null) notes.push({ code: 'nothing_compared' });
      else if (language !== null) notes.push({ code: 'other_language', language });
      else if (newest === null) notes.push({ code: isOther ? 'other_rate' : 'nothing_learned' });

      let prediction: Prediction | null = null;
      if (notes.length === 0) {
        if (isOther) notes.push({ code: 'other_rate' });
        try {
          prediction = await predictionOf(newest!.model, compared!.texts);
        } catch (error) {
          notes.push({ code: 'no_encoder', reason: reasonOf(error) });
        }
      }
      const described = drafts.map(({ id, creative }) => ({
        id,
        attributes: attributesOf(textsOf(creative, brandNames)),
      }));
      const forecast = forecastOf({
        drafts: described,
        predicted: prediction?.predicted ?? drafts.map(() => 0),
        fit: newest?.figures.fit ?? NOTHING_FITTED,
        similarities: prediction?.similarities ?? null,
        learned: prediction
          ? { tests: newest!.model.learnedFrom.tests, basis: newest!.model.basis }
          : { tests: 0, basis: 'none' },
      });
      return {
        modelVersion: prediction ? newest!.version : null,
        compared: compared?.field ?? null,
        forecast,
        reasons: reasonsOf(forecast, described, newest?.figures.explanation ?? NO_EXPLANATION),
        notes,
      };
    },
  };
}

/** A model of no own test; null if nothing ships for this recipe. */
function learnedElsewhere(recipe: Recipe): LoadedModel | null {
  const foreign = priorFor(recipe);
  if (foreign === null) return null;
  const { model } = learnPreference([], recipe, () => [], { foreign });
  const fit = fitOf([], [], () => null, slopePriorOf(model.basis));
  return { version: null, model, figures: { fit, explanation: explanationElsewhere(foreign, model) } };
}

function encodersOfModel({ parts }: PreferenceModel): PartEncoder[] {
  return parts.flatMap(({ recipe }) => (recipe.kind === 'layers' ? [recipe.encoder] : []));
}

function cosines(vectors: readonly Float32Array[]): number[][] {
  return vectors.map((a) =>
    vectors.map((b) => {
      let sum = 0;
      for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
      return Math.max(-1, Math.min(1, sum));
    }),
  );
}

/** Faults of the encoder alone: those of the record are the caller's. */
function reasonOf(error: unknown): string {
  if (error instanceof EncoderFailure) return error.message;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `the encoder gave no answer within ${ENCODER_MS / 1_000} s`;
  }
  throw error;
}
