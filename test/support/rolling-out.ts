import { expect } from 'vitest';
import type { Experiment, Policy } from '../../src/domain/experiment.js';
import type { World } from './world.js';

/** Budgets of the control and the challenger, minor units per day. */
export const BASE = [100_000, 100_000];
/** The same after the first phase. */
export const AT_60 = [80_000, 120_000];

/** An experiment with two ads and equal budgets, three hours after its start. */
export async function begun(
  world: World,
  id: string,
  policy: Partial<Policy> = {},
  more: { clickRates?: number[]; maxHistoryEvents?: number } = {},
): Promise<Experiment> {
  const experiment = await world.begin({
    id,
    // Far apart: on a dev server the market's hours are those of the clock, and the challenger must lead after two.
    clickRates: [0.01, 0.05],
    dailyBudget: 100_000,
    policy,
    ...more,
  });
  await world.pass(3);
  return experiment;
}

/** An experiment that was promoted by force and has completed its first phase. */
export async function rollingOut(
  world: World,
  id: string,
  ...more: [policy?: Partial<Policy>, more?: Parameters<typeof begun>[3]]
): Promise<Experiment> {
  const experiment = await begun(world, id, ...more);
  await world.control(experiment, 'promote');
  expect(await world.budgets(experiment)).toEqual(AT_60);
  return experiment;
}

export const adSetsOf = (experiment: Experiment) => experiment.variants.map((variant) => variant.adSetId);
