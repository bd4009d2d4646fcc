import { expect } from 'vitest';
import type { Experiment, Policy } from '../../src/domain/experiment.js';
import type { World } from './world.js';

/** Of the control and the challenger, minor units. */
export const BASE = [100_000, 100_000];
/** After the first phase. */
export const AT_60 = [80_000, 120_000];

/** Two ads with equal budgets, a few hours on. */
export async function begun(
  world: World,
  id: string,
  policy: Partial<Policy> = {},
  more: { maxHistoryEvents?: number } = {},
): Promise<Experiment> {
  const experiment = await world.begin({
    id,
    clickRates: [0.02, 0.04],
    dailyBudget: 100_000,
    policy,
    ...more,
  });
  await world.pass(3);
  return experiment;
}

/** Promoted by force; its first phase is read back. */
export async function rollingOut(
  world: World,
  id: string,
  policy: Partial<Policy> = {},
): Promise<Experiment> {
  const experiment = await begun(world, id, policy);
  await world.control(experiment, 'promote');
  expect(await world.budgets(experiment)).toEqual(AT_60);
  return experiment;
}

export const adSetsOf = (experiment: Experiment) => experiment.variants.map((variant) => variant.adSetId);
