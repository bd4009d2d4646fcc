import { describe, expect, it } from 'vitest';
import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import type { FaultOrder, MarketAdSpec } from '../../../src/sandbox/meta-simulator/index.js';
import type { ExperimentJson } from '../../../src/tools/demo/api.js';
import { SCENARIOS, type Stage } from '../../../src/tools/demo/scenarios.js';
import { drawWorld, type PlannedTest } from '../../../src/tools/demo/world.js';
import { gathered } from './support/fixtures.js';

type Fate = { winner: 'control' | 'challenger' | null; state: ExperimentJson['state'] };
const WON: Fate = { winner: 'challenger', state: 'verifying' };
const LOST: Fate = { winner: 'control', state: 'verifying' };

/** Only the loop asks for it. */
const unasked = () => Promise.reject(new Error('not asked here'));

/** A stage on which each experiment ends as `fates` says for its id, or else as {@link WON}. */
function stage(fates: Record<string, Fate> = {}) {
  const world = drawWorld(3);
  const ads: MarketAdSpec[][] = [];
  const orders: FaultOrder[] = [];
  const tests: PlannedTest[] = [];
  const budgets: Record<string, number> = {};
  const known = (id: string): ExperimentJson => {
    const { winner, state } = fates[id] ?? WON;
    const test = tests.find((one) => one.id === id)!;
    const { experiment } = gathered(id, {
      winner,
      state,
      headlines: [test.control.headline, test.challenger.headline],
    });
    const variants = experiment.variants.map((variant) => ({ ...variant, ad_set_id: `${id}/${variant.id}` }));
    return { ...experiment, variants };
  };
  const market = {
    account: { id: 'act_1', name: 'Sandbox', currency: 'USD', timezone: 'UTC', minDailyBudget: 100 },
    createTest: async (spec: { ads: MarketAdSpec[] }) => {
      ads.push(spec.ads);
      const { id } = tests.at(-1)!;
      for (const [index, role] of ['control', 'challenger'].entries())
        budgets[`${id}/${role}`] = spec.ads[index]!.dailyBudget;
      return { campaignId: 'c', adSetIds: ['s1', 's2'], adIds: ['a1', 'a2'] };
    },
    order: async (fault: FaultOrder) => {
      orders.push(fault);
      return 'f';
    },
    truth: async () => [],
    budgets: async (ids: string[]) => Object.fromEntries(ids.map((id) => [id, budgets[id]!])),
  };
  const set: Stage = {
    world,
    market,
    api: {
      create: async (body) => known((body as { id: string }).id),
      ...{ draft: unasked, model: unasked, pattern: unasked },
    },
    watch: { until: async (id) => known(id) },
    tests,
    rounds: [],
  };
  const ended = () =>
    tests.map(({ id }) => ({ experiment: known(id), moved: fates[id]?.state !== 'running' }));
  return { set, world, ads, orders, tests, budgets, ended };
}

describe('batch', () => {
  it('orders the refusal for either ad as the winner, at the amount of one phase only, in exactly one experiment', async () => {
    const { set, world, orders, budgets } = stage();
    await SCENARIOS.batch(set);
    const { id } = world.batch.tests[world.batch.refusedIndex]!;
    const total = budgets[`${id}/control`]! + budgets[`${id}/challenger`]!;
    expect(orders).toEqual(
      ['control', 'challenger'].map((role) => ({
        kind: 'refuse',
        objectId: `${id}/${role}`,
        method: 'POST',
        dailyBudget: Math.round(DEFAULT_PHASES[1]!.winnerShare * total),
        times: null,
      })),
    );
  });

  it.each<[string, Fate, boolean]>([
    ['reverted', { winner: 'challenger', state: 'reverted' }, true],
    ['promoted anyway', WON, false],
    ['not restored to its base', { winner: 'challenger', state: 'needs_attention' }, false],
  ])('judges the test with the refused write: %s', async (_, fate, passed) => {
    const { batch } = drawWorld(3);
    const { set, ended } = stage({ [batch.tests[batch.refusedIndex]!.id]: fate });
    const judge = await SCENARIOS.batch(set);
    expect(judge(ended()).passed).toBe(passed);
  });
});

describe('continue_testing and clear_winner', () => {
  it('passes a test that is still running with no budget changed, but not one that chance decided', async () => {
    const running = stage({ 'too-close': { winner: null, state: 'running' } });
    expect((await SCENARIOS.continue_testing(running.set))(running.ended()).passed).toBe(true);
    const decided = stage();
    const judgement = (await SCENARIOS.continue_testing(decided.set))(decided.ended());
    expect(judgement.passed).toBe(false);
    expect(judgement.summary).toContain('verifying');
  });

  it('says whether the truly better ad was promoted', async () => {
    const right = stage();
    expect((await SCENARIOS.clear_winner(right.set))(right.ended()).summary).toContain('the truly better ad');
    const wrong = stage({ 'clear-winner': LOST });
    expect((await SCENARIOS.clear_winner(wrong.set))(wrong.ended()).summary).toContain('the truly worse ad');
  });
});
