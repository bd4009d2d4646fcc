import { studentUpperQuantile } from '../evidence/distributions.js';
import type { MeasuredLift } from './always-valid.js';

export interface Estimate {
  mean: number;
  /** 90 %. */
  interval: [low: number, high: number];
}

const TAIL = 0.05;

/** The mean of a sample of `count` values with its Student interval. `se`: of the mean. */
export function around(mean: number, se: number, count: number): Estimate {
  const margin = studentUpperQuantile(TAIL, count - 1) * se;
  return { mean, interval: [mean - margin, mean + margin] };
}

/**
 * Mean lift under random effects, read once; null with fewer than 2. Tests weigh by 1/(variance between tests + own variance),
 * so that a test with few counts says little, and one with very many doesn't decide alone. The variance between tests is Paule
 * and Mandel's (1982). The interval is Hartung and Knapp's (Statistics in Medicine 20, 2001), which holds with few tests.
 */
export function meanLift(lifts: readonly MeasuredLift[]): Estimate | null {
  if (lifts.length < 2) return null;
  const at = (between: number) => {
    const weights = lifts.map(({ se }) => 1 / (between + se * se));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = lifts.reduce((sum, { lift }, i) => sum + weights[i]! * lift, 0) / total;
    const q = lifts.reduce((sum, { lift }, i) => sum + weights[i]! * (lift - mean) ** 2, 0);
    return { mean, q, total };
  };
  const degrees = lifts.length - 1;
  let low = 0;
  let high = lifts.reduce((sum, { lift }) => sum + lift * lift, 0);
  if (at(0).q <= degrees) high = 0;
  for (let step = 0; step < 50 && high > 0; step++) {
    const middle = (low + high) / 2;
    if (at(middle).q > degrees) low = middle;
    else high = middle;
  }
  const { mean, q, total } = at(high);
  // Without the lower limit of 1, tests that agree by chance would give an interval that is too narrow.
  return around(mean, Math.sqrt(Math.max(1, q / degrees) / total), lifts.length);
}
