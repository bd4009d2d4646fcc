import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepReconciled, RECONCILE_EVERY_MS } from '../../src/service/upkeep.js';
import { appOf } from '../support/app.js';
import { startWorld, type World } from '../support/world.js';

/** In real time: a lost workflow is not shown as alive, and has a new run within a minute. */
describe('a workflow that was terminated', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 1800 });
  });
  afterAll(() => world?.stop());

  it('is shown as terminated, and is restarted within a minute', async () => {
    const app = appOf(world);
    const shown = async () => (await app.request('/api/ab/experiments/lost')).json();
    const { id } = await world.begin({ id: 'lost', clickRates: [0.02, 0.02] });
    await expect.poll(shown, { timeout: 20_000 }).toMatchObject({ source: 'workflow', trouble: null });
    const handle = world.client.workflow.getHandle(world.names.workflowId(id));
    const { runId } = await handle.describe();
    await handle.terminate('a person');
    expect(await shown()).toMatchObject({
      state: 'running',
      source: 'record',
      next_due_at: null,
      trouble:
        'The workflow was terminated: nothing is checked or written. It is started again within a minute if a worker runs.',
    });

    const said: string[] = [];
    const terminatedAt = performance.now();
    const upkeep = keepReconciled(world.collaborators, (line) => said.push(line));
    try {
      await expect.poll(shown, { timeout: 60_000, interval: 500 }).toMatchObject({
        source: 'workflow',
        trouble: null,
      });
      expect(performance.now() - terminatedAt).toBeLessThan(60_000);
    } finally {
      await upkeep.stop();
    }
    // This service has no encoder: nothing but the upkeep reads what the ads show.
    await expect.poll(async () => (await world.store.ranCreatives('lost')).size, { timeout: 20_000 }).toBe(2);
    expect((await handle.describe()).runId).not.toBe(runId);
    expect(said).toEqual(['Restarted workflows: lost.']);
    expect(RECONCILE_EVERY_MS).toBeLessThanOrEqual(30_000);
  }, 120_000);
});
