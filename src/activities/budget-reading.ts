import { notFound } from '../clients/meta/errors.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Unreadable } from '../contract/activities.js';
import type { LedgerRow } from '../contract/records.js';
import type { Budgets } from '../domain/budget.js';
import { obstacleOf } from '../domain/rollout/obstacle.js';
import { expectedValues, foreignValues, lateValues, ownValues } from '../domain/rollout/ownership.js';

/** Asks Meta for the daily budget of each ad set: the amounts, and the errors of those that can't be read. */
export function createBudgetReader(meta: Pick<MetaClient, 'getDailyBudget'>) {
  async function readOne(adSetId: string): Promise<number> {
    const dailyBudget = await meta.getDailyBudget(adSetId);
    if (dailyBudget !== null) return dailyBudget;
    throw notFound(`Ad set ${adSetId} no longer has a daily budget.`);
  }
  return async (adSetIds: readonly string[]) => {
    const answers = await Promise.allSettled(adSetIds.map(readOne));
    const current: Budgets = {};
    const failed: Record<string, MetaError> = {};
    for (const [index, adSetId] of adSetIds.entries()) {
      const answer = answers[index]!;
      if (answer.status === 'fulfilled') current[adSetId] = answer.value;
      else if (answer.reason instanceof MetaError) failed[adSetId] = answer.reason;
      else throw answer.reason;
    }
    return { current, failed };
  };
}

export function unreadableOf(failed: Record<string, MetaError>): Unreadable[] {
  return Object.entries(failed).map(([adSetId, { kind, message, details }]) => ({
    adSetId,
    obstacle: obstacleOf(kind, `Ad set ${adSetId} could not be read: ${message}`, details.retryAfterMs),
  }));
}

/** Which values are our own, among the ad sets that could be read. */
export function whose(read: { current: Budgets; base: Budgets; ledger: readonly LedgerRow[] }) {
  const { current, base, ledger } = read;
  const known = Object.fromEntries(Object.entries(base).filter(([id]) => current[id] !== undefined));
  return {
    current,
    base,
    foreign: foreignValues(current, ownValues(known, ledger)),
    unexpected: foreignValues(current, expectedValues(known, ledger)),
    late: lateValues(known, current, ledger),
  };
}
