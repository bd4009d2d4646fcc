import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/world.js';

describe('a test by return on ad spend', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it('promotes the ad that brings more revenue, although fewer users click it', async () => {
    const experiment = await world.begin({
      id: 'roas',
      clickRates: [0.034, 0.02],
      conversionRates: [0.04, 0.16],
      dailyBudget: 100_000,
      policy: { objective: 'return_on_ad_spend', attributionWindowHours: 24, guardrails: [] },
    });
    const promoted = await world.until(experiment, ['verifying'], 120);
    expect(promoted.winnerVariantId).toBe('challenger');
    const decision = (await world.store.latestDecision(experiment.id))!;
    expect(decision.reasons[0]).toMatch(
      /^challenger wins: .*; return on ad spend of challenger over control: \+\d+\.\d % \(95 % interval /,
    );
    const { control, challenger } = decision.metrics;
    expect(challenger!.linkClicks).toBeLessThan(control!.linkClicks);
    expect(challenger!.revenue / challenger!.spend).toBeGreaterThan(
      1.5 * (control!.revenue / control!.spend),
    );
    // The market's mean order is worth 4,000 minor units.
    expect(challenger!.revenue / challenger!.conversions / 4_000).toBeCloseTo(1, 0);
    expect(await world.budgets(experiment)).toEqual([40_000, 160_000]);
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });
});
