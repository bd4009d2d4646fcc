import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

describe('an account that refuses budgets below the amount spent today', () => {
  let world: World;
  beforeAll(async () => {
    // Its midnight is 4:00 or 5:00 UTC, so counting by UTC days gives wrong results.
    world = await startWorld({
      kind: 'time-skipping',
      market: { account: { timezone: 'America/New_York' }, refuseBelowSpent: true },
    });
  });
  afterAll(() => world?.stop());

  it('makes the phase wait for its midnight, and then the rollout continues', async () => {
    const experiment = await world.begin({
      id: 'spent-today',
      clickRates: [0.02, 0.04],
      dailyBudget: 100_000,
      // A user promotes at an hour of the account's day: the rule must not do it before.
      policy: { minimumRunHours: 96 },
    });
    // By 18:00 the loser has spent three quarters of its daily budget: 800 is allowed, 600 is not.
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
