import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pausedHold } from '../../src/domain/rollout/hold.js';
import { AT_60, BASE, begun } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

/** On the dev server, because the time-skipping one lets no cancelled workflow continue as new. */
describe('a cancellation in Temporal', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 3_600 });
  });
  afterAll(() => world?.stop());

  it('restores the budgets even if the record disagrees with the cancelled run', async () => {
    const experiment = await begun(world, 'cancelled-outdated');
    await world.control(experiment, 'promote');
    expect(await world.budgets(experiment)).toEqual(AT_60);
    const changed = await world.store.transition({
      experimentId: experiment.id,
      from: 'rolling_out',
      to: 'held',
      reason: { code: 'recorded', detail: 'Changed elsewhere.' },
      hold: pausedHold(null, await world.clock.now()),
      at: await world.clock.now(),
    });
    expect(changed.ok).toBe(true);
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).cancel();
    const ended = await world.until(experiment, ['stopped'], 60);
    expect(ended.stateReason).toMatch(/the workflow was cancelled/);
    expect(await world.budgets(experiment)).toEqual(BASE);
  });
});
