import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Experiment, HOUR_MS } from '../../src/domain/experiment.js';
import { startWorld, type World } from '../support/world.js';

/** A run that continues as new after every step: all that a hold is known by has to be carried. */
describe('holds that come back', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  /** When the rollout was held, epoch ms. */
  const heldAt = ({ id }: Experiment) =>
    world.events
      .filter((event) => event.experimentId === id && / -> held: /.test(event.text))
      .map(({ at }) => at);
  /** From each to the next, whole minutes. */
  const waits = (instants: number[]) =>
    instants.slice(1).map((at, index) => Math.floor((at - instants[index]!) / (HOUR_MS / 60)));

  it('are tried ever more seldom from run to run, and afresh once a phase has been written', async () => {
    const experiment = await world.begin({
      id: 'chain',
      clickRates: [0.02, 0.04],
      dailyBudget: 100_000,
      maxHistoryEvents: 1,
    });
    await world.pass(3);
    await world.control(experiment, 'promote');
    const silence = () =>
      world.market.order({
        kind: 'server_error',
        objectId: experiment.variants[1]!.adId,
        method: 'GET',
        times: null,
      });
    await silence();
    await world.pass(6);
    const first = heldAt(experiment);
    expect(waits(first).slice(0, 6)).toEqual([10, 10, 20, 40, 60, 60]);
    await world.market.withdraw();
    for (
      let hours = 0;
      (await world.store.getPromotion(experiment.id))!.phasesDone['70'] === undefined;
      hours++
    ) {
      expect(hours).toBeLessThan(3);
      await world.pass(1);
    }
    await silence();
    await world.pass(4);
    const second = heldAt(experiment).slice(first.length);
    expect(waits(second).slice(0, 4)).toEqual([10, 10, 20, 40]);
    await world.market.withdraw();
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });
});
