import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createForecaster } from '../../src/activities/learning/forecaster.js';
import { type DraftContext, nextBrief, proposeDrafts } from '../../src/api/drafts/propose.js';
import { type Encoders, openEncoders } from '../../src/clients/encoder/encoders.js';
import type { DraftSet } from '../../src/contract/drafts.js';
import type { Creative } from '../../src/domain/experiment.js';
import { searchEncoders } from '../../src/service/collaborators.js';
import { startWorld, type World } from '../support/world.js';

/** Nothing of the set-up is needed: use-lite is a package. */
const NO_CACHE = '/nowhere';
const BRIEF = {
  ...{ product: 'trail jacket', audience: 'hikers', offer: 'free returns for 30 days', tone: null, count: 6 },
  ...{ mustSay: [], mustNotSay: [] },
};
const FIRST: Creative = {
  ...{ hook: null, headline: 'The new trail jacket is here', text: null, script: null, visualNotes: null },
};

let world: World;
let encoders: Encoders;
let context: DraftContext;
beforeAll(async () => {
  encoders = openEncoders(NO_CACHE);
  world = await startWorld({
    kind: 'time-skipping',
    learning: { encoders, encoder: 'use-lite', search: searchEncoders(encoders, null) },
  });
  const { store, clock } = world;
  const forecaster = createForecaster({ store, encoders, encoder: 'use-lite', brandNames: [] });
  context = { store, clock, forecaster, claude: null, brandNames: [] };
});
afterAll(async () => {
  await world?.stop();
  await encoders?.close();
});

/** Waits until nothing is left to forecast and to learn. */
async function learned(...ids: string[]): Promise<void> {
  const { store, client, names } = world;
  await vi.waitFor(
    async () => {
      const due = [...(await store.toForecast(100)), ...(await store.toScore(100))];
      for (const id of ids) expect(due).not.toContain(id);
    },
    { timeout: 30_000, interval: 100 },
  );
  const ended = client.workflow.getHandle(names.learningId).result();
  await ended.catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

/** A test of the control and of the drafts that are worth one; the first draft is truly the best. */
function aTest(id: string, control: Creative, { drafts, worthTesting }: DraftSet) {
  const tested = worthTesting.map((draftId) => drafts.find((draft) => draft.id === draftId)!);
  return world.begin({
    id,
    clickRates: [0.015, 0.026, ...tested.slice(1).map(() => 0.015)],
    written: [control, ...tested.map(({ creative }) => creative)],
    draftIds: [null, ...worthTesting],
  });
}

describe('two tests in a row, each of drafts', () => {
  it('feed their outcome back: patterns, forecast, model, and the next brief', async () => {
    const { store } = world;
    expect(await nextBrief(context)).toEqual({ brief: null, startsFrom: null });
    const first = await proposeDrafts(context, 'drafts_1', { brief: BRIEF, places: 2, by: 'ana' });
    expect(first.startsFrom).toBeNull();
    expect(first.worthTesting).toHaveLength(2);
    const one = await aTest('loop-1', FIRST, first);
    await learned('loop-1');
    expect((await store.getForecast('loop-1'))!.made.forecast.learned).toMatchObject({ tests: 0 });
    const { winnerVariantId } = await world.until(one, ['verifying', 'no_winner'], 700);
    expect(winnerVariantId).toBe('challenger-1');
    await learned('loop-1');

    // The next brief starts with the latest, and from the winner.
    const winner = one.variants[1]!.creative;
    expect(await nextBrief(context)).toMatchObject({
      brief: BRIEF,
      startsFrom: { experimentId: 'loop-1', variantId: 'challenger-1', creative: winner },
    });
    const second = await proposeDrafts(context, 'drafts_2', { brief: BRIEF, places: 2, by: 'ana' });
    expect(second.startsFrom).toMatchObject({ experimentId: 'loop-1', creative: winner });
    const headlines = second.drafts.map(({ creative }) => creative.headline);
    for (const lost of [FIRST, one.variants[2]!.creative]) expect(headlines).not.toContain(lost.headline);
    const tested = second.worthTesting.map((id) => second.drafts.find((draft) => draft.id === id)!);
    const used = [...new Set(tested.flatMap(({ patternIds }) => patternIds))];
    expect(used.length).toBeGreaterThan(0);
    const usesOf = async (id: string) => (await store.getPattern(id))!.uses;
    for (const id of used) expect(await usesOf(id)).toEqual({ uses: 0, wins: 0 });

    const two = await aTest('loop-2', winner, second);
    await learned('loop-2');
    const forecast = (await store.getForecast('loop-2'))!;
    expect(await store.latestDecision('loop-2')).toBeNull();
    expect(forecast.made.forecast.learned.tests).toBe(1);
    expect(forecast.made.forecast.drafts.map(({ id }) => id)).toEqual(two.variants.map(({ id }) => id));

    const ended = await world.until(two, ['verifying', 'no_winner'], 700);
    expect(ended.winnerVariantId).toBe('challenger-1');
    await learned('loop-2');
    for (const id of used) {
      const usedBy = tested.filter(({ patternIds }) => patternIds.includes(id));
      const won = tested[0]!.patternIds.includes(id);
      expect(await usesOf(id)).toEqual({ uses: usedBy.length, wins: won ? 1 : 0 });
    }
    const [model] = await store.listModels(1);
    expect(model!.tests).toBe(2);
    expect((await store.getScore('loop-2'))!.score.learnedFrom).toBe(1);
    expect((await nextBrief(context)).startsFrom).toMatchObject({
      experimentId: 'loop-2',
      creative: tested[0]!.creative,
    });
  }, 120_000);
});
