import type { z } from '@hono/zod-openapi';
import { totalOf } from '../../domain/budget.js';
import type { Decision } from '../../domain/decision/decision.js';
import { type Experiment, maxStepFactorOf, variantOf } from '../../domain/experiment.js';
import { planRollout } from '../../domain/rollout/plan.js';
import { isoOf } from '../http/format.js';
import type { PlannedRollout } from './responses.js';

/** Below any minimum of Meta, which only the preflight asks for: a plan that it will refuse is shown all the same. */
const NO_MINIMUM = 1;

/** Whether a promotion may still come. */
export function isPlanned({ state }: Pick<Experiment, 'state'>): boolean {
  return state === 'running' || state === 'awaiting_approval';
}

/**
 * What a promotion would write, by the budgets that the last look read: of the winner that waits for approval, or of the
 * leader of a running test. Null in any other state, or if the budgets are not known or nothing would be written.
 */
export function plannedRollout(
  experiment: Experiment,
  decision: Decision | null,
): z.output<typeof PlannedRollout> | null {
  if (!isPlanned(experiment)) return null;
  const winnerId = decision?.winnerVariantId ?? decision?.leaderVariantId ?? null;
  const budgets = decision?.setting?.dailyBudgets;
  if (!decision || winnerId === null || !budgets) return null;
  const { policy, currency, variants } = experiment;
  const base: Record<string, number> = {};
  for (const { id, adSetId } of variants) {
    const budget = budgets[id];
    if (budget === undefined) return null;
    base[adSetId] = budget;
  }
  const winnerAdSetId = variantOf(experiment, winnerId).adSetId;
  const planned = planRollout({
    base,
    winnerAdSetId,
    phases: policy.phases,
    maxStepFactor: maxStepFactorOf(policy),
    minimum: NO_MINIMUM,
    currency,
  });
  if (planned.kind === 'refused') return null;
  const total = totalOf(base);
  return {
    winner_variant_id: winnerId,
    budgets_read_at: isoOf(decision.dueAt),
    winner_budget_cents: base[winnerAdSetId]!,
    others_budget_cents: total - base[winnerAdSetId]!,
    phases: planned.plan.phases.map(({ name, waitHours, targets }) => ({
      name,
      wait_hours: waitHours,
      winner_budget_cents: targets[winnerAdSetId]!,
      others_budget_cents: total - targets[winnerAdSetId]!,
    })),
  };
}
