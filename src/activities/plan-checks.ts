import type { ExperimentClock } from '../clients/clock.js';
import { AD_SET_BLOCK } from '../clients/meta/errors.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { LedgerRow, Promotion } from '../contract/records.js';
import { formatAmount, minorUnits } from '../domain/budget.js';
import { raiseOf } from '../domain/rollout/gate.js';
import { mayHaveReached } from '../domain/rollout/ownership.js';
import type { RolloutPlan } from '../domain/rollout/plan.js';
import { type BudgetContext, preflightProblems } from '../domain/rollout/preflight.js';
import { HOUR_MS } from '../domain/time.js';
import { callingMeta } from './failures.js';

/** A refusal that passes, so phases wait: the amount is below today's spend, or the budget was changed too often. */
function isOfThisHour(error: unknown): boolean {
  if (!(error instanceof MetaError)) return false;
  return error.kind === 'not_yet' || error.details.subcode === AD_SET_BLOCK;
}

/**
 * Returns a function that says in sentences what speaks against a plan before its first write: it ends after its ad sets or
 * campaigns do, a phase exceeds the account's envelope, or Meta refuses an amount. Empty if nothing does. Writes nothing.
 */
export function createPlanChecks(deps: {
  meta: Pick<MetaClient, 'validateDailyBudget'>;
  clock: ExperimentClock;
  /** False for a live account without LIVE_WRITES: the envelope then limits nothing. */
  writesAllowed: boolean;
  /** Major units; null: no limit. */
  accountEnvelope: number | null;
}): (plan: RolloutPlan, context: BudgetContext) => Promise<string[]> {
  const { meta, clock } = deps;

  /** Meta's refusals of the last phase's amounts, which are the smallest and the largest of all. Writes nothing. */
  async function refusalsOf({ phases }: RolloutPlan): Promise<string[]> {
    const reasons: string[] = [];
    for (const [adSetId, amount] of Object.entries(phases.at(-1)!.targets)) {
      try {
        await meta.validateDailyBudget(adSetId, amount);
      } catch (error) {
        if (error instanceof MetaError && error.kind === 'invalid') reasons.push(error.message);
        else if (!isOfThisHour(error)) return callingMeta(() => Promise.reject(error));
      }
    }
    return reasons;
  }

  /** A sentence on the first phase that exceeds the account's envelope even on an empty day, or null. */
  function beyondEnvelope({ base, phases }: RolloutPlan, currency: string): string | null {
    if (deps.accountEnvelope === null) return null;
    const limit = minorUnits(deps.accountEnvelope, currency);
    const money = (amount: number) => formatAmount(amount, currency);
    for (const [index, { name, targets }] of phases.entries()) {
      const wanted = raiseOf(phases[index - 1]?.targets ?? base, targets);
      if (wanted <= limit) continue;
      return `Phase ${name} raises the winner by ${money(wanted)} > ${money(limit)}, the account's envelope per day (ACCOUNT_ENVELOPE).`;
    }
    return null;
  }

  return async (plan, context) => {
    // Added steps make a rollout longer than the policy's phases, which the inspection assumed.
    const hours = plan.phases.reduce((sum, phase) => sum + phase.waitHours, 0);
    const late = preflightProblems(context, (await clock.now()) + hours * HOUR_MS);
    if (late.length > 0) return late.map(({ message }) => message);
    const tooMuch = deps.writesAllowed ? beyondEnvelope(plan, context.account.currency) : null;
    return tooMuch === null ? refusalsOf(plan) : [tooMuch];
  };
}

/** Ad sets of dropped variants that can't be cut: they keep their budgets. */
export function atMinimum({ account, dropped = [] }: BudgetContext): string[] {
  return dropped
    .filter(({ adSet }) => adSet.dailyBudget !== null && adSet.dailyBudget <= account.minDailyBudget)
    .map(({ adSet }) => adSet.id);
}

/** Which rows of the ledger come before a new rollout's own: those that moved a budget belong to drops that are over. */
export function afterEarlierDrops(rows: readonly LedgerRow[]): Pick<Promotion, 'ledgerAfter'> {
  return rows.some(mayHaveReached) ? { ledgerAfter: rows.at(-1)!.sequence } : {};
}
