import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUN_RENEWING } from '../../src/contract/messages.js';
import { THREE_PHASES } from '../support/phases.js';
import { AT_60, begun } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

const CALLERS = 12;

/** Sends again until the server, which takes 10 updates in flight, has a place among the callers'. */
async function admitted<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (tries === 100 || !String(error).includes('in-flight updates')) throw error;
    }
  }
}

/** On the dev server, which limits the updates per run. The second phase is far away. */
describe('a rollout that many callers check all the time', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 3_600 });
  });
  afterAll(() => world?.stop());

  it('continues as new again and again, and accepts a pause at once', async () => {
    const phases = THREE_PHASES.map((phase) => ({ ...phase, waitHours: 2_000 * phase.waitHours }));
    const experiment = await begun(world, 'polled', { phases }, { maxHistoryEvents: 150 });
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    await world.control(experiment, 'promote');
    let polling = true;
    let answered = 0;
    const refused = new Set<string>();
    const poll = async () => {
      while (polling) {
        try {
          await handle.executeUpdate('check', { args: [{ by: 'poller', reason: 'a test' }] });
          answered++;
        } catch (error) {
          const cause = error instanceof WorkflowUpdateFailedError ? error.cause : error;
          refused.add(cause instanceof ApplicationFailure ? (cause.type ?? '') : (cause as Error).name);
        }
      }
    };
    const callers = Array.from({ length: CALLERS }, poll);
    const runs = new Set<string>();
    while (runs.size < 3) {
      const { runId, historyLength } = await handle.describe();
      runs.add(runId);
      // Pending requests may still be answered when the history is already long.
      expect(historyLength).toBeLessThan(150 + CALLERS * 40);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const paused = await admitted(() => world.control(experiment, 'pause'));
    polling = false;
    await Promise.all(callers);
    expect(paused.state).toBe('held');
    expect(answered).toBeGreaterThan(0);
    expect([...refused]).toContain(RUN_RENEWING);
    expect(await world.budgets(experiment)).toEqual(AT_60);
  });
});
