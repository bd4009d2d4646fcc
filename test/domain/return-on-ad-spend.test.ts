import { describe, expect, it } from 'vitest';
import { takeLook } from '../../src/domain/decision/look.js';
import { ruleSettings } from '../../src/domain/decision/rule-settings.js';
import { normalUpperQuantile } from '../../src/domain/evidence/distributions.js';
import { rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import { nominalAlpha, sequential, spentFraction } from '../../src/domain/evidence/sequential.js';
import { DEFAULT_POLICY, defaultGuardrails, type Policy } from '../../src/domain/experiment.js';
import { METRICS, type Objective, type ObjectiveMetric } from '../../src/domain/metric.js';
import { type Observed, pairRows } from '../../src/domain/pair-rows.js';
import { type AdRates, hourAt, traffic, USUAL, variants } from './support/traffic.js';

const ROAS = METRICS.return_on_ad_spend;
const WINDOW_HOURS = 168;

function lookAt(observations: readonly Observed[], hour: number, policy: Partial<Policy> = {}) {
  const objective: Objective = policy.objective ?? 'return_on_ad_spend';
  const guardrails = defaultGuardrails(objective);
  return takeLook({
    experiment: {
      variants,
      policy: { ...DEFAULT_POLICY, objective, guardrails, attributionWindowHours: WINDOW_HOURS, ...policy },
      startedAt: hourAt(0),
    },
    lookNumber: 1,
    dueAt: hourAt(hour),
    observations: observations.filter(({ bucketEnd }) => bucketEnd <= hourAt(hour)),
    previous: null,
    states: {},
  });
}

describe('return on ad spend', () => {
  /** Two thirds of the orders, each of twice the value: a third more revenue. */
  const larger: AdRates = { ...USUAL, conversions: (USUAL.conversions * 2) / 3, revenue: 2 * USUAL.revenue };

  it('finds the winner with larger orders, which the cost per conversion would call the loser', () => {
    const observations = traffic('larger orders', 672, [USUAL, larger]);
    const found = lookAt(observations, 600);
    expect(found).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
    expect(found.reasons[0]).toMatch(
      /^c1 wins: confidence [01]\.\d+ ≥ 0\.950 at look 1; return on ad spend of c1 over control: \+\d+\.\d % \(95 % interval \+\d+\.\d % to \+\d+\.\d %\)\.$/,
    );
    expect(lookAt(observations, 600, { objective: 'cost_per_conversion' }).winnerVariantId).toBe('control');
  });

  it('counts orders for its minimum, whatever their value', () => {
    const orders = traffic('few', 40, [USUAL, USUAL]).map((row) => ({
      ...row,
      conversions: row.bucketStart < hourAt(24) ? 1 : 0,
      revenue: row.bucketStart < hourAt(24) ? 1_000_000 : 0,
    }));
    const { verdict, reasons, pairs } = lookAt(orders, 40 + WINDOW_HOURS);
    expect(verdict).toBe('insufficient_data');
    expect(reasons.slice(0, 2)).toEqual(['control has 24 conversions < 25.', 'c1 has 24 conversions < 25.']);
    expect(pairs[0]!.evidence.missing.slice(0, 2)).toEqual([
      { code: 'minimum_clicks_a', value: 24, limit: 25 },
      { code: 'minimum_clicks_b', value: 24, limit: 25 },
    ]);
  });

  it('promotes no ad because of one very large order', () => {
    const observations = traffic('one order', 400, [USUAL, USUAL]);
    const lucky = observations.findIndex(
      ({ variantId, conversions }) => variantId === 'c1' && conversions > 0,
    );
    observations[lucky] = { ...observations[lucky]!, revenue: 400 * USUAL.revenue };
    const { verdict, pairs } = lookAt(observations, 400);
    expect(Math.expm1(pairs[0]!.evidence.theta)).toBeGreaterThan(0.2);
    expect(verdict).not.toBe('promote');
  });

  it('is the same ratio as the guardrail revenue_per_spend, which then adds nothing', () => {
    const { label: _, ...guardrail } = METRICS.revenue_per_spend;
    expect(ROAS).toMatchObject(guardrail);
    const guardrails: Policy['guardrails'] = [
      { metric: 'revenue_per_spend', mode: 'non_inferiority', margin: 0.1 },
      { metric: 'cost_per_conversion', mode: 'no_harm', margin: 0 },
    ];
    const observations = traffic('larger orders', 672, [USUAL, larger]);
    const { verdict, health } = lookAt(observations, 600, { guardrails });
    expect(verdict).toBe('continue_testing');
    expect(health.map(({ code }) => code)).toContain('guardrail_cost_per_conversion');
    expect(health.map(({ code }) => code)).not.toContain('guardrail_revenue_per_spend');
  });

  it.each([
    { deviation: 1, cv: 1.3 },
    { deviation: 2, cv: 7 },
  ])(
    'calls few false winners among equal ads with lognormal order values, CV $cv',
    ({ deviation }) => {
      const RUNS = 300;
      const LOOKS = Array.from({ length: 28 }, (_, day) => 24 * (day + 1));
      const settings = ruleSettings({ ...DEFAULT_POLICY, objective: 'return_on_ad_spend' });
      // No bound is below Φ⁻¹(1 − α*(t)/2): looks after the last one beyond that need no recursion.
      const screen = LOOKS.map((hours) =>
        normalUpperQuantile((nominalAlpha(0.95) * spentFraction(hours, settings.horizonHours)) / 2),
      );
      const isCalled = (run: number) => {
        const ad = { ...USUAL, impressions: 300 };
        const rows = pairRows(ROAS, traffic(`equal ${run}`, 672, [ad, ad], deviation), ['control', 'c1'], {
          startedAt: hourAt(0),
          until: hourAt(672),
        });
        const last = LOOKS.findLastIndex(
          (hours, k) =>
            Math.abs(rateRatio(rows.slice(0, hours), { information: 'exposure' }).t) >= screen[k]!,
        );
        let state = sequential.start(settings);
        for (const hours of LOOKS.slice(0, last + 1)) {
          const look = sequential.look(settings, state, rows.slice(0, hours), hours);
          if (look.evidence.winner) return true;
          state = look.state;
        }
        return false;
      };
      const called = Array.from({ length: RUNS }, (_, run) => isCalled(run)).filter(Boolean).length;
      // 5 % of 300 is 15; three standard errors above it are 26.
      expect(called).toBeLessThanOrEqual(26);
      expect(called).toBeGreaterThan(2);
    },
    60_000,
  );
});

describe('an entry of the registry', () => {
  it('does not compile without all its fields, or with an amount as its events', () => {
    const { attribution: _, ...incomplete } = ROAS;
    // @ts-expect-error: `attribution` is missing.
    const withoutAttribution: ObjectiveMetric = incomplete;
    // @ts-expect-error: revenue is an amount, so no minimum can count it.
    const amountAsEvents: ObjectiveMetric = { ...ROAS, events: 'revenue' };
    expect([withoutAttribution, amountAsEvents]).toHaveLength(2);
  });
});
