import type { BudgetReading } from '../contract/activities.js';
import { type Budgets, formatAmount } from '../domain/budget.js';
import type { Run } from './experiment-run.js';
import { budgets, type Trouble, troubleOf } from './proxies.js';

export type Reading = BudgetReading | { trouble: Trouble };

/** Where all budgets stand and whose they are, or what kept one of them from being read. */
export async function readBudgets(run: Run): Promise<Reading> {
  return read(run, false);
}

/** The same of those that can be read; `trouble` where none can. For the way back, and for what is said of a state. */
export async function readBudgetsPartly(run: Run): Promise<Reading> {
  return read(run, true);
}

async function read(run: Run, partly: boolean): Promise<Reading> {
  try {
    return await budgets.readBudgets.executeWithOptions({ summary: 'whose are the budgets now' }, [
      run.experiment.id,
      { partly },
    ]);
  } catch (error) {
    return { trouble: troubleOf(error) };
  }
}

/** A reading that lacks an ad set is none where all of them count. */
export function whole(reading: Reading): Reading {
  if ('trouble' in reading) return reading;
  const [trouble] = reading.unreadable ?? [];
  return trouble ? { trouble } : reading;
}

/** What is known of the budgets, as people read it: the amounts, and the ad sets of which Meta tells none. */
export function standing(run: Run, { current, unreadable = [] }: BudgetReading): string {
  const unread = unreadable.map(({ adSetId }) => `; ad set ${adSetId} could not be read`);
  return `${amounts(run, current)}${unread.join('')}`;
}

/** Ad sets with their amounts, as people read them. */
export function amounts(run: Run, current: Budgets, adSetIds = Object.keys(current)): string {
  return adSetIds
    .map((id) => `ad set ${id} at ${formatAmount(current[id]!, run.experiment.currency)}`)
    .join(', ');
}

/** What a rollout has written that only shows what it would write: nothing. */
export function isShadow(run: Run): boolean {
  return run.promotion.status === 'shadow';
}

/** What is said of a rollout that ends in its way back. */
export function goBack(run: Run): string {
  return isShadow(run) ? '' : ' The budgets go back.';
}
