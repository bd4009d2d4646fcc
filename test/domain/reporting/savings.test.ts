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
    // Exposure per minor unit, winner over loser: (80,000/32,000)/(20,000/8,000), then (2,000/32,000)/(400/8,000).
    ['click_through_rate', 1, 20],
    ['conversion_rate', 1.25, 200],
    ['cost_per_conversion', 1, 200],
    ['return_on_ad_spend', 1, 0.5],
  ] as [Objective, number, number][])(
    'is the moved money, times what more the winner gets for it: %s',
    (objective, cheaper, perOutcome) => {
      const [saving] = savingsOf([verified({ objective })], prior).tests;
      // Of 40,000 the winner spent 32,000 instead of 20,000.
      expect(saving!.saved).toBeCloseTo(12_000 * (cheaper * (1 + lift) - 1), 8);
      expect(saving!.costPerOutcome).toBe(perOutcome);
      // Outcomes gained × the loser's cost per outcome.
      expect(saving!.outcomesGained * saving!.costPerOutcome).toBeCloseTo(saving!.saved, 8);
      const alone = gainsTogether([{ estimate: gain, weight: 12_000 * cheaper }], prior).interval;
      for (const end of [0, 1] as const)
        expect(saving!.interval[end]).toBeCloseTo(alone[end] + 12_000 * (cheaper - 1), 8);
      expect(saving!.interval[0]).toBeLessThan(saving!.saved);
      expect(saving!.interval[1]).toBeGreaterThan(saving!.saved);
    },
  );

  it.each(['click_through_rate', 'conversion_rate', 'cost_per_conversion', 'return_on_ad_spend'] as const)(
    'is nothing if no money was moved, though the winner got twice the exposure for it: %s',
    (objective) => {
      const delivered = {
        a: row({ impressions: 10_000, linkClicks: 100, spend: 100, conversions: 10, revenue: 500 }),
        b: row({ impressions: 20_000, linkClicks: 220, spend: 100, conversions: 25, revenue: 900 }),
      };
      const { tests, totals } = savingsOf([verified({ objective, delivered })], prior);
      expect(tests[0]).toMatchObject({ saved: 0, outcomesGained: 0, interval: [0, 0] });
      expect(totals).toEqual([{ currency: 'USD', tests: 1, saved: 0, interval: [0, 0] }]);
    },
  );

  it('is what the same money bought more of: the outcomes on record if they have the believed lift', () => {
    // The loser: 400 clicks for 8,000. The winner: 60,000 impressions for 32,000, at 2 % · (1 + lift) each.
    const clicks = 60_000 * 0.02 * (1 + lift);
    const delivered = {
      ...verified().delivered,
      b: row({ impressions: 60_000, linkClicks: clicks, spend: 32_000 }),
    };
    const [saving] = savingsOf([verified({ delivered })], prior).tests;
    // 12,000 at the winner's cost per click, less 12,000 at the loser's.
    expect(saving!.outcomesGained).toBeCloseTo(12_000 / (32_000 / clicks) - 12_000 / 20, 8);
    // Its impressions cost a third more, and its rate is less than a third higher.
    expect(saving!.saved).toBeLessThan(0);
  });

  it('counts every ad of the test, and the share of the winner in the base', () => {
    const { delivered } = verified();
    const three = { ...delivered, c: row({ impressions: 20_000, linkClicks: 300, spend: 9_000 }) };
    // 32,000 − 49,000/4.
    const [saving] = savingsOf([verified({ delivered: three, baseShare: 0.25 })], prior).tests;
    expect(saving!.saved).toBeCloseTo(19_750 * lift, 8);
  });

  it('is negative if the winner spent less than its share of the base', () => {
    // 32,000 − 36,000.
    const { tests, totals } = savingsOf([verified({ baseShare: 0.9 })], prior);
    expect(tests[0]!.saved).toBeCloseTo(-4_000 * lift, 8);
    expect(totals[0]!.interval[0]).toBeLessThan(totals[0]!.interval[1]);
  });

  it('is nothing if the control won, and unknown without an outcome of the loser or delivery of the winner', () => {
    for (const objective of ['click_through_rate', 'conversion_rate'] as const)
      expect(savingsOf([verified({ objective, gain: null })], prior).tests[0]).toMatchObject({
        ...{ saved: 0, outcomesGained: 0, interval: [0, 0] },
      });
    const without = [
      verified({ delivered: {} }),
      verified({ delivered: { ...verified().delivered, a: row({ impressions: 20_000, spend: 8_000 }) } }),
      verified({ delivered: { a: verified().delivered.a! } }),
      verified({ delivered: { ...verified().delivered, b: row({ impressions: 80_000 }) } }),
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
