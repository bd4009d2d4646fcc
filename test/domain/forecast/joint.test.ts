import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../src/domain/evidence/distributions.js';
import { chancesOf, expectedBest, pointsOf } from '../../../src/domain/forecast/joint.js';
import { Random } from '../../../src/sandbox/random.js';

const identity = (n: number) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
/** What the chances may be off by. */
const HALF_A_POINT = 0.005;

describe('the chance to be best', () => {
  it('of two is that of the normal distribution', () => {
    for (const difference of [0, 0.3, -1, 2.5]) {
      const [chance] = chancesOf({
        means: [difference, 0],
        covariance: [
          [0.5, 0.1],
          [0.1, 0.7],
        ],
      });
      expect(chance).toBeCloseTo(normalCdf(difference / Math.sqrt(0.5 + 0.7 - 0.2)), 3);
    }
  });

  it('is the same for independent drafts with equal means', () => {
    for (const n of [3, 8, 20]) {
      const chances = chancesOf({ means: new Array(n).fill(0.4), covariance: identity(n) });
      for (const chance of chances) expect(Math.abs(chance - 1 / n)).toBeLessThan(HALF_A_POINT);
    }
  });

  it('agrees with many random draws of correlated drafts', () => {
    const random = new Random('joint');
    for (const n of [3, 6, 20]) {
      const factor = identity(n).map((row) => row.map(() => 0.3 * random.normal()));
      const covariance = factor.map((a) => factor.map((b) => a.reduce((sum, x, k) => sum + x * b[k]!, 0)));
      const means = factor.map(() => 0.5 * random.normal());
      const draws = 60_000;
      const wins = means.map(() => 0);
      for (let draw = 0; draw < draws; draw++) {
        const z = means.map(() => random.normal());
        const values = means.map((mean, i) => mean + factor[i]!.reduce((sum, x, k) => sum + x * z[k]!, 0));
        wins[values.indexOf(Math.max(...values))]! += 1;
      }
      chancesOf({ means, covariance }).forEach((chance, i) => {
        const drawn = wins[i]! / draws;
        const error = Math.sqrt((chance * (1 - chance)) / draws);
        expect(Math.abs(chance - drawn)).toBeLessThan(HALF_A_POINT + 3 * error);
      });
    }
  });

  it('is shared by equal drafts, which count as one', () => {
    const twins = [
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ];
    const [one, two, other] = chancesOf({ means: [0, 0, 0], covariance: twins });
    expect(one).toBe(two);
    expect(one! + two!).toBeCloseTo(0.5, 3);
    expect(other).toBeCloseTo(0.5, 3);
  });
});

it('the expected best of independent drafts is that of order statistics', () => {
  // Teichroew, Annals of Mathematical Statistics 27 (1956).
  for (const [n, value] of [
    [2, 0.56419],
    [5, 1.16296],
    [10, 1.53875],
  ] as const) {
    const points = pointsOf({ means: new Array(n).fill(1), covariance: identity(n) });
    expect(Math.abs(expectedBest(points, [...points.keys()]) - 1 - value)).toBeLessThan(0.005);
  }
});
