/** What the learning workflow does. Each step finds out from the record what there is to do, and is safe to run twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ExperimentClock } from '../../clients/clock.js';
import type { Encoders } from '../../clients/encoder/encoders.js';
import { textHash } from '../../clients/encoder/text-hash.js';
import { type Encoder, EncoderFailure } from '../../clients/encoder/types.js';
import type { LearnableTest } from '../../clients/postgres/pattern-types.js';
import type { Store } from '../../clients/postgres/types.js';
import { type EncoderChoice, NO_ENCODER } from '../../contract/learning.js';
import { asRun } from '../../domain/creative/ran-creative.js';
import { variantRates } from '../../domain/decision/variant-rates.js';
import { scoreForecast } from '../../domain/forecast/scoring.js';
import { encodersOf } from '../../domain/preference/recipe.js';
import { permanent } from '../failures.js';
import type { CreativeReader } from '../ran-creatives.js';
import { createForecaster, SIMILARITY } from './forecaster.js';
import { heartbeats, inLearningThread, type ThreadOptions } from './learning-thread.js';
import type { LearnTask } from './messages.js';
import { priorFor } from './prior.js';
import { serviceRecipe } from './recipe.js';
import { recordedEncoder, sharedRows } from './text-layers.js';

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
  /** Of the account. */
  brandNames?: readonly string[];
  /** Unset: forecasts know what marketers wrote, and not what Meta has. */
  creatives?: CreativeReader;
  /** The program of the thread that learns; unset: the product's own. */
  thread?: URL;
}) {
  const {
    store,
    clock,
    encoders = null,
    encoder: choice = 'use-lite',
    brandNames = [],
    creatives,
    thread,
  } = deps;
  const recipe = serviceRecipe(choice, encoders);
  const foreign = priorFor(recipe);
  const forecaster = createForecaster({ store, encoders, encoder: choice, brandNames });
  /** Makes the next learning fast; a new process lays it anew. */
  let groundwork: Uint8Array | null = null;

  /** The recipe's encoders, in the account's record. @throws `NoEncoder`, not retried, if one is missing. */
  function recipeEncoders(all: Encoders): Encoder[] {
    return encodersOf(recipe).map((name) => {
      const missing = all.missing(name);
      if (missing !== null) throw permanent(NO_ENCODER, missing);
      return recordedEncoder(all, name, store);
    });
  }

  /** What the recipe's encoders read of the texts. They are encoded if the record lacks them, e.g. all after a change. */
  async function encoded(
    opened: readonly Encoder[],
    texts: readonly string[],
    { signal, beat }: ThreadOptions,
  ) {
    const layers: LearnTask['layers'] = {};
    let sentences: LearnTask['sentences'] = null;
    for (const encoder of opened) {
      const { name } = encoder.info;
      const progress = (done: number) => beat({ encoder: name, encoded: done, texts: texts.length });
      const rows = await orNoEncoder(
        sharedRows(encoder, texts, { signal, progress, sentences: name === SIMILARITY }),
      );
      layers[name] = rows.layers;
      sentences ??= rows.sentences;
    }
    return { layers, sentences };
  }

  return {
    /** Stores the forecast of each test that has had no look, unless the encoder fails now. */
    async forecastTests(): Promise<{ stored: string[] }> {
      const stored: string[] = [];
      if (creatives) await within(CREATIVES_MS, creatives.readDue());
      if (encoders === null) return { stored };
      for (const id of await store.toForecast(AT_ONCE)) {
        const experiment = await store.getExperiment(id);
        if (!experiment) continue;
        const { variants, policy } = asRun(experiment, await store.ranCreatives(id));
        const made = await unlessRangeError(id, () => forecaster.forecast(variants, policy.objective));
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
      const tests = new Map<string, LearnableTest>();
      for await (const test of store.learnableTests(due)) tests.set(test.experiment.id, test);
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

    /**
     * Learns a model from all decided tests, unless the newest one has learned from the same. First it encodes the texts that
     * are new to the recipe's encoders.
     */
    async learnPreferences(): Promise<{ version: number | null; isNew: boolean }> {
      const [newest] = await store.listModels(1);
      const known = { version: newest?.version ?? null, isNew: false };
      if (encoders === null) return known;
      const opened = recipeEncoders(encoders);
      const encoderIds = opened.map(({ info }) => info.id);
      const options: ThreadOptions = { ...heartbeats(Context.current()), ...(thread && { thread }) };
      return inLearningThread(options, async ({ addAll, ask }) => {
        await addAll(store.learnableTests());
        const { texts, trainingHash } = await ask('texts', {
          about: [recipe, encoderIds, foreign?.id ?? null],
          brands: brandNames,
        });
        if (texts.length === 0 || newest?.trainingHash === trainingHash) return known;
        await store.enterDecidedTexts(texts.map(textHash));
        // Texts of similar length side by side, as encoders like them.
        texts.sort((a, b) => a.length - b.length);
        const rows = await encoded(opened, texts, options);
        const learned = await ask('learn', { recipe, foreign, groundwork, texts, ...rows });
        groundwork = learned.groundwork;
        const { tests, texts: count, figures, parameters } = learned;
        return store.saveModel({
          recipe: recipe.name,
          trainingHash,
          encoderIds,
          ...{ tests, texts: count, figures, parameters },
          madeAt: await clock.now(),
        });
      });
    },
  };
}

export type LearningActivities = ReturnType<typeof createLearningActivities>;

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
