import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLearningWaker } from '../../src/activities/learning/waker.js';
import { type Encoders, openEncoders } from '../../src/clients/encoder/encoders.js';
import { EncoderFailure } from '../../src/clients/encoder/types.js';
import type { MadeForecast } from '../../src/contract/learning.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { type Learning, searchEncoders } from '../../src/service/collaborators.js';
import { type NewTest, startWorld, type World } from '../support/world.js';

/** Nothing of the set-up is needed: use-lite is a package. */
const NO_CACHE = '/nowhere';

const LONG = { timeout: 60_000, interval: 100 };

const learningWith = (encoders: Encoders): Learning => ({
  encoders,
  encoder: 'use-lite',
  search: searchEncoders(encoders, null),
});

/** What wins in this world: questions. */
const PLAIN = ['Shoes for long runs', 'Coats that keep you dry', 'Gifts for the whole family'];
const QUESTIONS = ['Ready for a longer run?', 'Tired of wet shoulders?', 'Who deserves a gift today?'];

/** Waits until each of these tests has a forecast, or a score if it is decided, and nothing is left to learn. */
async function learned({ client, names, store }: World, ...ids: string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const id of ids) expect(await store.toForecast(100)).not.toContain(id);
      for (const id of ids) expect(await store.toScore(100)).not.toContain(id);
    },
    { timeout: 30_000, interval: 100 },
  );
  const ended = client.workflow.getHandle(names.learningId).result();
  await ended.catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

/** A test whose question wins. */
function aTest(world: World, id: string, index: number, more: Partial<NewTest> = {}): Promise<Experiment> {
  return world.begin({
    ...more,
    id,
    clickRates: [0.015, 0.022],
    headlines: [PLAIN[index % PLAIN.length]!, QUESTIONS[index % QUESTIONS.length]!],
  });
}

/** The instants at which something was done differ from run to run by the time that it took. */
function withoutInstants(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      /(^at|At|Until|^sequence|^id)$/.test(key) && !/^(dueAt|experimentId|variantId)$/.test(key)
        ? undefined
        : each,
    ),
  );
}

describe('learning from tests', () => {
  let world: World;
  let encoders: Encoders;
  beforeAll(async () => {
    encoders = openEncoders(NO_CACHE);
    world = await startWorld({ kind: 'time-skipping', learning: learningWith(encoders) });
  });
  afterAll(async () => {
    await world?.stop();
    await encoders?.close();
  });

  it('stores a forecast before the first look, scores it when the test is decided, and learns', async () => {
    const first = await aTest(world, 'first', 0);
    const second = await aTest(world, 'second', 1);
    await learned(world, first.id, second.id);
    const before = await world.store.getForecast(first.id);
    expect(before?.made).toMatchObject({ modelVersion: null, notes: [] });
    expect(before?.made.forecast.learned).toEqual({ tests: 0, basis: 'foreign' });
    expect(await world.store.latestDecision(first.id)).toBeNull();
    for (const experiment of [first, second]) await world.until(experiment, ['verifying', 'no_winner'], 700);
    await learned(world, first.id, second.id);
    expect((await world.store.getScore(first.id))?.score.learnedFrom).toBe(0);
    const [model] = await world.store.listModels(10);
    expect(model).toMatchObject({ recipe: 'A', tests: 2, texts: 4 });

    const third = await aTest(world, 'third', 2);
    await learned(world, third.id);
    const forecast = await world.store.getForecast(third.id);
    expect(forecast?.made).toMatchObject({ modelVersion: model!.version, notes: [], compared: 'headline' });
    expect(forecast!.made.forecast.learned).toEqual({ tests: 2, basis: 'own_and_foreign' });
    const [plain, asking] = forecast!.made.forecast.drafts;
    expect(asking!.chanceBest).toBeGreaterThan(plain!.chanceBest);
    await world.until(third, ['verifying', 'no_winner'], 700);
    await learned(world, third.id);
    const { score } = (await world.store.getScore(third.id))!;
    expect(score.learnedFrom).toBe(2);
    expect(score.drafts.find(({ id }) => id === 'challenger')).toMatchObject({ hit: 1 });
    expect(await world.store.getForecast(third.id)).toEqual(forecast);
    const tests = (await world.store.listModels(10)).map((each) => each.tests);
    expect(tests.slice(0, 2)).toEqual([3, 2]);
    const question = await world.store.getPattern('question_mark');
    expect(question).toMatchObject({ tests: 3, testsFor: 3, testsAgainst: 0, state: 'candidate' });
  });

  it('enters whether an ad that was made from a pattern won, once', async () => {
    const { store } = world;
    const at = await world.clock.now();
    const said = { title: 'Asking', statement: 'Asking the reader helps', attributeId: null, tags: [] };
    const { pattern } = await store.statePattern({
      ...{ ...said, category: 'hook_writing', sign: null, by: 'ana', at },
    });
    const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
    await store.saveDrafts([
      { id: 'plain', creative, patternIds: [], madeAt: at },
      { id: 'asking', creative, patternIds: [pattern.id], madeAt: at },
    ]);
    const used = await aTest(world, 'used', 1, { draftIds: ['plain', 'asking'] });
    await learned(world, used.id);
    expect((await store.getPattern(pattern.id))!.uses).toEqual({ uses: 0, wins: 0 });
    const { winnerVariantId } = await world.until(used, ['verifying', 'no_winner'], 700);
    expect(winnerVariantId).toBe('challenger');
    await learned(world, used.id);
    expect((await store.getPattern(pattern.id))!.uses).toEqual({ uses: 1, wins: 1 });
    await createLearningWaker(world).wake({ forecasts: false, learning: true });
    await learned(world);
    expect((await store.getPattern(pattern.id))!.uses).toEqual({ uses: 1, wins: 1 });
  });

  it('learns once from two tests that end in the same moment', async () => {
    const [one, two] = [await aTest(world, 'one', 0), await aTest(world, 'two', 1)];
    await world.pass(30);
    const versions = (await world.store.listModels(10)).length;
    await Promise.all([one, two].map((experiment) => world.control(experiment, 'stop', { budgets: 'keep' })));
    await learned(world, one.id, two.id);
    const [newest, ...others] = await world.store.listModels(10);
    expect(newest!.tests).toBe(6);
    expect(others.length + 1).toBeLessThanOrEqual(versions + 2);
    for (const { id } of [one, two]) expect(await world.store.getScore(id)).not.toBeNull();
  });

  it('makes nothing new of what it knows, however often it is woken', async () => {
    const models = await world.store.listModels(10);
    const scores = await world.store.listScores();
    const waker = createLearningWaker(world);
    for (let time = 0; time < 3; time++) await waker.wake({ forecasts: true, learning: true });
    await learned(world);
    expect(await world.store.listModels(10)).toEqual(models);
    expect(await world.store.listScores()).toEqual(scores);
  });

  it('forecasts a test that was registered without texts by what Meta has, and learns from it', async () => {
    const body = 'Waxed cotton, made in Leeds.';
    const creatives = ['Coats for the whole winter', 'Cold again this winter?'].map((title) => ({
      ...{ title, body, callToAction: 'SHOP_NOW', form: 'video' as const },
    }));
    const silent = await world.begin({ id: 'silent', clickRates: [0.015, 0.022], creatives });
    await learned(world, silent.id);
    const { made } = (await world.store.getForecast(silent.id))!;
    expect(made).toMatchObject({ compared: 'headline', notes: [] });
    const [plain, asking] = made.forecast.drafts;
    expect(asking!.chanceBest).toBeGreaterThan(plain!.chanceBest);
    const ran = await world.store.ranCreatives(silent.id);
    expect([...ran.values()].map(({ picture }) => picture?.kind)).toEqual([
      'video_thumbnail',
      'video_thumbnail',
    ]);
    const before = (await world.store.getPattern('question_mark'))?.tests ?? 0;
    await world.pass(30);
    await world.control(silent, 'stop', { budgets: 'keep' });
    await learned(world, silent.id);
    expect((await world.store.getPattern('question_mark'))!.tests).toBe(before + 1);
    expect((await world.store.getExperiment(silent.id))!.variants[0]!.creative.headline).toBeNull();
  });

  it('makes no forecast after the first look', async () => {
    const made = (await world.store.getForecast('first'))!.made;
    const late = await world.begin({ id: 'late', clickRates: [0.02, 0.02] });
    await learned(world, late.id);
    await world.sql('alter table auto_promotion.forecasts disable trigger user');
    await world.sql("delete from auto_promotion.forecasts where experiment_id = 'late'");
    await world.sql('alter table auto_promotion.forecasts enable trigger user');
    await world.pass(26);
    expect(await world.store.latestDecision(late.id)).not.toBeNull();
    const madeAt = await world.clock.now();
    expect(await world.store.saveForecast({ experimentId: late.id, madeAt, made })).toBe('too_late');
    expect(await world.store.toForecast(10)).not.toContain(late.id);
    await world.control(late, 'stop', { budgets: 'keep' });
  });
});

describe('a reset of the learning workflow', () => {
  it('forecasts, scores and learns nothing twice', async () => {
    const encoders = openEncoders(NO_CACHE);
    const world = await startWorld({ kind: 'dev', scale: 7_200, learning: learningWith(encoders) });
    try {
      const tests = [await aTest(world, 'a', 0), await aTest(world, 'b', 1)];
      await world.pass(30);
      for (const experiment of tests) await world.control(experiment, 'stop', { budgets: 'keep' });
      await learned(world, 'a', 'b');
      await vi.waitFor(async () => expect((await world.store.listModels(1))[0]?.tests).toBe(2), LONG);
      const left = async () => ({
        models: await world.store.listModels(10),
        scores: await world.store.listScores(),
        forecasts: await Promise.all(tests.map(({ id }) => world.store.getForecast(id))),
        fit: await world.store.patternFit(),
      });
      const before = await left();
      await learned(world);
      const handle = world.client.workflow.getHandle(world.names.learningId);
      const { events } = await handle.fetchHistory();
      await world.client.workflowService.resetWorkflowExecution({
        namespace: world.temporal.namespace,
        workflowExecution: { workflowId: handle.workflowId, runId: (await handle.describe()).runId },
        // After its first task, before every step.
        workflowTaskFinishEventId: events!.find((event) => event.workflowTaskCompletedEventAttributes)!
          .eventId,
        reason: 'someone pressed Reset',
        requestId: 'reset',
      });
      await world.client.workflow.getHandle(world.names.learningId).result();
      expect(await left()).toEqual(before);
    } finally {
      await world.stop();
      await encoders.close();
    }
  }, 180_000);
});

describe('an encoder that fails', () => {
  it.each(['missing', 'failed'] as const)('(%s) delays no look and no promotion', async (kind) => {
    const broken: Encoders = {
      get: () => ({
        info: { name: 'use-lite', id: 'use-lite', layers: [1], sentence: 1 },
        encode: () => Promise.reject(new EncoderFailure(kind, 'the encoder is broken')),
        close: async () => {},
      }),
      missing: () => (kind === 'missing' ? 'run npm run encoder' : null),
      close: async () => {},
    };
    const world = await startWorld({
      kind: 'time-skipping',
      learning: learningWith(broken),
    });
    try {
      const tests = [await aTest(world, 'a', 0), await aTest(world, 'b', 1)];
      for (const experiment of tests) await world.until(experiment, ['verifying'], 700);
      expect(await world.store.listModels(10)).toEqual([]);
      // An empty forecast would stay for ever: none is stored.
      expect(await world.store.getForecast('a')).toBeNull();
    } finally {
      await world.stop();
    }
  });
});

describe('a service without an encoder', () => {
  it('fits patterns, forecasts nothing and learns no preferences', async () => {
    const world = await startWorld({ kind: 'time-skipping' });
    try {
      const experiment = await aTest(world, 'unread', 0);
      await world.until(experiment, ['verifying'], 700);
      await vi.waitFor(async () => expect(await world.store.patternFit()).toMatchObject({ tests: 1 }), LONG);
      expect(await world.store.getPattern('question_mark')).toMatchObject({ tests: 1 });
      expect(await world.store.getForecast('unread')).toBeNull();
      expect(await world.store.listModels(1)).toEqual([]);
      await world.client.workflow.getHandle(world.names.learningId).result();
    } finally {
      await world.stop();
    }
  });
});

describe('a deliberately wrong forecast', () => {
  /** All that a test decides and writes, in a world of its own that always draws the same. */
  async function outcomeOf(lie: boolean) {
    const encoders = openEncoders(NO_CACHE);
    const world = await startWorld({
      kind: 'time-skipping',
      ...(lie && { learning: learningWith(encoders) }),
    });
    try {
      const experiment = await aTest(world, 'lied-to', 0, { onTheHour: true });
      if (lie) {
        const wrong: MadeForecast = {
          modelVersion: null,
          compared: 'headline',
          forecast: {
            learned: { tests: 1_000, basis: 'own' },
            slope: 1,
            drafts: [
              { id: 'control', expected: 2, sd: 0.01, chanceBest: 1 },
              { id: 'challenger', expected: -2, sd: 0.01, chanceBest: 0 },
            ],
            covariance: [
              [0.0001, -0.0001],
              [-0.0001, 0.0001],
            ],
          },
          reasons: [],
          notes: [],
        };
        await world.sql('alter table auto_promotion.forecasts disable trigger user');
        await learned(world, experiment.id);
        await world.sql(
          "update auto_promotion.forecasts set forecast = $1::jsonb where experiment_id = 'lied-to'",
          [JSON.stringify(wrong)],
        );
      }
      await world.until(experiment, ['verifying'], 700);
      const decisions = await world.store.listDecisions(experiment.id, { limit: 500, offset: 0 });
      const ledger = await world.store.listLedger(experiment.id);
      return {
        decisions: withoutInstants(decisions),
        ledger: withoutInstants(ledger),
        audit: withoutInstants(await world.audit(experiment)),
        budgets: await world.budgets(experiment),
        inputs: decisions.map(({ inputHash }) => inputHash),
      };
    } finally {
      await world.stop();
      await encoders.close();
    }
  }

  it('changes no decision, no budget and no row of the ledger', async () => {
    const honest = await outcomeOf(false);
    const liedTo = await outcomeOf(true);
    expect(honest.inputs.length).toBeGreaterThan(0);
    expect(honest.budgets).not.toEqual([20_000, 20_000]);
    expect(JSON.stringify(liedTo)).toBe(JSON.stringify(honest));
  });
});
