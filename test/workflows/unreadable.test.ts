import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { AT_60, adSetsOf, BASE, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

/** Meta answers without the requested data, or not at all. No write was refused, so this is no reason to revert. */
describe('data that cannot be read during a rollout', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  /** The fault ends, a user resumes, and the rollout continues. */
  const goesOnAfter = async (experiment: Experiment, fault: string) => {
    await world.market.withdraw(fault);
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 5);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  };
  const refuseReads = (objectId: string, more: { code?: number; subcode?: number; skip?: number } = {}) =>
    world.market.order({ kind: 'refuse', objectId, method: 'GET', times: null, ...more });

  it.each([
    ['refused', {}, 'invalid'],
    ['no longer found', { code: 100, subcode: 33 }, 'not_found'],
  ] as const)(
    'an ad that the gate finds %s holds the rollout; when resumed, it continues',
    async (_, more, code) => {
      const experiment = await rollingOut(world, `gate-${code}`);
      const fault = await refuseReads(experiment.variants[0]!.adId, more);
      const held = await world.until(experiment, ['held'], 3);
      expect(held.hold?.code).toBe(code);
      await world.pass(10);
      expect((await world.state(experiment)).state).toBe('held');
      expect(await world.budgets(experiment)).toEqual(AT_60);
      await goesOnAfter(experiment, fault);
    },
  );

  it('a budget that cannot be read before the write holds the rollout', async () => {
    const experiment = await rollingOut(world, 'before-write');
    const [loser] = adSetsOf(experiment);
    // Skip the gate's own read of the ad set, which comes first.
    const fault = await refuseReads(loser!, { skip: 1 });
    const held = await world.until(experiment, ['held'], 3);
    expect(held.hold?.code).toBe('invalid');
    await goesOnAfter(experiment, fault);
  });

  it('a budget that cannot be read during a revert is read again, and it needs attention after an hour', async () => {
    const experiment = await rollingOut(world, 'way-back');
    const [loser] = adSetsOf(experiment);
    const fault = await refuseReads(loser!);
    const reverting = (await world.ask(experiment, 'revert')).result();
    await world.pass(0.5);
    expect(await world.status(experiment)).toMatchObject({
      state: 'reverting',
      trouble: expect.stringMatching(/^The restore waits until .*: GET .*code 100/),
    });
    await world.market.withdraw(fault);
    await world.pass(0.5);
    await reverting;
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 3);

    const other = await rollingOut(world, 'way-back-lost');
    await refuseReads(adSetsOf(other)[0]!);
    const lost = (await world.ask(other, 'revert')).result().catch((error: Error) => error);
    const stuck = await world.until(other, ['needs_attention'], 3);
    expect(stuck.stateReason).toMatch(
      /The base is .*; now ad set \d+ at .*; ad set \d+ could not be read\.$/,
    );
    expect(await lost).toBeInstanceOf(Error);
    await world.market.withdraw();
    const resolving = (await world.ask(other, 'resolve', { action: 'accept_current' })).result();
    await world.pass(0.1);
    expect((await resolving).message).toMatch(
      /^The budgets stay as they are: ad set \d+ at USD 800\.00, ad set \d+ at USD 1000\.00\.$/,
    );
  });

  it('a stop that keeps the budgets waits for a write that may still land, even if Meta is silent', async () => {
    const experiment = await rollingOut(world, 'dark');
    const [loser] = adSetsOf(experiment);
    const late = { kind: 'late_apply', objectId: loser!, method: 'POST', dailyBudget: 60_000 } as const;
    await world.market.order({ ...late, times: 1, delayMs: 4 * 60_000 });
    await world.pass(1.01);
    expect((await world.status(experiment)).nextDue).toBe('a write of unknown outcome');
    const dark = await world.market.order({ kind: 'server_error', method: 'GET', times: null });
    const stopping = (await world.ask(experiment, 'stop', { budgets: 'keep' })).result();
    await world.pass(0.03);
    expect((await world.state(experiment)).state).toBe('rolling_out');
    await world.pass(0.1);
    expect((await stopping).message).toBe('Stopped. The budgets stay as they are.');
    await world.market.withdraw(dark);
    const stopped = await world.state(experiment);
    const write = (await world.audit(experiment)).findLast((row) => row.fault === 'late_apply');
    expect(stopped.stateChangedAt).toBeGreaterThan(write!.appliedAt!);
  });

  it('amounts named by a hold within a phase stay named while Meta is silent', async () => {
    const experiment = await rollingOut(world, 'said');
    const [loser, winner] = adSetsOf(experiment);
    // The loser is cut; the winner's raise must wait.
    await world.market.order({
      kind: 'refuse',
      objectId: winner!,
      method: 'POST',
      code: 200,
      times: 1,
    });
    const held = await world.until(experiment, ['held'], 3);
    const says = new RegExp(
      ` The budgets stand at ad set ${loser} at USD 600\\.00, ad set ${winner} at USD 1200\\.00\\.$`,
    );
    expect(held.stateReason).toMatch(says);
    const dark = await world.market.order({ kind: 'server_error', method: 'GET', times: null });
    await world.pass(25);
    expect((await world.state(experiment)).stateReason).toMatch(says);
    // An amount that someone has set meanwhile is named soon after Meta answers again.
    await world.market.edit(loser!, { daily_budget: 61_000 });
    await world.market.withdraw(dark);
    await world.pass(1.5);
    expect((await world.state(experiment)).stateReason).toMatch(/ad set \d+ at USD 610\.00, /);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('a hold of hours does not count as silence of the winner: when resumed, the rollout continues', async () => {
    const experiment = await rollingOut(world, 'long-pause');
    const [, winner] = adSetsOf(experiment);
    await world.market.edit(winner!, { status: 'PAUSED' });
    await world.until(experiment, ['held'], 3);
    await world.pass(9);
    await world.market.edit(winner!, { status: 'ACTIVE' });
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 5);
    expect(await world.budgets(experiment)).toEqual([40_000, 160_000]);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });
});
