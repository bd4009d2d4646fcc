/**
 * What learning costs a service: `npx tsx bench/learning-load.ts [--file FILE.csv] [--encoder best]`. All headline tests but the
 * last, each as an experiment of its own, are learned from in the thread in which a service learns; then one more; then
 * patterns are fitted. Prints JSON: seconds of each, the longest time for which the event loop did nothing else, and the most
 * memory that the process had. Encodings are kept on disk: encode them by a first run, whose figures don't count.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { SIMILARITY } from '../src/activities/learning/forecaster.js';
import { inLearningThread } from '../src/activities/learning/learning-thread.js';
import type { LearnTask } from '../src/activities/learning/messages.js';
import { priorFor } from '../src/activities/learning/prior.js';
import { sharedRows } from '../src/activities/learning/text-layers.js';
import type { LearnableTest } from '../src/clients/postgres/pattern-types.js';
import type { EncoderChoice } from '../src/contract/learning.js';
import { ATTRIBUTES } from '../src/domain/creative/registry.js';
import { DEFAULT_POLICY, type Experiment } from '../src/domain/experiment.js';
import type { CountedText } from '../src/domain/preference/measured-text.js';
import { HOUR_MS } from '../src/domain/time.js';
import { openRecipe } from '../src/tools/score/encoders.js';
import { readHeadlines } from './preference/data.js';

const START = Date.UTC(2026, 0, 1);
const { values: args } = parseArgs({
  options: { file: { type: 'string' }, encoder: { type: 'string', default: 'use-lite' } },
});

/** A test of these texts that has ended, the `place`-th. */
function decided(id: string, texts: readonly CountedText[], place: number): LearnableTest {
  const variants: Experiment['variants'] = texts.map(({ text }, i) => ({
    id: `v${i}`,
    role: i === 0 ? 'control' : 'challenger',
    adId: `ad_${i}`,
    adSetId: `set_${i}`,
    creative: { hook: null, headline: text, text: null, script: null, visualNotes: null },
  }));
  const rateOf = ({ events, trials }: CountedText) => Math.log((events + 0.5) / (trials - events + 0.5));
  const metrics = texts.map(({ events, trials }) => ({
    ...{ impressions: trials, clicks: events, linkClicks: events },
    ...{ spend: 0, conversions: 0, revenue: 0 },
  }));
  const pairs = texts.slice(1).map((text, i) => ({
    ...{ variantA: 'v0', variantB: `v${i + 1}` },
    evidence: {
      theta: rateOf(text) - rateOf(texts[0]!),
      se: Math.sqrt(1 / (text.events + 0.5) + 1 / (texts[0]!.events + 0.5)),
    },
  }));
  const startedAt = START + place * HOUR_MS;
  return {
    looks: [{ metrics: Object.fromEntries(metrics.map((each, i) => [`v${i}`, each])), pairs }],
    experiment: {
      ...{ id, name: id, environment: 'sandbox', accountId: 'act_1', currency: 'USD', variants, startedAt },
      ...{ state: 'no_winner', reason: { code: 'recorded', detail: '' }, hold: null },
      ...{ policy: DEFAULT_POLICY, winnerVariantId: null, promotedAt: null },
      ...{ stateChangedAt: startedAt, endedAt: startedAt },
    },
  };
}

function decidedTests(counted: readonly CountedText[]): LearnableTest[] {
  const tests = new Map<string, CountedText[]>();
  for (const text of counted) tests.set(text.testId, [...(tests.get(text.testId) ?? []), text]);
  return [...tests].map(([id, texts], place) => decided(id, texts, place));
}

/** Seconds on the wall and of processor time that it takes, and the longest pause of the event loop meanwhile, ms. */
async function measured<T>(step: () => Promise<T>) {
  const before = process.cpuUsage();
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const began = performance.now();
  delays.enable();
  const result = await step();
  delays.disable();
  const { user, system } = process.cpuUsage(before);
  const figures = {
    seconds: Number(((performance.now() - began) / 1_000).toFixed(1)),
    processor_seconds: Number(((user + system) / 1e6).toFixed(1)),
    longest_pause_ms: Math.round(delays.max / 1e6),
  };
  return { figures, result };
}

const options = { signal: new AbortController().signal, beat: () => {} };
const { recipe, encoders, close } = openRecipe(args.encoder as EncoderChoice);
const foreign = priorFor(recipe);

async function* each(tests: readonly LearnableTest[]): AsyncIterable<LearnableTest> {
  yield* tests;
}

function learn(tests: readonly LearnableTest[], groundwork: Uint8Array | null) {
  return inLearningThread(options, async ({ addAll, ask }) => {
    await addAll(each(tests));
    const { texts } = await ask('texts', { about: [] });
    const layers: LearnTask['layers'] = {};
    let sentences: LearnTask['sentences'] = null;
    for (const encoder of encoders) {
      const { name } = encoder.info;
      const wanted = name === SIMILARITY;
      const rows = await sharedRows(encoder, texts, { ...options, progress: () => {}, sentences: wanted });
      layers[name] = rows.layers;
      sentences ??= rows.sentences;
    }
    return ask('learn', { recipe, foreign, groundwork, texts, layers, sentences });
  });
}

function fitPatterns(tests: readonly LearnableTest[]) {
  const ids = ATTRIBUTES.map(({ id }) => id);
  return inLearningThread(options, async ({ addAll, ask }) => {
    await addAll(each(tests));
    return ask('fit', { ids, foreign: [], before: new Map(), about: [] });
  });
}

const tests = decidedTests(readHeadlines(args.file).all);
const all = await measured(() => learn(tests.slice(0, -1), null));
const oneMore = await measured(() => learn(tests, all.result.groundwork));
const patterns = await measured(() => fitPatterns(tests));
await close();
const model = all.result;
const figures = {
  ...{ recipe: recipe.name, tests: tests.length, texts: model.texts },
  ...{ learning: all.figures, one_more: oneMore.figures, patterns: patterns.figures },
  parameters_kb: Math.round(model.parameters.length / 1_000),
  peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1_000),
};
console.log(JSON.stringify(figures, null, 2));
