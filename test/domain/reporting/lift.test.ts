import { describe, expect, it } from 'vitest';
import {
  claimedInterval,
  claimedLift,
  compoundLift,
  pooled,
  posterior,
} from '../../../src/domain/reporting/lift.js';
import reference from '../../reference/e_process_and_shrinkage.json' with { type: 'json' };
import { normals } from './support/draw.js';

describe('the posterior lift', () => {
  it.each(reference.shrinkage)('of θ̂ = $theta ± $se under τ = $tau', (c) => {
    const got = posterior(c, c.tau);
    expect(got.mean).toBeCloseTo(c.post_mean_log, 12);
    expect(got.sd).toBeCloseTo(c.post_sd_log, 12);
    expect(got.lift).toBeCloseTo(c.reported_lift_mean, 12);
    expect(got.medianLift).toBeCloseTo(c.reported_lift_median, 12);
    expect(got.lift).toBeLessThan(claimedLift(c.theta));
  });

  it('lies between the estimate and the mean of the prior, and near the claim if the error is tiny', () => {
    expect(posterior({ theta: 0.2, se: 0.1 }, 0.1, -0.1).mean).toBeCloseTo(0.05, 14);
    expect(posterior({ theta: 0.2, se: 1e-6 }, 0.1, -0.1).lift).toBeCloseTo(claimedLift(0.2), 8);
    expect(() => posterior({ theta: 0.1, se: 0.1 }, 0)).toThrow(RangeError);
  });
});

describe('two estimates of one effect', () => {
  it('are pooled by their precision; those without an error are ignored', () => {
    expect(pooled([])).toBeNull();
    expect(pooled([{ theta: 0.4, se: 0 }])).toBeNull();
    const one = pooled([{ theta: 0.2, se: 0.05 }])!;
    expect(one.theta).toBeCloseTo(0.2, 14);
    expect(one.se).toBeCloseTo(0.05, 14);
    const two = pooled([
      { theta: 0.3, se: 0.1 },
      { theta: 0.1, se: 0.05 },
      { theta: 9, se: 0 },
    ])!;
    expect(two.theta).toBeCloseTo((0.3 / 0.01 + 0.1 / 0.0025) / 500, 14);
    expect(two.se).toBeCloseTo(1 / Math.sqrt(500), 14);
  });
});

describe('lifts', () => {
  it('multiply', () => {
    expect(compoundLift([])).toBe(0);
    expect(compoundLift([0.1, 0.2, -0.05])).toBeCloseTo(1.1 * 1.2 * 0.95 - 1, 14);
    expect(claimedLift(Math.log(1.3))).toBeCloseTo(0.3, 14);
  });

  it('have an interval from the errors of the tests alone', () => {
    const [low, high] = claimedInterval([
      { theta: 0.1, se: 0.03 },
      { theta: 0.2, se: 0.04 },
    ]);
    expect(Math.log1p(low)).toBeCloseTo(0.3 - 1.96 * 0.05, 5);
    expect(Math.log1p(high)).toBeCloseTo(0.3 + 1.96 * 0.05, 5);
    expect(claimedInterval([])).toEqual([0, 0]);
  });

  it('of selected winners compound too high if claimed and nearly right if shrunk', () => {
    const normal = normals(7);
    let claimed = 0;
    let shrunk = 0;
    let real = 0;
    let winners = 0;
    for (let i = 0; i < 4000; i++) {
      const theta = 0.1 * normal();
      const estimate = { theta: theta + 0.06 * normal(), se: 0.06 };
      if (estimate.theta < 2.8 * estimate.se) continue;
      winners++;
      real += theta;
      claimed += Math.log1p(claimedLift(estimate.theta));
      shrunk += posterior(estimate, 0.1).mean;
    }
    expect(claimed / real).toBeGreaterThan(1.25);
    expect(Math.abs(shrunk / real - 1)).toBeLessThan(0.05);
    expect(winners).toBeGreaterThan(100);
  });
});
