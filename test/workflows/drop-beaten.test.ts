import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment, Policy } from '../../src/domain/experiment.js';
import { startWorld, type World } from '../support/world.js';

/** Three or four ads, of which the leader beats one long before the others. */
describe('a beaten ad', { timeout: 120_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const BASE = [20_000, 20_000, 20_000];
  /** Meta's minimum is 100; 19,900 are shared by two. */
  const DROPPED = [29_950, 29_950, 100];
  const begin = (id: string, policy: Partial<Policy> = {}) =>
    world.begin({
      id,
      // The second challenger is far worse; the first is hardly better than the control.
      clickRates: [0.02, 0.0207, 0.008],
      policy: { dropBeaten: true, ...policy },
    });
  const untilDropped = async (experiment: Experiment, atMostHours = 60) => {
    for (let hours = 0; ; hours++) {
      const now = await world.state(experiment);
      if (now.dropped) return now;
      if (hours === atMostHours) throw new Error(`nothing is dropped: ${now.state}, ${now.stateReason}`);
      await world.pass(1);
    }
  };
  const written = async (experiment: Experiment) =>
    (await world.audit(experiment)).map(({ adSetId, requested }) => [
      experiment.variants.findIndex((variant) => variant.adSetId === adSetId),
      requested,
    ]);

  it('is dropped and its budget goes to the others: cut before raise, by gate and ledger; the test goes on', async () => {
    const experiment = await begin('dropped');
    const after = await untilDropped(experiment);
    expect(Object.keys(after.dropped!)).toEqual(['challenger-2']);
    expect(after.state).toBe('running');
    expect(after.stateReason).toMatch(
      /^challenger-2 was dropped; the budgets were read back: .*USD 299\.50.*USD 1\.00.* The test goes on without it\.$/,
    );
    expect(after).toMatchObject({ winnerVariantId: null, promotedAt: null });
    expect(await world.budgets(experiment)).toEqual(DROPPED);
    expect((await written(experiment))[0]).toEqual([2, 100]);
    expect((await written(experiment)).slice(1).sort()).toEqual([
      [0, 29_950],
      [1, 29_950],
    ]);
    const ledger = await world.store.listLedger(experiment.id);
    expect(ledger.map(({ phase, outcome }) => `${phase} ${outcome}`)).toEqual(
      Array.from({ length: 3 }, () => 'drop-challenger-2 applied'),
    );
    const gates = await world.store.listGates(experiment.id);
    expect(gates.map(({ phase, outcome }) => `${phase} ${outcome}`)).toEqual(['drop-challenger-2 pass']);
    // A rollout that drops an ad is no promotion.
    expect(await world.store.getPromotion(experiment.id)).toBeNull();
    expect(await world.store.listPromotions({ since: 0, limit: 10 })).toEqual([]);
    // Later looks compare the two that are left, and see nothing wrong in the split of the budgets.
    const looks = (await world.store.latestDecision(experiment.id))!.lookNumber;
    await world.pass(13);
    const decision = (await world.store.latestDecision(experiment.id))!;
    expect(decision.lookNumber).toBeGreaterThan(looks);
    expect(decision.pairs).toHaveLength(1);
    expect(decision.health.filter(({ level }) => level === 'block')).toEqual([]);

    // A later promotion starts from the budgets after the drop, and its revert goes back to these.
    await world.control(experiment, 'promote');
    const promotion = (await world.store.getPromotion(experiment.id))!;
    const [winner, loser] = promotion.winnerVariantId === 'control' ? [0, 1] : [1, 0];
    expect(Object.values(promotion.plan.base).sort()).toEqual([...DROPPED].sort());
    expect((await world.budgets(experiment))[winner]).toBe(36_000);
    expect((await world.budgets(experiment))[loser]).toBe(23_900);
    // The dropped ad set has Meta's minimum and keeps it.
    expect((await world.budgets(experiment))[2]).toBe(100);
    await world.control(experiment, 'revert');
    const reverted = await world.until(experiment, ['reverted'], 3);
    expect(reverted.dropped).toEqual(after.dropped);
    expect(await world.budgets(experiment)).toEqual(DROPPED);
  });

  it('stays where it is unless the policy says otherwise', async () => {
    const experiment = await begin('kept', { dropBeaten: false });
    await world.pass(40);
    const decision = (await world.store.latestDecision(experiment.id))!;
    expect(decision.pairs.filter(({ calledWinner }) => calledWinner !== null)).not.toEqual([]);
    expect(await world.state(experiment)).not.toHaveProperty('dropped');
    expect(await written(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('keeps its budget if Meta refuses a raise: all budgets are restored, and the test goes on without it', async () => {
    const experiment = await begin('refused');
    await world.market.order({
      kind: 'server_error',
      objectId: experiment.variants[0]!.adSetId,
      method: 'POST',
      dailyBudget: 29_950,
      times: null,
    });
    const after = await untilDropped(experiment, 72);
    expect(after.state).toBe('running');
    expect(after.stateReason).toMatch(
      /^Phase drop-challenger-2 failed: Meta left 4 writes of ad set \d+ without an answer\. The budgets are being restored\. Every ad set is back at its base\. The test goes on, and challenger-2 is compared no more\.$/,
    );
    expect(await world.budgets(experiment)).toEqual(BASE);
    const [first, ...more] = await written(experiment);
    expect(first).toEqual([2, 100]);
    expect(more.at(-1)).toEqual([2, 20_000]);
    await world.market.withdraw();
    // It is not tried again.
    const count = (await written(experiment)).length;
    await world.pass(13);
    expect(await written(experiment)).toHaveLength(count);
    // A later promotion has its own base, and the ledger's earlier rows don't make its budgets someone else's.
    await world.control(experiment, 'promote');
    const promotion = (await world.store.getPromotion(experiment.id))!;
    expect(Object.values(promotion.plan.base)).toEqual(BASE);
    expect((await world.state(experiment)).state).toBe('rolling_out');
    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual(BASE);
  });

  it('whose move is held midway can be reverted: the test goes on without it', async () => {
    const experiment = await begin('held');
    const { adSetId } = experiment.variants[0]!;
    await world.market.order({
      kind: 'expired_token',
      objectId: adSetId,
      method: 'POST',
      dailyBudget: 29_950,
      times: null,
    });
    const held = await world.until(experiment, ['held'], 60);
    expect(held.stateReason).toMatch(/^Phase drop-challenger-2 waits: .* The budgets stand at .*USD 1\.00/);
    await world.market.withdraw();
    const answer = await world.control(experiment, 'revert');
    expect(answer.message).toMatch(/^Every ad set is back at its base/);
    const after = await untilDropped(experiment, 3);
    expect(after.state).toBe('running');
    expect(after.stateReason).toMatch(/The test goes on, and challenger-2 is compared no more\.$/);
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.control(experiment, 'stop');
  });

  it('is dropped by a run that replaces one that was lost after the last write', async () => {
    const experiment = await begin('lost-run');
    await untilDropped(experiment);
    // As if the run had been lost before its last step.
    await world.sql(`update auto_promotion.promotions set status = 'in_progress' where experiment_id = $1`, [
      experiment.id,
    ]);
    await world.sql(`update auto_promotion.ab_tests set dropped = '{}' where experiment_id = $1`, [
      experiment.id,
    ]);
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).terminate();
    await world.control(experiment, 'check');
    const after = await untilDropped(experiment, 1);
    expect(after.state).toBe('running');
    expect(await world.store.getPromotion(experiment.id)).toBeNull();
    expect(await world.store.listLedger(experiment.id)).toHaveLength(3);
    expect(await world.budgets(experiment)).toEqual(DROPPED);
    const { message } = await world.control(experiment, 'stop');
    expect(message).toBe(
      'Stopped. The budgets stay as they are, with those that dropped ads have left to the others.',
    );
    expect(await world.budgets(experiment)).toEqual(DROPPED);
  });
});
