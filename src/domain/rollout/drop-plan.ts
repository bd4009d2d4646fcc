/** The amounts of a rollout that drops a beaten ad: its budget goes to the ads that are still compared. */

import { type Budgets, formatAmount, splitInProportion, totalOf } from '../budget.js';
import { DEFAULT_WAIT_HOURS, MOST_STEPS, type PlannedPhase, type RolloutPlan, times } from './plan.js';

/** `nothing`: the ad set has no more than Meta's minimum. */
export type DropPlan =
  | { kind: 'plan'; plan: RolloutPlan }
  | { kind: 'nothing' }
  | { kind: 'refused'; reason: string };

/**
 * Cuts the dropped ad's set to Meta's minimum and shares what that frees among `receivers` in proportion to their budgets,
 * so that their shares of each other's total stay as they are. Usually that is one phase, named `drop-` and the variant's
 * id. No step multiplies a budget by more than `maxStepFactor`: otherwise steps with numbered names come before it.
 */
export function planDrop(input: {
  base: Budgets;
  variantId: string;
  adSetId: string;
  /** Of the variant that leads; it is one of the receivers. */
  leaderAdSetId: string;
  /** Ad sets of the variants that are still compared. */
  receivers: readonly string[];
  maxStepFactor: number;
  /** Meta's least daily budget of an ad set, minor units. */
  minimum: number;
  currency: string;
}): DropPlan {
  const { base, variantId, adSetId, leaderAdSetId, maxStepFactor, minimum, currency } = input;
  const freed = base[adSetId]! - minimum;
  if (freed <= 0) return { kind: 'nothing' };
  // Sorted, so that an odd minor unit goes to the same ad set in whatever order they were read.
  const receivers = [...input.receivers].sort();
  const added = splitInProportion(
    freed,
    receivers.map((id) => base[id]!),
  );
  const last = Object.fromEntries(receivers.map((id, i) => [id, base[id]! + added[i]!]));
  const steps: Budgets[] = [];
  for (let reached = base; receivers.some((id) => reached[id]! < last[id]!); reached = steps.at(-1)!) {
    const raised = Object.fromEntries(
      receivers.map((id) => [id, Math.min(last[id]!, Math.floor(times(reached[id]!, maxStepFactor)))]),
    );
    const others = { ...reached, ...raised };
    const moves = receivers.some((id) => raised[id]! > reached[id]!);
    if (!moves || steps.length === MOST_STEPS) {
      return {
        kind: 'refused',
        reason: `If a step multiplies a budget by at most ${maxStepFactor} (policy.max_step_factor), ${formatAmount(freed, currency)} a day of ${variantId} can't be moved in ${MOST_STEPS} steps.`,
      };
    }
    steps.push({ ...others, [adSetId]: totalOf(base) - (totalOf(others) - reached[adSetId]!) });
  }
  const name = `drop-${variantId}`;
  const phases = steps.map(
    (targets, i): PlannedPhase => ({
      name: i === steps.length - 1 ? name : `${name}-${i + 1}`,
      winnerShare: targets[leaderAdSetId]! / totalOf(base),
      waitHours: i === 0 ? 0 : DEFAULT_WAIT_HOURS,
      targets,
    }),
  );
  return {
    kind: 'plan',
    plan: { winnerAdSetId: leaderAdSetId, base, phases, skipped: [], drops: variantId },
  };
}
