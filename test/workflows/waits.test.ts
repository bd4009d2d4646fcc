import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPERIMENT_WORKFLOW } from '../../src/contract/names.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { adSetsOf, BASE, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

/** No wait of a rollout ends too soon. Each is measured from the market, the ledger and the record. */
describe('a wait in a rollout', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({
      kind: 'time-skipping',
      market: { account: { timezone: 'America/New_York' } },
    });
  });
  afterAll(() => world?.stop());

  const writesOf = async (experiment: Experiment, amount: number) =>
    (await world.audit(experiment)).filter(({ requested }) => requested === amount);
  /** When the record last changed to a state, epoch ms. */
  const movedTo = (experiment: Experiment, state: string) =>
    world.events.findLast(
      ({ experimentId, kind, text }) =>
        experimentId === experiment.id && kind === 'state' && text.includes(` -> ${state}: `),
    )!.at;
  const stop = (experiment: Experiment) => world.control(experiment, 'stop', { budgets: 'keep' });

  it('after a downtime is counted from the previous phase: late, never bunched', async () => {
    const experiment = await rollingOut(world, 'downtime');
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).terminate();
    await world.pass(10);
    await world.client.workflow.start(EXPERIMENT_WORKFLOW, {
      workflowId: world.names.workflowId(experiment.id),
      taskQueue: world.names.taskQueue,
      args: [{ experimentId: experiment.id, timeBase: world.timeBase }],
    });
    await world.until(experiment, ['verifying'], 4);
    const { phasesDone } = (await world.store.getPromotion(experiment.id))!;
    const hours = (from: string, to: string) => (phasesDone[to]! - phasesDone[from]!) / HOUR_MS;
    expect(hours('60', '70')).toBeGreaterThanOrEqual(10);
    expect(hours('70', '80')).toBeGreaterThanOrEqual(2);
    const [cut] = await writesOf(experiment, 40_000);
    expect(cut!.at - phasesDone['70']!).toBeGreaterThanOrEqual(2 * HOUR_MS);
    await stop(experiment);
  });

  it('that Meta asks for is respected: nothing is sent before it is over', async () => {
    const experiment = await rollingOut(world, 'hint');
    const [, winner] = adSetsOf(experiment);
    const delayMs = 50 * 60_000;
    await world.market.order({
      kind: 'rate_limit',
      objectId: winner!,
      method: 'POST',
      dailyBudget: 140_000,
      times: 1,
      delayMs,
    });
    await world.pass(1.1);
    expect(await world.state(experiment)).toMatchObject({ state: 'held', hold: { code: 'rate' } });
    await world.pass(1);
    const [refused, applied] = await writesOf(experiment, 140_000);
    expect([refused!.outcome, applied!.outcome]).toEqual(['refused', 'applied']);
    expect(applied!.at - refused!.at).toBeGreaterThanOrEqual(delayMs);
    await stop(experiment);
  });

  it('for a write of unknown outcome is longer than any late effect, also before a write of the other ad set', async () => {
    const experiment = await rollingOut(world, 'unknown');
    const [loser, winner] = adSetsOf(experiment);
    await world.market.order({
      kind: 'lost_request',
      objectId: loser!,
      method: 'POST',
      dailyBudget: 60_000,
      times: 1,
    });
    await world.pass(1.5);
    const ledger = await world.store.listLedger(experiment.id);
    const lost = ledger.find(({ outcome }) => outcome === 'unknown')!;
    const next = ledger.find(({ sequence }) => sequence === lost.sequence + 1)!;
    expect(lost).toMatchObject({ adSetId: loser, intended: 60_000 });
    expect(next.at - lost.settledAt!).toBeGreaterThanOrEqual(5 * 60_000);
    const [raise] = await writesOf(experiment, 140_000);
    expect(raise).toMatchObject({ adSetId: winner });
    expect(raise!.at).toBeGreaterThan(next.at);
    await stop(experiment);
  });

  it('in a revert that Meta refuses lasts a day before it needs attention', async () => {
    const experiment = await rollingOut(world, 'way-back-of-a-day');
    const [, winner] = adSetsOf(experiment);
    await world.market.order({
      kind: 'rate_limit',
      objectId: winner!,
      method: 'POST',
      times: null,
      delayMs: HOUR_MS,
    });
    const asked = (await world.ask(experiment, 'revert')).result().catch((error: Error) => error);
    await world.until(experiment, ['reverting'], 1);
    await world.pass(22);
    expect((await world.state(experiment)).state).toBe('reverting');
    await world.until(experiment, ['needs_attention'], 4);
    expect(await asked).toBeInstanceOf(Error);
    // The last attempt is the one after which a further wait would end after the day.
    const hours = (movedTo(experiment, 'needs_attention') - movedTo(experiment, 'reverting')) / HOUR_MS;
    expect(hours).toBeGreaterThanOrEqual(23);
    expect(hours).toBeLessThanOrEqual(24.1);
    await world.market.withdraw();
    await world.control(experiment, 'resolve', { action: 'retry_restore' });
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 3);
  });

  it('after a revert watches for an hour, and for another one after a late write', async () => {
    const experiment = await rollingOut(world, 'late');
    const [, winner] = adSetsOf(experiment);
    await world.market.order({
      kind: 'late_apply',
      objectId: winner!,
      method: 'POST',
      dailyBudget: 140_000,
      times: 1,
      // Lands before the last of the reads, which come 5, 15 and 60 minutes after the base is reached.
      delayMs: 50 * 60_000,
    });
    await world.pass(1.05);
    const reverting = (await world.ask(experiment, 'revert')).result();
    await world.pass(0.2);
    await reverting;
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 4);
    expect(await world.budgets(experiment)).toEqual(BASE);
    const late = (await world.audit(experiment)).find((row) => row.fault === 'late_apply')!;
    const ledger = await world.store.listLedger(experiment.id);
    const back = ledger.filter(({ phase, adSetId }) => phase === 'revert' && adSetId === winner);
    expect(back).toHaveLength(2);
    expect(back[0]!.settledAt).toBeLessThan(late.appliedAt!);
    expect(back[1]!.settledAt).toBeGreaterThan(late.appliedAt!);
    // An hour after the base was reached again, only that hour ended it.
    expect(movedTo(experiment, 'reverted') - back[1]!.settledAt!).toBeGreaterThanOrEqual(HOUR_MS);
  });

  it('for a revert of a completed rollout lasts 30 days', async () => {
    const experiment = await rollingOut(world, 'thirty-days', {
      verification: { settleHours: 24, windowHours: 24 },
    });
    const other = await rollingOut(world, 'thirty-one-days', {
      verification: { settleHours: 24, windowHours: 24 },
    });
    const { endedAt } = await world.until(experiment, ['completed'], 60);
    await world.until(other, ['completed'], 5);
    await world.pass(30 * 24 - 0.1 - ((await world.clock.now()) - endedAt!) / HOUR_MS);
    expect((await world.control(experiment, 'revert')).message).toMatch(/^Every ad set is back at its base/);
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.pass(24);
    await expect(world.control(other, 'revert')).rejects.toMatchObject({
      cause: { message: 'It was completed more than 30 days ago.' },
    });
    expect(await world.budgets(other)).toEqual([40_000, 160_000]);
  });
});
