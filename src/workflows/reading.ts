import type { BudgetReading } from '../activities/budgets.js';
import { type Budgets, formatAmount } from '../domain/budget.js';
import { budgets, type Trouble, troubleOf } from './proxies.js';
import type { Run } from './run.js';

/** Where the budgets stand and whose they are, or what kept it from being read. */
export async function readBudgets(run: Run): Promise<BudgetReading | { trouble: Trouble }> {
  try {
    return await budgets.readBudgets.executeWithOptions({ summary: 'whose are the budgets now' }, [
      run.experiment.id,
    ]);
  } catch (error) {
    return { trouble: troubleOf(error) };
  }
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
