import type { Phase } from '../../../src/domain/rollout/phases.js';
import { type Amounts, totalOf } from './history.js';

/** What a phase must be by the product's promise, computed independently of the service's plan. */
export interface ExpectedPhase {
  name: string;
  waitHours: number;
  targets: Amounts;
}

/** No step multiplies a budget by more than this: steps are added on the way to a phase. */
const MOST_TIMES = 2;
/** Wait between the steps on the way to the phase that is written at once. */
const WAIT_HOURS = 1;

/** The targets of each phase: the winner gets its share of the base's total, the others share the rest in proportion. */
export function targetsOf(rollout: {
  base: Amounts;
  winnerAdSetId: string;
  phases: readonly Phase[];
}): ExpectedPhase[] {
  const { base, winnerAdSetId } = rollout;
  const total = totalOf(base);
  const others = Object.keys(base)
    .filter((id) => id !== winnerAdSetId)
    .sort();
  let reached = base[winnerAdSetId]!;
  const weight = others.reduce((sum, id) => sum + base[id]!, 0);
  const split = (winner: number): Amounts => {
    const exact = others.map((id) => ({ id, share: ((total - winner) * base[id]!) / weight }));
    const targets: Amounts = { [winnerAdSetId]: winner };
    for (const { id, share } of exact) targets[id] = Math.floor(share);
    const byFraction = [...exact].sort((x, y) => (y.share % 1) - (x.share % 1));
    for (let left = total - totalOf(targets), index = 0; left > 0; left--, index++) {
      const { id } = byFraction[index]!;
      targets[id] = targets[id]! + 1;
    }
    return targets;
  };
  return rollout.phases.flatMap(({ winnerShare, waitHours }) => {
    const winner = Math.floor((total * Math.round(winnerShare * 10_000) + 5_000) / 10_000);
    const steps: ExpectedPhase[] = [];
    while (reached < winner) {
      const first = reached === base[winnerAdSetId];
      reached = Math.min(winner, reached * MOST_TIMES);
      const name = String(Math.round((reached === winner ? winnerShare : reached / total) * 10_000) / 100);
      const wait = first ? 0 : waitHours > 0 ? waitHours : WAIT_HOURS;
      steps.push({ name, waitHours: wait, targets: split(reached) });
    }
    return steps;
  });
}
