/** How often variants that use a pattern win. */

import jStat from 'jstat';

/** Uses of a pattern in finished tests, and those that won. */
export interface Uses {
  uses: number;
  wins: number;
}

export interface SuccessRate {
  /** Posterior mean. */
  mean: number;
  /** 90 %, equal tails. */
  interval: [low: number, high: number];
}

const TAIL = 0.05;
/** Halvings of [0, 1]: to less than 1e-12. */
const HALVINGS = 40;

/**
 * The posterior Beta(1 + wins, 1 + uses − wins) under a uniform prior (Bayes, Laplace): without a use, 0.5 and nearly all
 * of [0, 1]. Throws RangeError unless 0 ≤ wins ≤ uses, both whole.
 */
export function successRate({ uses, wins }: Uses): SuccessRate {
  if (!Number.isSafeInteger(uses) || uses < 0) throw new RangeError(`uses must be at least 0, got ${uses}`);
  if (!Number.isSafeInteger(wins) || wins < 0 || wins > uses) {
    throw new RangeError(`wins must lie between 0 and the ${uses} uses, got ${wins}`);
  }
  const a = 1 + wins;
  const b = 1 + uses - wins;
  return { mean: a / (a + b), interval: [quantile(TAIL, a, b), quantile(1 - TAIL, a, b)] };
}

function quantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (Number(jStat.ibeta(middle, a, b)) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
