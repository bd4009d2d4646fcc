import type { Estimate } from '../../../../src/domain/reporting/lift.js';
import { random } from '../../evidence/simulate.js';

/** Normal numbers from two uniforms (Box and Muller). */
export function normals(seed: number): () => number {
  const uniform = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Estimates of true log lifts; `zeroShare` of them, evenly spread, are 0, the others N(mean, scale²). */
export function estimates(
  count: number,
  { zeroShare = 0, mean = 0, scale, se }: { zeroShare?: number; mean?: number; scale: number; se: number },
  seed: number,
): (Estimate & { truth: number })[] {
  const normal = normals(seed);
  return Array.from({ length: count }, (_, index) => {
    const isZero = Math.floor((index + 1) * zeroShare) > Math.floor(index * zeroShare);
    const truth = isZero ? 0 : mean + scale * normal();
    return { truth, theta: truth + se * normal(), se };
  });
}
