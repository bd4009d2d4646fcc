import type { BudgetReading, GateAnswer } from '../contract/activities.js';
import type { Budgets } from '../domain/budget.js';
import { isObstacle, type Obstacle } from '../domain/rollout/obstacle.js';
import { type StateReason, standInWords } from '../domain/state-reason.js';
import type { Run } from './experiment-run.js';
import { gateAnswerOf, readingOf } from './older-answers.js';
import { budgets, obstacleFrom, promotions } from './proxies.js';

/** The budgets and whose they are, or what kept them from being read. */
export type Reading = BudgetReading | Obstacle;

/** Reads the budget of every ad set. */
export async function readBudgets(run: Run): Promise<Reading> {
  return read(run, false);
}

/** Reads the ad sets which Meta gives a budget for; an obstacle only if there are none. */
export async function readBudgetsPartly(run: Run): Promise<Reading> {
  return read(run, true);
}

async function read(run: Run, partly: boolean): Promise<Reading> {
  try {
    const recorded = await budgets.readBudgets.executeWithOptions({ summary: 'whose are the budgets now' }, [
      run.experiment.id,
      { partly },
    ]);
    return readingOf(recorded);
  } catch (error) {
    return obstacleFrom(error);
  }
}

/** Ad sets that don't stand at the wanted budget, or could not be read. */
export function adSetsOff({ current }: BudgetReading, wanted: Budgets): string[] {
  return Object.keys(wanted).filter((adSetId) => current[adSetId] !== wanted[adSetId]);
}

/** What the gate says before a phase, or of a day of a hold or of the verification. @throws if Meta can't be read */
export async function readGate(run: Run, phase: string, summary: string): Promise<GateAnswer> {
  const request = { experimentId: run.experiment.id, phase };
  return gateAnswerOf(await promotions.gate.executeWithOptions({ summary }, [request]));
}

/** The reading, or the first obstacle if an ad set could not be read. */
export function whole(reading: Reading): Reading {
  return isObstacle(reading) ? reading : (reading.unreadable[0]?.obstacle ?? reading);
}

/** What a reason keeps of a reading. */
export function standOf({ current, unreadable }: BudgetReading): Pick<StateReason, 'amounts' | 'unreadable'> {
  const ids = unreadable.map(({ adSetId }) => adSetId);
  return { amounts: current, ...(ids.length > 0 ? { unreadable: ids } : {}) };
}

/** The reading as people read it. */
export function inWords(run: Run, reading: BudgetReading): string {
  return standInWords(standOf(reading), run.experiment.currency, run.experiment.variants);
}

/** Whether the rollout only shows what it would write. */
export function isShadow(run: Run): boolean {
  return run.promotion.status === 'shadow';
}
