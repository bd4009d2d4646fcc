/** The most that a rollout may cost: the worst end of the interval times the budget moved. */
import { type Budgets, formatAmount } from '../budget.js';
import { UNADJUSTED } from '../evidence/types.js';
import { METRICS, type Objective, shownLift } from '../metric.js';
import { percent } from '../percent.js';

export interface AtRisk {
  /** Minor units per day. */
  amount: number;
  /** The winner's daily budget above its base, minor units. */
  moved: number;
  /** Relative lift of the winner over its rival at the interval's lower end; null if no interval is known. */
  worstLift: number | null;
}

/** `interval`: of the winner's relative lift. If it is unknown, the whole budget moved is at risk. */
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
  // Rounded up: "nothing" must not be shown for a positive amount.
  return { amount: Math.ceil(moved * share), moved, worstLift };
}

/**
 * One sentence with the amounts. `adjusted`: whether the interval is valid under repeated looks. The lift is the one that
 * users read: if less of the objective is better, the worst end is the interval's upper one.
 */
export function atRiskSentence(
  { amount, moved, worstLift }: AtRisk,
  currency: string,
  { confidence, adjusted, objective }: { confidence: number; adjusted: boolean; objective: Objective },
): string {
  const money = (value: number) => `${formatAmount(value, currency)} a day`;
  if (worstLift === null) {
    return `At risk: up to ${money(amount)}, which is all that is moved, since the effect is not known yet.`;
  }
  const metric = METRICS[objective];
  const worst = percent(shownLift(metric, worstLift));
  const interval = `${confidence * 100} % interval${metric.inverse ? ` of the ${metric.label}` : ''}${adjusted ? '' : `, ${UNADJUSTED}`}`;
  if (amount === 0) {
    const reaches = metric.inverse ? 'ends at' : 'begins at';
    return `At risk: nothing of the ${money(moved)} moved; the ${interval}${adjusted ? '' : ','} ${reaches} ${worst}.`;
  }
  return `At risk: up to ${money(amount)} of the ${money(moved)} moved, at the worst end of the ${interval}, ${worst}.`;
}
