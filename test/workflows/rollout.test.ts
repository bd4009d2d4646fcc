import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

/** True durations on the time-skipping server. Amounts are minor units; two ads at 20,000 each. */
describe('a rollout', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it('promotes a clear winner 60/40 at once, 70/30 an hour later, 80/20 two hours after that, and completes', async () => {
    const experiment = await world.begin({
      id: 'winner',
      clickRates: [0.02, 0.034],
      // The default's own phases, so that a changed one is noticed; a further one must not matter.
      policy: { phases: DEFAULT_POLICY.phases.slice(0, 3) },
    });
    await world.until(experiment, ['verifying'], 60);
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);

    const audit = await world.audit(experiment);
    expect(
      audit.map((row) => [
        row.adSetId === experiment.variants[1]!.adSetId ? 'winner' : 'loser',
        row.before,
        row.requested,
        row.outcome,
      ]),
    ).toEqual([
      ['loser', 20_000, 16_000, 'applied'],
      ['winner', 20_000, 24_000, 'applied'],
      ['loser', 16_000, 12_000, 'applied'],
      ['winner', 24_000, 28_000, 'applied'],
      ['loser', 12_000, 8_000, 'applied'],
      ['winner', 28_000, 32_000, 'applied'],
    ]);
    const promotion = (await world.store.getPromotion(experiment.id))!;
    const hoursAfter = (at: number, phase: string) => (at - promotion.phasesDone[phase]!) / HOUR_MS;
    expect(hoursAfter(audit[2]!.at, '60')).toBeGreaterThanOrEqual(1);
    expect(hoursAfter(audit[2]!.at, '60')).toBeLessThan(1.1);
    expect(hoursAfter(audit[4]!.at, '70')).toBeGreaterThanOrEqual(2);
    expect(hoursAfter(audit[4]!.at, '70')).toBeLessThan(2.1);
    expect((audit[0]!.at - experiment.startedAt) / HOUR_MS).toBeGreaterThanOrEqual(24);

    const ledger = await world.store.listLedger(experiment.id);
    expect(ledger.map((row) => [row.adSetId, row.before, row.intended, row.readBack, row.outcome])).toEqual(
      audit.map((row) => [row.adSetId, row.before, row.requested, row.requested, 'applied']),
    );

    await world.pass(24 + 7 * 24 + 1);
    const ended = await world.state(experiment);
    expect(ended.state).toBe('completed');
    expect((ended.endedAt! - promotion.phasesDone['80']!) / HOUR_MS).toBeGreaterThanOrEqual(8 * 24);
  });

  it('adds steps if a phase would more than double a budget: 5 to 10, 20, 30, 35 and 40 dollars of 50', async () => {
    const clickRates = [0.02, 0.08];
    const experiment = await world.begin({ id: 'unequal', clickRates, dailyBudget: [4_500, 500] });
    await world.pass(12);
    await world.control(experiment, 'promote');
    expect(await world.budgets(experiment)).toEqual([4_000, 1_000]);
    await world.until(experiment, ['verifying'], 8);
    const audit = await world.audit(experiment);
    expect(audit.map((row) => [row.requested, row.outcome])).toEqual(
      [4_000, 1_000, 3_000, 2_000, 2_000, 3_000, 1_500, 3_500, 1_000, 4_000].map((amount) => [
        amount,
        'applied',
      ]),
    );
    const done = (await world.store.getPromotion(experiment.id))!.phasesDone;
    const hours = Object.entries(done).map(([name, at]) => [name, Math.floor((at - done['20']!) / HOUR_MS)]);
    expect(hours.sort(([, x], [, y]) => Number(x) - Number(y))).toEqual([
      ['20', 0],
      ['40', 1],
      ['60', 2],
      ['70', 3],
      ['80', 5],
    ]);
    const [winner] = experiment.variants.slice(1).map(({ adSetId }) => adSetId);
    const factors: Record<string, number> = { 20: 2, 40: 2, 60: 1.5, 70: 1.17, 80: 1.14 };
    for (const { phase, findings } of await world.store.listGates(experiment.id)) {
      const message = `Phase ${phase} multiplies the budget of ad set ${winner} by ${factors[phase]} (limit 2).`;
      expect([phase, findings]).toEqual([
        phase,
        [{ code: 'largest_step', leadsTo: 'note', message, until: null }],
      ]);
    }
    const reverted = await world.control(experiment, 'revert');
    expect(reverted.message).toMatch(/^Every ad set is back at its base: /);
    expect(await world.budgets(experiment)).toEqual([4_500, 500]);
  });

  it('states the risk in cost, as its decision does, if cost is the objective', async () => {
    const experiment = await world.begin({
      id: 'cheaper',
      clickRates: [0.02, 0.02],
      conversionRates: [0.1, 0.3],
      policy: { objective: 'cost_per_conversion' },
    });
    const verifying = await world.until(experiment, ['verifying'], 14 * 24);
    const [decision] = await world.store.listDecisions(experiment.id, { limit: 1, offset: 0 });
    const reason = decision!.reasons.find((sentence) => / interval -\S+ % to /.test(sentence));
    const worst = reason!.match(/ to (-\S+ %)/)![1];
    expect(verifying.stateReason).toContain(
      `the 95 % interval of the cost per conversion ends at ${worst}. The lift`,
    );
  });

  it.each(['60', '70', '80'])(
    "restores the exact base if Meta permanently refuses the winner's raise in phase %s",
    async (phase) => {
      const experiment = await world.begin({ id: `refused-${phase}`, clickRates: [0.02, 0.034] });
      await world.market.order({
        kind: 'refuse',
        objectId: experiment.variants[1]!.adSetId,
        method: 'POST',
        dailyBudget: 400 * Number(phase),
        times: null,
      });
      const ended = await world.until(experiment, ['reverted'], 80);
      expect(ended.stateReason).toMatch(/Phase \d0 failed/);
      expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
      expect((await world.store.getPromotion(experiment.id))!.status).toBe('reverted');
      const refused = (await world.audit(experiment)).filter((row) => row.outcome === 'refused');
      expect(refused).toHaveLength(1);
      const ledger = await world.store.listLedger(experiment.id);
      expect(ledger.filter((row) => row.outcome === 'refused')).toHaveLength(1);
      expect(ledger.filter((row) => row.phase === 'revert').map((row) => row.compensates)).not.toContain(
        null,
      );
    },
  );
});
