import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

describe('an account that takes no budget below what is spent today', () => {
  let world: World;
  beforeAll(async () => {
    // Its midnight is 5:00 in UTC, or 4:00: nothing that counts by UTC days comes out right.
    world = await startWorld({
      kind: 'time-skipping',
      market: { account: { timezone: 'America/New_York' }, refuseBelowSpent: true },
    });
  });
  afterAll(() => world?.stop());

  it('has the phase wait for its midnight, and the rollout goes on then', async () => {
    const experiment = await world.begin({
      id: 'spent-today',
      clickRates: [0.02, 0.04],
      dailyBudget: 100_000,
      // A person promotes, at an hour of the day: the rule must not come before.
      policy: { minimumRunHours: 96 },
    });
    // By 18:00 the loser has spent three quarters of its day: 800 can still be set, 600 can't.
    await world.pass((await world.hoursToMidnight()) + 18);
    await world.control(experiment, 'promote');
    expect(await world.budgets(experiment)).toEqual([80_000, 120_000]);
    const held = await world.until(experiment, ['held'], 3);
    expect(held.hold?.code).toBe('not_yet');
    expect(held.stateReason).toMatch(/^Phase 70 waits: .*what this ad set may have spent today.*1885650/);
    const midnight = (await world.clock.now()) + (await world.hoursToMidnight()) * HOUR_MS;
    const verifying = await world.until(experiment, ['verifying'], 12);
    expect(verifying.stateChangedAt).toBeGreaterThan(midnight);
    const cut = (await world.store.listLedger(experiment.id)).find(
      ({ intended, outcome }) => intended === 60_000 && outcome === 'applied',
    );
    expect(cut!.at).toBeGreaterThanOrEqual(midnight);
    expect(cut!.at).toBeLessThan(midnight + HOUR_MS);
    expect(await world.budgets(experiment)).toEqual([40_000, 160_000]);
    const refused = (await world.audit(experiment)).filter(({ outcome }) => outcome === 'refused');
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeLessThanOrEqual(4);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });
});
