import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../../src/domain/reporting/lift.js';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import { estimates } from './support/draw.js';

describe('the prior', () => {
  it('is a default without any test: half of the tests without an effect, the scale of the others between 1 and 30 %', () => {
    const prior = learnPrior([]);
    expect(prior.tests).toBe(0);
    expect(prior.zeroShare).toBeCloseTo(0.5, 12);
    expect(prior.mean).toBeLessThan(0);
    expect(prior.mean).toBeGreaterThan(-0.05);
    expect(prior.scale).toBeGreaterThan(0.06);
    expect(prior.scale).toBeLessThan(0.1);
    const outside = prior.points.filter(({ scale }) => scale < 0.012 || scale > 0.3);
    expect(outside.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThan(0.06);
  });

  it('has weights that sum to 1', () => {
    for (const finished of [[], estimates(40, { scale: 0.1, se: 0.03 }, 1)]) {
      const total = learnPrior(finished).points.reduce((sum, { weight }) => sum + weight, 0);
      expect(total).toBeCloseTo(1, 12);
    }
  });

  it('ignores tests without an estimate', () => {
    const known = estimates(12, { scale: 0.1, se: 0.03 }, 2);
    const missing: Estimate[] = [
      { theta: 0, se: 0 },
      { theta: Number.NaN, se: 0.1 },
      { theta: 0.1, se: Number.POSITIVE_INFINITY },
    ];
    expect(learnPrior([...known, ...missing])).toEqual(learnPrior(known));
  });

  it.each([
    { zeroShare: 0, mean: 0, scale: 0.1 },
    { zeroShare: 0, mean: -0.08, scale: 0.1 },
    { zeroShare: 0.8, mean: 0, scale: 0.1 },
    { zeroShare: 0, mean: 0, scale: 0.03 },
  ])('finds share $zeroShare, mean $mean and scale $scale in 400 tests', (world) => {
    const prior = learnPrior(estimates(400, { ...world, se: 0.02 }, 3));
    expect(Math.abs(prior.zeroShare - world.zeroShare)).toBeLessThan(0.1);
    expect(Math.abs(prior.mean - world.mean)).toBeLessThan(0.02);
    expect(prior.scale / world.scale).toBeGreaterThan(0.8);
    expect(prior.scale / world.scale).toBeLessThan(1.25);
  });

  it('learns no positive mean: the scale grows instead', () => {
    const { mean, scale } = learnPrior(estimates(100, { mean: 0.3, scale: 0.05, se: 0.02 }, 9));
    expect(mean).toBeLessThanOrEqual(0);
    expect(scale).toBeGreaterThan(0.2);
  });

  it('narrows its grid with the number of tests: scale, mean and share get more precise', () => {
    const world = { zeroShare: 0.3, mean: -0.02, scale: 0.05, se: 0.01 };
    const { scale, mean, zeroShare, points } = learnPrior(estimates(3000, world, 8));
    expect(scale).toBeCloseTo(0.05, 2);
    expect(Math.abs(scale - 0.05)).toBeLessThan(0.0025);
    expect(Math.abs(mean + 0.02)).toBeLessThan(0.004);
    expect(Math.abs(zeroShare - 0.3)).toBeLessThan(0.05);
    expect(points.length).toBeGreaterThan(10);
  });

  it('learns a scale of 3 % from 40 tests, which a heavier default hides', () => {
    const scales = [4, 5, 6].map((seed) => {
      const { scale, zeroShare } = learnPrior(estimates(40, { scale: 0.03, se: 0.02 }, seed));
      return scale * Math.sqrt(1 - zeroShare);
    });
    for (const scale of scales) expect(scale).toBeLessThan(0.045);
    for (const scale of scales) expect(scale).toBeGreaterThan(0.015);
  });

  it('finds that nearly all tests are without an effect if all are', () => {
    expect(learnPrior(estimates(40, { scale: 0, se: 0.03 }, 7)).zeroShare).toBeGreaterThan(0.8);
  });

  it('does not underflow on estimates far from everything', () => {
    const prior = learnPrior([
      { theta: 3, se: 1e-6 },
      { theta: -4, se: 0.001 },
    ]);
    expect(Number.isFinite(prior.scale)).toBe(true);
    expect(prior.points.every(({ weight }) => weight > 0)).toBe(true);
  });
});
