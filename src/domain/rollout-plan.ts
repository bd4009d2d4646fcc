import { type Budgets, formatAmount, splitInProportion, totalOf } from './budget.js';

/** One phase of a rollout: the share of the total that the winner gets, and the wait after the phase before it. */
export interface Phase {
  /** Fraction of the total daily budget, e.g. 0.6. */
  winnerShare: number;
  /** Hours since the read-back of the phase before; 0 for the first. */
  waitHours: number;
}

/** The rollout that a policy has where it says nothing else. */
export const DEFAULT_PHASES: Phase[] = [
  { winnerShare: 0.6, waitHours: 0 },
  { winnerShare: 0.7, waitHours: 1 },
  { winnerShare: 0.8, waitHours: 2 },
];

/** A phase with its amounts. Its name is the winner's share in percent: `60`, `70`, `80`. */
export interface PlannedPhase {
  name: string;
  winnerShare: number;
  /** Hours since the read-back of the phase before; 0 for the first. */
  waitHours: number;
  /** Daily budget of every ad set in this phase, minor units. Sums to the base's total. */
  targets: Budgets;
}

export interface RolloutPlan {
  winnerAdSetId: string;
  /** Budgets read from Meta before the first write, minor units. */
  base: Budgets;
  phases: PlannedPhase[];
  /** Names of the policy's phases that would not have raised the winner. */
  skipped: string[];
}

/** The plan, or the sentence that says why there is none. */
export type PlanResult = { kind: 'plan'; plan: RolloutPlan } | { kind: 'refused'; reason: string };

/** The name of a phase: the winner's share in percent. */
export function phaseName(phase: Pick<Phase, 'winnerShare'>): string {
  return String(Math.round(phase.winnerShare * 10_000) / 100);
}

/** Half up. The product of the floats may fall short of the half: 0.7 × 45 is 31.499999999999996. */
function shareOf(total: number, share: number): number {
  return Math.round(Number((total * share).toFixed(6)));
}

/**
 * Amounts of each phase: the winner gets its share of the base's total (rounded half up), the others share
 * the rest in proportion to their old budgets. Phases that would not raise the winner are skipped; the first
 * that does is written at once.
 * Refuses where an amount would lie under Meta's minimum, or where no phase raises the winner.
 */
export function planRollout(input: {
  base: Budgets;
  winnerAdSetId: string;
  phases: readonly Phase[];
  /** Meta's least daily budget of an ad set, minor units. */
  minimum: number;
  currency: string;
}): PlanResult {
  const { base, winnerAdSetId, minimum, currency } = input;
  const winnerBase = base[winnerAdSetId];
  if (winnerBase === undefined)
    throw new RangeError(`no base budget of the winner's ad set ${winnerAdSetId}`);
  const total = totalOf(base);
  const others = Object.keys(base).filter((id) => id !== winnerAdSetId);
  const weights = others.map((id) => base[id]!);

  const phases: PlannedPhase[] = [];
  const skipped: string[] = [];
  for (const phase of input.phases) {
    const name = phaseName(phase);
    const winnerTarget = shareOf(total, phase.winnerShare);
    if (winnerTarget <= (phases.at(-1)?.targets[winnerAdSetId] ?? winnerBase)) {
      skipped.push(name);
      continue;
    }
    const rest = splitInProportion(total - winnerTarget, weights);
    const targets: Budgets = { [winnerAdSetId]: winnerTarget };
    others.forEach((id, index) => {
      targets[id] = rest[index]!;
    });
    const tooLow = Object.entries(targets).find(([, amount]) => amount < minimum);
    if (tooLow) {
      return {
        kind: 'refused',
        reason: `Phase ${name} would set ad set ${tooLow[0]} to ${formatAmount(tooLow[1], currency)}, below Meta's minimum of ${formatAmount(minimum, currency)} a day.`,
      };
    }
    phases.push({
      name,
      winnerShare: phase.winnerShare,
      waitHours: phases.length === 0 ? 0 : phase.waitHours,
      targets,
    });
  }
  if (phases.length === 0) {
    return {
      kind: 'refused',
      reason: `The winner already has ${formatAmount(winnerBase, currency)} of ${formatAmount(total, currency)}, as much as the last phase would give it.`,
    };
  }
  return { kind: 'plan', plan: { winnerAdSetId, base, phases, skipped } };
}

/**
 * The order in which a change from `current` to `targets` is written: cuts before raises, so that no write
 * makes the total larger than it was. Ad sets already at their target stay in the list: reading them is the proof.
 */
export function writeOrder(current: Budgets, targets: Budgets): string[] {
  const ids = Object.keys(targets);
  const isRaise = (id: string) => targets[id]! > current[id]!;
  return [...ids.filter((id) => !isRaise(id)), ...ids.filter(isRaise)];
}
