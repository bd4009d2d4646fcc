import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/time.js';
import { adSetsOf, BASE, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

const MINUTE_MS = HOUR_MS / 60;

/** Meta answers from many machines: one may tell a budget that another has not heard of yet. */
describe('reads that flip between the base and what was there before', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it('are asked for ever more seldom, not at once again and again', async () => {
    const experiment = await rollingOut(world, 'flipping');
    const [loser, winner] = adSetsOf(experiment);
    const { meta } = world.collaborators;
    const real = meta.getDailyBudget.bind(meta);
    const rounds: number[] = [];
    let cut = false;
    let reads = 0;
    // Once the winner is cut: the loser is off its base where a round begins and ends, and at it where it is written.
    meta.getDailyBudget = async (adSetId) => {
      const amount = await real(adSetId);
      if (adSetId === winner && amount === BASE[1]) cut = true;
      if (adSetId !== loser || !cut || rounds.length >= 8) return amount;
      reads++;
      // A round reads it at its start, for the winner's write, for its own, and at its end; the first begins with its own.
      if (reads % 4 === 3) rounds.push(await world.clock.now());
      return reads % 4 === 1 ? BASE[0]! : amount;
    };
    try {
      const reverting = (await world.ask(experiment, 'revert')).result();
      await world.pass(1);
      await reverting;
    } finally {
      meta.getDailyBudget = real;
    }
    expect(rounds).toHaveLength(8);
    expect(rounds.at(-1)! - rounds[0]!).toBeGreaterThan(10 * MINUTE_MS);
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 3);
  });
});
