import { describe, expect, it } from 'vitest';
import { claimedLift, posterior } from '../../../src/domain/reporting/lift.js';
import { learnPrior, type Prior } from '../../../src/domain/reporting/prior.js';
import { chanceOfNoGain, compoundInterval, shrunkLift } from '../../../src/domain/reporting/shrinkage.js';
import reference from '../../reference/e_process_and_shrinkage.json' with { type: 'json' };
import { estimates } from './support/draw.js';

/** A prior that is certain. */
function fixed(scale: number, { mean = 0, zeroShare = 0 } = {}): Prior {
  return { points: [{ weight: 1, zeroShare, mean, scale }], tests: 100, zeroShare, mean, scale };
}

const density = (x: number, sd: number) => Math.exp(-0.5 * (x / sd) ** 2) / sd;

describe('the shrunk lift', () => {
  it.each(reference.shrinkage)(
    'of θ̂ = $theta ± $se under a normal prior of $tau is the known formula',
    (c) => {
      expect(shrunkLift(c, fixed(c.tau))).toBeCloseTo(c.reported_lift_mean, 12);
    },
  );

  it('is smaller by the probability that the ads are equal', () => {
    const estimate = { theta: 0.12, se: 0.05 };
    const equal = 0.6 * density(0.12, 0.05);
    const others = 0.4 * density(0.12, Math.hypot(0.1, 0.05));
    const expected = (others / (equal + others)) * posterior(estimate, 0.1).lift;
    expect(shrunkLift(estimate, fixed(0.1, { zeroShare: 0.6 }))).toBeCloseTo(expected, 12);
  });

  it('is that of the winner, if the control won', () => {
    const prior = fixed(0.1, { mean: -0.05, zeroShare: 0.2 });
    const mirrored = fixed(0.1, { mean: 0.05, zeroShare: 0.2 });
    const won = shrunkLift({ theta: -0.2, se: 0.05 }, prior, 'control');
    expect(won).toBeGreaterThan(0.1);
    expect(won).toBeCloseTo(shrunkLift({ theta: 0.2, se: 0.05 }, mirrored), 12);
  });

  it('is never above the claim of a winner, however well other challengers did', () => {
    const tests = estimates(30, { mean: 0.4, scale: 0.1, se: 0.08 }, 1);
    const prior = learnPrior(tests);
    for (const test of tests)
      if (test.theta > 2.8 * test.se) expect(shrunkLift(test, prior)).toBeLessThan(claimedLift(test.theta));
  });

  it('is 0 without an estimate, and near the claim if the error is tiny', () => {
    expect(shrunkLift({ theta: 0.3, se: 0 }, learnPrior([]))).toBe(0);
    const exact = { theta: 0.2, se: 1e-5 };
    expect(shrunkLift(exact, learnPrior([exact]))).toBeCloseTo(claimedLift(0.2), 6);
    expect(chanceOfNoGain(exact, learnPrior([exact]))).toBe(0);
  });
});

describe('the chance of no gain', () => {
  it('is the posterior probability of 0 or less', () => {
    // mean/sd = theta·τ/(SE·√(τ²+SE²)) = 2
    const estimate = { theta: 2 * 0.1 * Math.SQRT2, se: 0.1 };
    expect(chanceOfNoGain(estimate, fixed(0.1))).toBeCloseTo(0.02275013, 7);
    expect(chanceOfNoGain(estimate, fixed(0.1), 'control')).toBeCloseTo(0.97724987, 7);
  });

  it('includes equal ads, whoever won', () => {
    const estimate = { theta: 0.15, se: 0.05 };
    const prior = fixed(0.1, { zeroShare: 0.8 });
    const equal = 0.8 * density(0.15, 0.05);
    const zero = equal / (equal + 0.2 * density(0.15, Math.hypot(0.1, 0.05)));
    expect(chanceOfNoGain(estimate, prior)).toBeGreaterThan(zero);
    expect(chanceOfNoGain(estimate, prior) + chanceOfNoGain(estimate, prior, 'control')).toBeCloseTo(
      1 + zero,
      12,
    );
  });

  it("is the prior's own if nothing was estimated", () => {
    expect(chanceOfNoGain(null, fixed(0.1))).toBeCloseTo(0.5, 12);
    expect(chanceOfNoGain({ theta: 0.3, se: 0 }, fixed(0.1, { zeroShare: 0.4 }))).toBeCloseTo(0.7, 12);
  });
});

describe('the interval of a compound lift', () => {
  it('is that of the sum of the log lifts', () => {
    const winners = [
      { theta: 0.2, se: 0.05 },
      { theta: 0.1, se: 0.04 },
    ];
    const known = winners.map((winner) => posterior(winner, 0.1));
    const centre = known.reduce((sum, { mean }) => sum + mean, 0);
    const margin = 1.96 * Math.hypot(...known.map(({ sd }) => sd));
    const [low, high] = compoundInterval(winners, fixed(0.1));
    expect(Math.log1p(low)).toBeCloseTo(centre - margin, 4);
    expect(Math.log1p(high)).toBeCloseTo(centre + margin, 4);
  });

  it('is [0, 0] without a winner or an estimate, or if all ads are surely equal', () => {
    expect(compoundInterval([], learnPrior([]))).toEqual([0, 0]);
    expect(compoundInterval([{ theta: 0, se: 0 }], learnPrior([]))).toEqual([0, 0]);
    expect(compoundInterval([{ theta: 0.2, se: 0.05 }], fixed(0.1, { zeroShare: 1 }))).toEqual([0, 0]);
  });

  it('is wider if the prior is uncertain', () => {
    const winners = estimates(5, { mean: 0.15, scale: 0.02, se: 0.05 }, 1);
    const width = ([low, high]: [number, number]) => Math.log1p(high) - Math.log1p(low);
    expect(width(compoundInterval(winners, learnPrior([])))).toBeGreaterThan(
      width(compoundInterval(winners, fixed(0.06))),
    );
  });

  it('covers the truth of selected winners in 95 % of programmes, with a learned prior', () => {
    let covered = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const tests = estimates(30, { zeroShare: 0.3, scale: 0.1, se: 0.05 }, seed);
      const winners = tests.filter(({ theta, se }) => theta > 2.8 * se);
      const truth = winners.reduce((sum, one) => sum + one.truth, 0);
      const [low, high] = compoundInterval(winners, learnPrior(tests));
      if (Math.log1p(low) <= truth && truth <= Math.log1p(high)) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.91);
    expect(covered / 200).toBeLessThan(0.99);
  });
});
