import type { Phase } from '../../src/domain/rollout-plan.js';
import { type Amounts, totalOf } from './history.js';

/** What a phase must be, by the promise of the service, written down once more apart from its own plan. */
export interface ExpectedPhase {
  name: string;
  waitHours: number;
  targets: Amounts;
}

/** The targets of each phase, computed here once more: the winner's share of the base, the rest in proportion. */
export function targetsOf(rollout: {
  base: Amounts;
  winnerAdSetId: string;
  phases: readonly Phase[];
}): ExpectedPhase[] {
  const { base, winnerAdSetId } = rollout;
  const total = totalOf(base);
  const others = Object.keys(base).filter((id) => id !== winnerAdSetId);
  let reached = base[winnerAdSetId]!;
  return rollout.phases.flatMap(({ winnerShare, waitHours }) => {
    const winner = Math.floor((total * Math.round(winnerShare * 10_000) + 5_000) / 10_000);
    if (winner <= reached) return [];
    const first = reached === base[winnerAdSetId];
    reached = winner;
    const weight = others.reduce((sum, id) => sum + base[id]!, 0);
    const exact = others.map((id) => ({ id, share: ((total - winner) * base[id]!) / weight }));
    const targets: Amounts = { [winnerAdSetId]: winner };
    for (const { id, share } of exact) targets[id] = Math.floor(share);
    const byFraction = [...exact].sort((x, y) => (y.share % 1) - (x.share % 1));
    for (let left = total - totalOf(targets), index = 0; left > 0; left--, index++) {
      const { id } = byFraction[index]!;
      targets[id] = targets[id]! + 1;
    }
    const name = String(Math.round(winnerShare * 10_000) / 100);
    return [{ name, waitHours: first ? 0 : waitHours, targets }];
  });
}
