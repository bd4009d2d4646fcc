import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begun } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

/** On the dev server, since on the time-skipping one no time passes while no worker takes a task. */
describe('a service that was down', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 7_200 });
  });
  afterAll(() => world?.stop());

  it('does not count its own downtime as silence of Meta: a healthy winner keeps its rollout', async () => {
    const experiment = await begun(world, 'down');
    await world.control(experiment, 'promote');
    await world.until(experiment, ['rolling_out'], 24);
    await world.market.order({
      kind: 'server_error',
      objectId: experiment.variants[1]!.adId,
      method: 'GET',
      times: null,
    });
    const held = await world.until(experiment, ['held'], 60);
    expect(held.hold?.code).toBe('transient');
    await world.whileDown(() => world.pass(27));
    // After one more failed read, more than a day lies between two failed reads.
    const told = ({ experimentId, text }: { experimentId: string | null; text: string }) =>
      experimentId === experiment.id && text.includes(' -> held: ');
    const before = world.events.filter(told).length;
    await expect.poll(() => world.events.filter(told).length, { timeout: 60_000 }).toBeGreaterThan(before);
    await world.market.withdraw();
    const after = await world.until(experiment, ['verifying', 'reverting', 'reverted'], 100);
    expect(after.state).toBe('verifying');
    expect(await world.budgets(experiment)).toEqual([40_000, 160_000]);
    // Forty seconds of real time: the retries of a read, a day and three hours, two phases.
  }, 180_000);
});
