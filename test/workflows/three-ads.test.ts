import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAmount } from '../../src/domain/budget.js';
import type { Decision } from '../../src/domain/decision/decision.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { percent } from '../../src/domain/percent.js';
import { startWorld, type World } from '../support/world.js';

/** The lead of one of three ads over each of the others, from the evidence itself. */
function rivals({ pairs }: Decision, winner: string) {
  return pairs
    .filter(({ variantA, variantB }) => [variantA, variantB].includes(winner))
    .map(({ variantB, evidence: { theta, interval } }) => {
      const [low, high] = interval!;
      return variantB === winner
        ? { theta, low, high }
        : { theta: -theta, low: 1 / (1 + high) - 1, high: 1 / (1 + low) - 1 };
    })
    .sort((x, y) => x.low - y.low);
}

/** In yen and in New York. The budgets of the ad sets differ. */
describe('a promotion of one of three ads', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({
      kind: 'time-skipping',
      market: { account: { timezone: 'America/New_York', currency: 'JPY' } },
    });
  });
  afterAll(() => world?.stop());

  const BASE = [20_000, 40_000, 40_000];
  const latest = async ({ id }: Experiment) => (await world.store.latestDecision(id))!;
  const audited = async (experiment: Experiment) =>
    (await world.audit(experiment)).map(({ adSetId, before, requested }) => [
      experiment.variants.findIndex((variant) => variant.adSetId === adSetId),
      before,
      requested,
    ]);

  it('has a risk equal to the possible lead of its closest rival, and is held if that is above the limit', async () => {
    const experiment = await world.begin({
      id: 'three-at-risk',
      // Far better than the control, and hardly different from each other.
      clickRates: [0.02, 0.039, 0.04],
      dailyBudget: BASE,
      policy: { atRiskLimit: 1 },
    });
    await world.pass(26);
    await world.control(experiment, 'check');
    await world.control(experiment, 'promote');
    const held = await world.until(experiment, ['held'], 1);
    expect(held.hold?.code).toBe('at_risk');
    const promotion = (await world.store.getPromotion(experiment.id))!;
    const [closest, other] = rivals(await latest(experiment), promotion.winnerVariantId);
    expect(closest!.low).toBeLessThan(0);
    expect(other!.low).toBeGreaterThan(0);
    expect(promotion.interval![0]).toBeCloseTo(closest!.low, 12);
    const amount = Math.ceil(20_000 * -closest!.low);
    const yen = (value: number) => `${formatAmount(value, 'JPY')} a day`;
    expect(held.stateReason).toBe(
      `Phase 60 waits: At risk: up to ${yen(amount)} of the ${yen(20_000)} moved, at the worst end of the 95 % interval, ${percent(closest!.low)}. The policy's limit is ${yen(1)}; resume to accept it.`,
    );
    expect(await audited(experiment)).toEqual([]);

    await world.control(experiment, 'resume');
    await world.until(experiment, ['rolling_out'], 1);
    await world.pass(0.1);
    const winner = experiment.variants.findIndex(({ id }) => id === promotion.winnerVariantId);
    const rival = 3 - winner;
    // 60 % of JPY 100000; the others share the rest in proportion to 20 and 40.
    const cuts = [
      [0, 20_000, 13_333],
      [rival, 40_000, 26_667],
    ];
    expect(await audited(experiment)).toEqual([...cuts, [winner, 40_000, 60_000]]);
    const ledger = await world.store.listLedger(experiment.id);
    expect(ledger.map(({ atRisk }) => atRisk)).toEqual([amount, amount, amount]);

    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual(BASE);
    // The raised one is cut before the others are raised.
    expect((await audited(experiment)).slice(3)).toEqual([
      [winner, 60_000, 40_000],
      ...cuts.map(([index, before, after]) => [index, after, before]),
    ]);
  });

  it('by the rule has nothing at risk, and its reported lift is the lead over the closest rival', async () => {
    const experiment = await world.begin({
      id: 'three-by-rule',
      clickRates: [0.02, 0.028, 0.045],
      dailyBudget: BASE,
      policy: { atRiskLimit: 0 },
    });
    const promoted = await world.until(experiment, ['rolling_out', 'verifying'], 14 * 24);
    expect(promoted.winnerVariantId).toBe('challenger-2');
    const promotion = (await world.store.getPromotion(experiment.id))!;
    const [closest, other] = rivals(await latest(experiment), 'challenger-2');
    expect(closest!.low).toBeGreaterThan(0);
    expect(promotion.theta).toBeCloseTo(closest!.theta, 12);
    expect(promotion.theta).toBeLessThan(other!.theta);
    expect(promotion.interval![0]).toBeCloseTo(closest!.low, 12);
    await world.until(experiment, ['verifying'], 6);
    expect(await world.budgets(experiment)).toEqual([6_667, 13_333, 80_000]);
    expect((await world.store.listLedger(experiment.id)).every(({ atRisk }) => atRisk === 0)).toBe(true);
    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual(BASE);
  });
});
