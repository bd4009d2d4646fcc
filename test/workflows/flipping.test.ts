import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/time.js';
import { adSetsOf, BASE, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

const MINUTE_MS = HOUR_MS / 60;

/** Meta answers from many machines: one may report a budget that another one doesn't know yet. */
describe('reads that alternate between the base and the budget before it', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it('are repeated less and less often, not at once again and again', async () => {
    const experiment = await rollingOut(world, 'flipping');
    const [loser, winner] = adSetsOf(experiment);
    const { meta } = world.collaborators;
    const real = meta.getDailyBudget.bind(meta);
    const rounds: number[] = [];
    let cut = false;
    let reads = 0;
    // After the winner's cut: the loser is off its base at the start and end of a round, and at its base when it is written.
    meta.getDailyBudget = async (adSetId) => {
      const amount = await real(adSetId);
      if (adSetId === winner && amount === BASE[1]) cut = true;
      if (adSetId !== loser || !cut || rounds.length >= 8) return amount;
      reads++;
      // A round reads it at the start, for the winner's write, for its own write, and at the end; the first starts with its own.
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
