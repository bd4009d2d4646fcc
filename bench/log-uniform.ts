import type { Random } from '../src/sandbox/random.js';

/** A draw whose logarithm is uniform between those of the two ends. */
export function logUniform(random: Random, [low, high]: readonly [number, number]): number {
  return low * (high / low) ** random.uniform();
}
