/** The thread's side of learning. */
import { deserialize, serialize } from 'node:v8';
import type { MessagePort } from 'node:worker_threads';
import type { LearnableTest } from '../../clients/postgres/pattern-types.js';
import { learnedRate, learnedTests, type RateKind } from '../../domain/learned-rate.js';
import { finishedTest } from '../../domain/patterns/finished-test.js';
import { fitAttributes, latestOf } from '../../domain/patterns/fit.js';
import type { Groundwork } from '../../domain/preference/groundwork.js';
import type { Layers } from '../../domain/preference/layers.js';
import { learnPreference } from '../../domain/preference/model.js';
import type { PartEncoder } from '../../domain/preference/recipe.js';
import { figuresOf } from './figures.js';
import type {
  FitTask,
  FittedAttributes,
  LearnedModel,
  LearningAnswer,
  LearningRequest,
  LearningSteps,
  LearnTask,
} from './messages.js';
import { explanationElsewhere } from './prior.js';
import { hashOf, type MeasuredAd, measuredAds } from './rows.js';
import { toBytes } from './stored-model.js';

type Answer = LearningSteps[keyof LearningSteps]['answers'];

export function answer(port: MessagePort): void {
  const say = (message: LearningAnswer, moved: ArrayBuffer[] = []) => port.postMessage(message, moved);
  const tests: LearnableTest[] = [];
  let ads: MeasuredAd[] | null = null;

  const step = (request: LearningRequest): [answer: Answer, moved?: ArrayBuffer[]] => {
    switch (request.step) {
      case 'add':
        tests.push(...request.tests);
        return [null];
      case 'texts':
        ads = measuredAds(tests, request.brands);
        return [
          { texts: [...new Set(ads.map(({ text }) => text))], trainingHash: hashOf([ads, request.about]) },
        ];
      case 'learn': {
        if (ads === null) throw new Error('texts are asked for before a model is learned');
        const learned = learn(ads, learnedRate(tests)!, request, (progress) => say({ progress }));
        return [learned, [bufferOf(learned.parameters), bufferOf(learned.groundwork)]];
      }
      case 'fit':
        return [fitted(tests, request)];
    }
  };
  port.on('message', (request: LearningRequest) => {
    try {
      const [done, moved] = step(request);
      say({ answer: done }, moved);
    } catch (error) {
      say({ failure: error instanceof Error ? error.message : String(error) });
    }
  });
}

function learn(
  ads: readonly MeasuredAd[],
  rate: RateKind,
  task: LearnTask,
  progress: (done: number) => void,
): LearnedModel {
  const { recipe, foreign, groundwork, texts } = task;
  const places = new Map(texts.map((text, place) => [text, place]));
  const layersOf = sharedLayers(task, places);
  // The groundwork's fingerprint is of all that a row has.
  const rows = ads.map(({ attributes: _, ...row }) => row);
  const learned = learnPreference(rows, recipe, layersOf, {
    foreign,
    groundwork: groundwork && (deserialize(groundwork) as Groundwork),
    progress,
  });
  return {
    tests: learned.model.learnedFrom.tests,
    texts: texts.length,
    figures: figuresOf(ads, learned, {
      rate,
      elsewhere: explanationElsewhere(foreign, learned.model),
      sentenceOf: (text) => sentenceOf(task, places.get(text)!),
    }),
    parameters: toBytes(learned.model),
    groundwork: new Uint8Array(serialize(learned.groundwork)),
  };
}

function fitted(
  tests: readonly LearnableTest[],
  { ids, foreign, before, about, brands }: FitTask,
): FittedAttributes {
  const finished = learnedTests(tests).map(({ experiment, looks }) =>
    finishedTest(experiment, looks, brands),
  );
  return {
    version: hashOf([about, finished]),
    tests: finished.length,
    asOf: latestOf(finished),
    attributes: fitAttributes(finished, ids, foreign, before),
  };
}

function sharedLayers({ layers }: LearnTask, places: ReadonlyMap<string, number>) {
  return (encoder: PartEncoder, text: string): Layers => {
    const known = layers[encoder];
    const place = places.get(text);
    if (known === undefined || place === undefined) throw new Error(`a text was not encoded by ${encoder}`);
    let at = place * known.widths.reduce((sum, width) => sum + width, 0);
    return known.widths.map((width) => {
      at += width;
      return known.values.subarray(at - width, at);
    });
  };
}

function sentenceOf({ sentences }: LearnTask, place: number): Float32Array | null {
  if (sentences === null) return null;
  const [width] = sentences.widths as [number];
  return sentences.values.subarray(place * width, (place + 1) * width);
}

function bufferOf({ buffer }: Uint8Array): ArrayBuffer {
  return buffer as ArrayBuffer;
}
