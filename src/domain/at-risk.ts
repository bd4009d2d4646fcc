/** What a rollout may cost at worst: the interval's worst end times the budget that was moved. */
import { type Budgets, formatAmount } from './budget.js';
import { UNADJUSTED } from './evidence/types.js';
import { percent } from './percent.js';

export interface AtRisk {
  /** Minor units a day. */
  amount: number;
  /** Daily budget that the winner has beyond its base, minor units. */
  moved: number;
  /** Relative lift of the winner over its rival at the interval's lower end; null where no interval is known. */
  worstLift: number | null;
}

/** Where no interval is known all that was moved is at risk. `interval`: of the winner's relative lift. */
export function atRisk(input: {
  base: Budgets;
  targets: Budgets;
  winnerAdSetId: string;
  interval: readonly [number, number] | null;
}): AtRisk {
  const { base, targets, winnerAdSetId, interval } = input;
  const moved = Math.max(0, (targets[winnerAdSetId] ?? 0) - (base[winnerAdSetId] ?? 0));
  const worstLift = interval === null ? null : interval[0];
  const share = worstLift === null ? 1 : Math.min(1, Math.max(0, -worstLift));
  // Up: what is shown as nothing must be nothing.
  return { amount: Math.ceil(moved * share), moved, worstLift };
}

/** One sentence with the amounts. `adjusted`: whether the interval stays true under repeated looks. */
export function atRiskSentence(
  { amount, moved, worstLift }: AtRisk,
  currency: string,
  { confidence, adjusted }: { confidence: number; adjusted: boolean },
): string {
  const money = (value: number) => `${formatAmount(value, currency)} a day`;
  if (worstLift === null) {
    return `At risk: up to ${money(amount)}, all that is moved, since no interval of the effect is known.`;
  }
  const interval = `${confidence * 100} % interval${adjusted ? '' : `, ${UNADJUSTED},`}`;
  if (amount === 0) {
    return `At risk: nothing of the ${money(moved)} moved; the ${interval} begins at ${percent(worstLift)}.`;
  }
  return `At risk: up to ${money(amount)} of the ${money(moved)} moved, at the worst end of the ${interval}, ${percent(worstLift)}.`;
}
