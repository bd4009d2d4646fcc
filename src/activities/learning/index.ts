/** What the learning workflow does. Each step finds out from the record what there is to do, and is safe to run twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ExperimentClock } from '../../clients/clock.js';
import type { Encoders } from '../../clients/encoder/encoders.js';
import { textHash } from '../../clients/encoder/text-hash.js';
import { type EncodedText, EncoderFailure, type EncoderName } from '../../clients/encoder/types.js';
import type { Store } from '../../clients/postgres/types.js';
import { type EncoderChoice, type ModelFigures, NO_ENCODER } from '../../contract/learning.js';
import { asRun } from '../../domain/creative/ran-creative.js';
import { variantRates } from '../../domain/decision/variant-rates.js';
import { fitOf } from '../../domain/forecast/fit.js';
import { explanationOf } from '../../domain/forecast/reasons.js';
import { scoreForecast } from '../../domain/forecast/scoring.js';
import { accuracyOf } from '../../domain/preference/accuracy.js';
import type { Groundwork } from '../../domain/preference/groundwork.js';
import type { Learned } from '../../domain/preference/model.js';
import { encodersOf } from '../../domain/preference/recipe.js';
import { permanent } from '../failures.js';
import type { CreativeReader } from '../ran-creatives.js';
import { createForecaster } from './forecaster.js';
import { learnInThread } from './learn-in-thread.js';
import { priorFor, slopePriorOf } from './prior.js';
import { serviceRecipe } from './recipe.js';
import { attributeEffects, type MeasuredAd, measuredAds, trainingHash } from './rows.js';
import { toBytes } from './stored-model.js';
import { recordedEncoder } from './text-layers.js';

/** A forecast waits this long for the creatives of new tests, real ms: it must come before the first look. */
const CREATIVES_MS = 3_000;
/** Tests per call: a longer list is taken up at the next wake-up. */
const AT_ONCE = 100;

export function createLearningActivities(deps: {
  store: Store;
  clock: ExperimentClock;
  /** Null: nothing is forecast, and no preferences are learned. */
  encoders?: Encoders | null;
  encoder?: EncoderChoice;
  /** Unset: forecasts know what marketers wrote, and not what Meta has. */
  creatives?: CreativeReader;
}) {
  const { store, clock, creatives, encoders = null, encoder: choice = 'use-lite' } = deps;
  const recipe = serviceRecipe(choice, encoders);
  const foreign = priorFor(recipe);
  const forecaster = createForecaster({ store, encoders, encoder: choice });
  /** Makes the next learning fast; a new process lays it anew. */
  let groundwork: Groundwork | null = null;

  /** The recipe's encoders, in the account's record. @throws `NoEncoder`, not retried, if one is missing. */
  function recipeEncoders() {
    if (encoders === null) throw permanent(NO_ENCODER, 'this service runs without an encoder');
    return encodersOf(recipe).map((name) => {
      const missing = encoders.missing(name);
      if (missing !== null) throw permanent(NO_ENCODER, missing);
      return recordedEncoder(encoders, name, store);
    });
  }

  return {
    /** Stores the forecast of each test that has had no look, unless the encoder fails now. */
    async forecastTests(): Promise<{ stored: string[] }> {
      const stored: string[] = [];
      if (creatives) await within(CREATIVES_MS, creatives.readDue());
      for (const id of await store.toForecast(AT_ONCE)) {
        const experiment = await store.getExperiment(id);
        if (!experiment) continue;
        const { variants } = asRun(experiment, await store.ranCreatives(id));
        const made = await unlessRangeError(id, () => forecaster.forecast(variants));
        if (made === null) continue;
        const isEmpty = made.notes.some(({ code }) => code === 'nothing_compared');
        if (isEmpty && creatives && (await store.awaitsCreatives(id))) continue;
        // It is kept for ever: an encoder that comes back before the first look can do better.
        if (made.notes.some(({ code }) => code === 'no_encoder')) continue;
        const outcome = await store.saveForecast({ experimentId: id, madeAt: await clock.now(), made });
        if (outcome === 'stored') stored.push(id);
      }
      return { stored };
    },

    /** Scores the stored forecasts of tests that are decided. One whose test measured too little gets no score. */
    async scoreForecasts(): Promise<{ scored: string[] }> {
      const scored: string[] = [];
      const due = await store.toScore(AT_ONCE);
      if (due.length === 0) return { scored };
      const tests = new Map((await store.learnableTests()).map((test) => [test.experiment.id, test]));
      for (const id of due) {
        const forecast = await store.getForecast(id);
        if (!forecast) continue;
        const test = tests.get(id);
        const rates = test ? variantRates(test.experiment, test.looks) : [];
        const measured = rates.map(({ variant, ...rate }) => ({ id: variant.id, ...rate }));
        const score = await unlessRangeError(id, async () => scoreForecast(forecast.made.forecast, measured));
        await store.saveScore({ experimentId: id, scoredAt: await clock.now(), score });
        if (score !== null) scored.push(id);
      }
      return { scored };
    },

    /** Encodes the texts of decided tests that are new to the recipe's encoders, e.g. all of them after a change. */
    async encodeTexts(): Promise<{ encoded: number }> {
      const texts = [...new Set((await measuredAds(await store.learnableTests())).map(({ text }) => text))];
      let encoded = 0;
      for (const encoder of recipeEncoders()) {
        const missing = new Set(await store.missingTexts(encoder.info.id, texts.map(textHash)));
        const fresh = texts.filter((text) => missing.has(textHash(text)));
        await orNoEncoder(encoder.encode(fresh, { signal: Context.current().cancellationSignal }));
        encoded += fresh.length;
      }
      return { encoded };
    },

    /** Learns a model from all decided tests, unless the newest one has learned from the same. */
    async learnPreferences(): Promise<{ version: number | null; isNew: boolean }> {
      const rows = await measuredAds(await store.learnableTests());
      const [newest] = await store.listModels(1);
      const known = { version: newest?.version ?? null, isNew: false };
      if (rows.length === 0) return known;
      const opened = recipeEncoders();
      const encoderIds = opened.map(({ info }) => info.id);
      const hash = trainingHash(rows, [recipe, encoderIds, foreign?.id ?? null]);
      if (newest?.trainingHash === hash) return known;
      const signal = Context.current().cancellationSignal;
      const texts = [...new Set(rows.map(({ text }) => text))];
      const encoded = new Map<EncoderName, Map<string, EncodedText>>();
      for (const encoder of opened) {
        const vectors = await orNoEncoder(encoder.encode(texts, { signal }));
        encoded.set(encoder.info.name, new Map(texts.map((text, i) => [text, vectors[i]!])));
      }
      const layers = Object.fromEntries([...encoded].map(([name, all]) => [name, joined(all)]));
      const { learned, fitted } = await learnInThread(
        { rows, recipe, foreign, groundwork, layers },
        { signal },
      );
      groundwork = learned.groundwork;
      return store.saveModel({
        recipe: recipe.name,
        trainingHash: hash,
        encoderIds,
        ...learned.model.learnedFrom,
        madeAt: await clock.now(),
        figures: figuresOf(rows, learned, fitted, encoded.get('use-lite')),
        parameters: toBytes(learned.model),
      });
    },
  };
}

export type LearningActivities = ReturnType<typeof createLearningActivities>;

function figuresOf(
  rows: readonly MeasuredAd[],
  { model, heldOut }: Learned,
  fitted: Float64Array,
  alike: ReadonlyMap<string, EncodedText> | undefined,
): ModelFigures {
  const cosine = (i: number, j: number) =>
    alike ? cosineOf(alike.get(rows[i]!.text)!, alike.get(rows[j]!.text)!) : null;
  return {
    ...accuracyOf(rows, heldOut),
    weights: Object.fromEntries(model.parts.map(({ recipe: part, weight }) => [part.name, weight])),
    basis: model.basis,
    fit: fitOf(rows, heldOut, cosine, slopePriorOf(model.basis)),
    explanation: explanationOf(
      rows.map((row, i) => ({ ...row, predicted: fitted[i]! })),
      attributeEffects(rows),
    ),
  };
}

/** One array per text, its layers one after the other: a thread takes it without copying each layer. */
function joined(all: ReadonlyMap<string, EncodedText>) {
  const [first] = all.values();
  const widths = first?.layers.map(({ length }) => length) ?? [];
  const texts = new Map(
    [...all].map(([text, { layers }]) => {
      const row = new Float32Array(widths.reduce((sum, width) => sum + width, 0));
      let at = 0;
      for (const layer of layers) {
        row.set(layer, at);
        at += layer.length;
      }
      return [text, row] as const;
    }),
  );
  return { widths, texts };
}

function cosineOf(a: EncodedText, b: EncodedText): number {
  return a.sentence.reduce((sum, value, i) => sum + value * b.sentence[i]!, 0);
}

/** Waits for the reading, but not for long. What it doesn't read now is due again. */
async function within(ms: number, reading: Promise<unknown>): Promise<void> {
  const settled = reading.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    Context.current().log.warn('The creatives of new tests could not be read.', { reason });
  });
  const waited = new AbortController();
  await Promise.race([settled, delay(ms, undefined, { signal: waited.signal }).catch(() => {})]);
  waited.abort();
}

/** One test with figures that no rule takes must not stop the others. */
async function unlessRangeError<T>(experimentId: string, step: () => Promise<T>): Promise<T | null> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    Context.current().log.warn("A test can't be learned from.", { experimentId, reason: error.message });
    return null;
  }
}

/** Tries soon don't help against an encoder that fails: the next wake-up tries again. */
async function orNoEncoder<T>(encoding: Promise<T>): Promise<T> {
  try {
    return await encoding;
  } catch (error) {
    if (!(error instanceof EncoderFailure)) throw error;
    throw permanent(NO_ENCODER, error.message);
  }
}
