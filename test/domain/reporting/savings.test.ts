import { describe, expect, it } from 'vitest';
import type { Objective, VariantMetrics } from '../../../src/domain/metric.js';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import { savingsOf, type VerifiedPromotion } from '../../../src/domain/reporting/savings.js';
import { gainsTogether, shrunkLift } from '../../../src/domain/reporting/shrinkage.js';
import { estimates, normals } from './support/draw.js';

const prior = learnPrior(estimates(40, { scale: 0.1, se: 0.05 }, 3));
const gain = { theta: 0.2, se: 0.04 };
const lift = shrunkLift(gain, prior);

function row(changes: Partial<VariantMetrics>): VariantMetrics {
  return { impressions: 0, clicks: 0, linkClicks: 0, spend: 0, conversions: 0, revenue: 0, ...changes };
}

function verified(changes: Partial<VerifiedPromotion> = {}): VerifiedPromotion {
  return {
    experimentId: 'one',
    currency: 'USD',
    objective: 'click_through_rate',
    winner: 'b',
    rival: 'a',
    baseShare: 0.5,
    gain,
    delivered: {
      a: row({ impressions: 20_000, linkClicks: 400, spend: 8_000, conversions: 40, revenue: 16_000 }),
      b: row({ impressions: 80_000, linkClicks: 2_000, spend: 32_000, conversions: 240, revenue: 96_000 }),
    },
    ...changes,
  };
}

describe('what a verified promotion saved', () => {
  it.each([
    // Moved 80,000 − 50,000 impressions at 8,000/20,000 minor units each; 8,000/400 per click.
    ['click_through_rate', 30_000 * 0.4, 20],
    // Moved 2,000 − 1,200 clicks at 8,000/400 each; 8,000/40 per conversion.
    ['conversion_rate', 800 * 20, 200],
    // Moved 32,000 − 20,000 minor units.
    ['cost_per_conversion', 12_000, 200],
    // The same; an outcome is a minor unit of revenue: 8,000/16,000.
    ['return_on_ad_spend', 12_000, 0.5],
  ] as [Objective, number, number][])(
    'is what the moved exposure cost at the price of the loser, times the lift: %s',
    (objective, moved, perOutcome) => {
      const [saving] = savingsOf([verified({ objective })], prior).tests;
      expect(saving!.saved).toBeCloseTo(moved * lift, 8);
      expect(saving!.costPerOutcome).toBe(perOutcome);
      // Outcomes gained × the loser's cost per outcome.
      expect(saving!.outcomesGained * saving!.costPerOutcome).toBeCloseTo(saving!.saved, 8);
      expect(saving!.interval[0]).toBeLessThan(saving!.saved);
      expect(saving!.interval[1]).toBeGreaterThan(saving!.saved);
    },
  );

  it('counts every ad of the test, and the share of the winner in the base', () => {
    const { delivered } = verified();
    const three = { ...delivered, c: row({ impressions: 20_000, linkClicks: 300, spend: 9_000 }) };
    // 80,000 − 120,000/4 = 50,000 impressions.
    const [saving] = savingsOf([verified({ delivered: three, baseShare: 0.25 })], prior).tests;
    expect(saving!.saved).toBeCloseTo(50_000 * 0.4 * lift, 8);
  });

  it('is negative if the winner got less than its share of the base', () => {
    // 80,000 − 90,000 impressions.
    const { tests, totals } = savingsOf([verified({ baseShare: 0.9 })], prior);
    expect(tests[0]!.saved).toBeCloseTo(-10_000 * 0.4 * lift, 8);
    expect(totals[0]!.interval[0]).toBeLessThan(totals[0]!.interval[1]);
  });

  it('is nothing if the control won, and unknown without an outcome of the loser', () => {
    expect(savingsOf([verified({ gain: null })], prior).tests[0]).toMatchObject({
      ...{ saved: 0, outcomesGained: 0, interval: [0, 0] },
    });
    const without = [
      verified({ delivered: {} }),
      verified({ delivered: { ...verified().delivered, a: row({ impressions: 20_000, spend: 8_000 }) } }),
    ];
    for (const one of without)
      expect(savingsOf([one], prior)).toEqual({ tests: [], unknown: ['one'], totals: [] });
  });

  it('never adds amounts of two currencies', () => {
    const yen = verified({ experimentId: 'yen', currency: 'JPY' });
    const { totals } = savingsOf([yen, verified(), verified({ experimentId: 'two' })], prior);
    expect(totals.map(({ currency, tests }) => [currency, tests])).toEqual([
      ['JPY', 1],
      ['USD', 2],
    ]);
    expect(totals[0]!.saved).toBeCloseTo(12_000 * lift, 8);
    expect(totals[1]!.saved).toBeCloseTo(24_000 * lift, 8);
    expect(totals[1]!.interval).toEqual(
      gainsTogether(
        [
          { estimate: gain, weight: 12_000 },
          { estimate: gain, weight: 12_000 },
        ],
        prior,
      ).interval,
    );
  });
});

describe('the interval of gains together', () => {
  it('holds the truth in about 95 % of programmes whose winners were selected', () => {
    const normal = normals(11);
    let [held, programmes] = [0, 0];
    for (let programme = 0; programme < 300; programme++) {
      const tests = Array.from({ length: 40 }, () => {
        const truth = 0.1 * normal();
        return { truth, theta: truth + 0.05 * normal(), se: 0.05 };
      });
      const winners = tests.filter(({ theta, se }) => theta > 2.8 * se);
      if (winners.length === 0) continue;
      const gains = winners.map((estimate, i) => ({ estimate, weight: 100 + 50 * i }));
      const { interval } = gainsTogether(gains, learnPrior(tests));
      const truth = winners.reduce((sum, one, i) => sum + gains[i]!.weight * Math.expm1(one.truth), 0);
      programmes += 1;
      if (truth >= interval[0] && truth <= interval[1]) held += 1;
    }
    expect(programmes).toBeGreaterThan(290);
    // Standard error 1.3 points.
    expect(held / programmes).toBeGreaterThan(0.915);
    expect(held / programmes).toBeLessThan(0.985);
  });
});
