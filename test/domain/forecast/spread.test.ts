import { describe, expect, it } from 'vitest';
import { spreadOf, varianceOfDifference } from '../../../src/domain/forecast/spread.js';
import { Random } from '../../../src/sandbox/random.js';

const ASSUMED = { always: 0, byDistance: 0.28 };

/** Groups of texts on a line of unit vectors, whose residuals have the given spread, measured with little noise. */
function simulate(spread: { always: number; byDistance: number }, groups: number) {
  const random = new Random(`spread ${spread.always}`);
  const angles: number[] = [];
  const rows = Array.from({ length: groups }, (_, group) => {
    const own = Math.sqrt(spread.always / 2);
    return Array.from({ length: 2 }, () => {
      angles.push(1.5 * random.uniform());
      return { testId: `t${group}`, group: 'g', logRate: own * random.normal(), variance: 0.01 };
    });
  }).flat();
  const cosine = (i: number, j: number) => Math.cos(angles[i]! - angles[j]!);
  for (let i = 0; i < rows.length; i += 2) {
    const variance = spread.byDistance * (1 - Math.exp(-(1 - cosine(i, i + 1)) / 0.4));
    rows[i]!.logRate += Math.sqrt(variance) * random.normal();
    for (const row of [rows[i]!, rows[i + 1]!]) row.logRate += 0.1 * random.normal() - 4;
  }
  return { rows, cosine };
}

describe('the spread of what a prediction misses', () => {
  it('is 0 between equal texts, and largest between those that have nothing to do with each other', () => {
    const spread = { always: 0.05, byDistance: 0.2 };
    expect(varianceOfDifference(spread, 1)).toBe(0);
    expect(varianceOfDifference(spread, 1 - 1e-8)).toBe(0);
    expect(varianceOfDifference(spread, 0.9)).toBeCloseTo(0.05 + 0.2 * (1 - Math.exp(-0.25)), 12);
    expect(varianceOfDifference(spread, -1)).toBeCloseTo(0.05 + 0.2 * (1 - Math.exp(-5)), 12);
    expect(varianceOfDifference(spread, null)).toBe(varianceOfDifference(spread, 0.6));
  });

  it.each([
    { always: 0, byDistance: 0.2 },
    { always: 0.1, byDistance: 0.1 },
    { always: 0.15, byDistance: 0 },
  ])('is found again: $always and $byDistance', (spread) => {
    const { rows, cosine } = simulate(spread, 4_000);
    const found = spreadOf(rows, new Float64Array(rows.length), cosine);
    for (const at of [0.4, 0.7, 0.95]) {
      const truth = varianceOfDifference(spread, at);
      expect(Math.abs(varianceOfDifference(found, at) - truth)).toBeLessThan(0.1 * truth + 0.006);
    }
  });

  it('is what is assumed without tests, and near it with few', () => {
    const nothing = spreadOf([], [], () => null);
    expect(nothing.always).toBeCloseTo(ASSUMED.always, 12);
    expect(nothing.byDistance).toBeCloseTo(ASSUMED.byDistance, 12);
    const { rows, cosine } = simulate({ always: 0, byDistance: 0 }, 3);
    const few = spreadOf(rows, new Float64Array(rows.length), cosine);
    expect(varianceOfDifference(few, 0.6)).toBeGreaterThan(0.5 * varianceOfDifference(ASSUMED, 0.6));
    expect(varianceOfDifference(few, 0.6)).toBeLessThan(varianceOfDifference(ASSUMED, 0.6));
  });

  it('counts neither equal texts nor texts alone in their group', () => {
    const { rows, cosine } = simulate({ always: 0.1, byDistance: 0.1 }, 30);
    const zero = new Float64Array(rows.length + 3);
    const more = [
      ...rows,
      { testId: 'alone', group: 'g', logRate: 99, variance: 0.01 },
      { testId: 'twins', group: 'g', logRate: 5, variance: 0.01 },
      { testId: 'twins', group: 'g', logRate: -5, variance: 0.01 },
    ];
    const withTwins = (i: number, j: number) => (i < rows.length ? cosine(i, j) : 1);
    expect(spreadOf(more, zero, withTwins)).toEqual(spreadOf(rows, zero, cosine));
  });
});
