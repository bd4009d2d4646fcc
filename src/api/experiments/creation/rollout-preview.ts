/** Plans the rollout of each possible winner before the test begins. */
import { type Budgets, formatAmount } from '../../../domain/budget.js';
import { maxStepFactorOf, type Policy } from '../../../domain/experiment.js';
import { largestStep, largestStepSentence, planRollout } from '../../../domain/rollout/plan.js';
import type { CreationFacts, CreationProblem } from './facts.js';

/** Rollouts that would be refused, e.g. for a budget below Meta's minimum: the caller must know it before the test. */
export function rolloutProblems(policy: Policy, facts: CreationFacts): CreationProblem[] {
  return rolloutPlans(policy, facts).flatMap(({ winner, result }) => {
    // A winner that already has the share of the last phase is fine: there is nothing to move.
    if (result.kind === 'plan' || result.cause === 'nothing_to_raise') return [];
    const field = result.cause === 'step_factor' ? 'policy.max_step_factor' : 'policy.phases';
    return [{ field, message: `if ${winner} wins: ${result.reason}` }];
  });
}

/** One sentence per possible winner whose rollout takes more steps than the policy has phases. */
export function stepWarnings(policy: Policy, facts: CreationFacts): string[] {
  return rolloutPlans(policy, facts).flatMap(({ winner, result }) => {
    if (result.kind === 'refused') return [];
    const { phases, skipped } = result.plan;
    const added = phases.length + skipped.length - policy.phases.length;
    if (added === 0) return [];
    const steps = added === 1 ? 'a step is' : `${added} steps are`;
    const largest = largestStepSentence(largestStep(result.plan), maxStepFactorOf(policy));
    return [`If ${winner} wins, ${steps} added to the phases. ${largest}`];
  });
}

/** The rollout of each possible winner; empty if a budget is unknown. */
export function rolloutPlans(policy: Policy, { account, variants }: CreationFacts) {
  const { currency, minDailyBudget: minimum } = account;
  const base: Budgets = {};
  for (const facts of variants) {
    if (facts === null || facts.adSet.dailyBudget === null || facts.adSet.dailyBudget <= 0) return [];
    base[facts.adSet.id] = facts.adSet.dailyBudget;
  }
  const adSetIds = Object.keys(base);
  if (adSetIds.length < 2 || adSetIds.length < variants.length) return [];
  const maxStepFactor = maxStepFactorOf(policy);
  return adSetIds.map((winnerAdSetId) => ({
    winnerAdSetId,
    winner: `ad set ${winnerAdSetId} (${formatAmount(base[winnerAdSetId]!, currency)} a day)`,
    result: planRollout({ base, winnerAdSetId, phases: policy.phases, maxStepFactor, minimum, currency }),
  }));
}
