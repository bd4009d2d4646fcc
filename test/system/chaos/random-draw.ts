import { Random } from '../../../src/sandbox/random.js';

/** Draws that depend only on a key. */
export class Draw {
  private readonly random: Random;
  constructor(key: string) {
    this.random = new Random(key);
  }
  uniform(from = 0, to = 1): number {
    return from + (to - from) * this.random.uniform();
  }
  chance(probability: number): boolean {
    return this.random.uniform() < probability;
  }
  below(count: number): number {
    return Math.floor(this.random.uniform() * count);
  }
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
  /** By weight. */
  pick<T>(weighted: readonly (readonly [T, number])[]): T {
    let left = this.random.uniform() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of weighted) {
      left -= weight;
      if (left < 0) return value;
    }
    return weighted.at(-1)![0];
  }
}
