import { describe, expect, it } from 'vitest';
import {
  chanceOfNoGain,
  claimedLift,
  compoundLift,
  DEFAULT_PRIOR_SCALE,
  type Estimate,
  pooled,
  posterior,
  priorScale,
  shrunkLift,
} from '../../../src/domain/reporting/lift.js';
import reference from '../../reference/e_process_and_shrinkage.json' with { type: 'json' };
import { random } from '../evidence/simulate.js';

/** Normal numbers from two uniforms (Box and Muller). */
function normals(seed: number): () => number {
  const uniform = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

describe('the posterior lift', () => {
  it.each(reference.shrinkage)('of θ̂ = $theta ± $se under τ = $tau', (c) => {
    const got = posterior(c, c.tau);
    expect(got.mean).toBeCloseTo(c.post_mean_log, 12);
    expect(got.sd).toBeCloseTo(c.post_sd_log, 12);
    expect(got.lift).toBeCloseTo(c.reported_lift_mean, 12);
    expect(got.medianLift).toBeCloseTo(c.reported_lift_median, 12);
    expect(got.lift).toBeLessThan(claimedLift(c.theta));
    expect(shrunkLift(c, c.tau)).toBe(got.lift);
  });

  it('is 0 if nothing was estimated, and near the claim if the error is tiny', () => {
    expect(shrunkLift({ theta: 0, se: 0 }, 0.1)).toBe(0);
    expect(shrunkLift({ theta: 0.2, se: 1e-6 }, 0.1)).toBeCloseTo(claimedLift(0.2), 8);
    expect(() => posterior({ theta: 0.1, se: 0.1 }, 0)).toThrow(RangeError);
  });
});

describe("the prior's scale", () => {
  const draw = (count: number, scale: number, se: number, seed: number): Estimate[] => {
    const normal = normals(seed);
    return Array.from({ length: count }, () => ({ theta: scale * normal() + se * normal(), se }));
  };

  it('is 0.10 until ten experiments are finished', () => {
    expect(priorScale([])).toBe(DEFAULT_PRIOR_SCALE);
    expect(priorScale(draw(9, 0.5, 0.01, 1))).toBe(DEFAULT_PRIOR_SCALE);
    const silent = new Array<Estimate>(20).fill({ theta: 0, se: 0 });
    expect(priorScale([...draw(9, 0.5, 0.01, 1), ...silent])).toBe(DEFAULT_PRIOR_SCALE);
    expect(priorScale(draw(10, 0.5, 0.01, 1))).toBeGreaterThan(0.2);
  });

  it('is the closed form if all standard errors vanish', () => {
    const finished = draw(30, 0.2, 1e-6, 2);
    const squares = finished.reduce((sum, { theta }) => sum + theta * theta, 10 * 0.1 ** 2);
    expect(priorScale(finished)).toBeCloseTo(Math.sqrt(squares / 40), 6);
  });

  it('solves the likelihood equation if standard errors differ', () => {
    const finished = [...draw(20, 0.15, 0.05, 3), ...draw(20, 0.15, 0.12, 4)];
    const prior = priorScale(finished) ** 2;
    const score = (theta: number, variance: number) => (1 - (theta * theta) / variance) / variance;
    const sum = finished.reduce(
      (total, { theta, se }) => total + score(theta, prior + se * se),
      10 * score(0.1, prior),
    );
    expect(Math.abs(sum * prior)).toBeLessThan(1e-5);
  });

  it('finds the scale that many experiments were drawn from', () => {
    expect(priorScale(draw(2000, 0.05, 0.04, 5))).toBeCloseTo(0.05, 2);
    expect(priorScale(draw(2000, 0.3, 0.04, 6))).toBeCloseTo(0.3, 1);
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

  it('give the chance that there is no gain: a half if nothing is known', () => {
    expect(chanceOfNoGain(null, 0.1)).toBe(0.5);
    expect(chanceOfNoGain({ theta: 0.3, se: 0 }, 0.1)).toBe(0.5);
    expect(chanceOfNoGain({ theta: 0, se: 0.05 }, 0.1)).toBe(0.5);
    // mean/sd = theta·τ/(SE·√(τ²+SE²)) = 2
    const estimate = { theta: 2 * 0.1 * Math.SQRT2, se: 0.1 };
    expect(chanceOfNoGain(estimate, 0.1)).toBeCloseTo(0.02275013, 7);
    expect(chanceOfNoGain({ ...estimate, theta: -estimate.theta }, 0.1)).toBeCloseTo(0.97724987, 7);
  });
});

describe('lifts', () => {
  it('multiply', () => {
    expect(compoundLift([])).toBe(0);
    expect(compoundLift([0.1, 0.2, -0.05])).toBeCloseTo(1.1 * 1.2 * 0.95 - 1, 14);
    expect(claimedLift(Math.log(1.3))).toBeCloseTo(0.3, 14);
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
