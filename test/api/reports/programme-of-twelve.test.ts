/**
 * Every figure of the compound report, against a programme of 12 tests that was worked out by hand (the comments have the
 * arithmetic). Figures that need the prior of true lifts or a convolution are worked out term by term in `longhand.ts`.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWeb, type WebApi } from '../../web/support.js';
import type { JsonObject } from '../support/harness.js';
import {
  compoundLonghand,
  gainsLonghand,
  liftLonghand,
  luckLonghand,
  noGainLonghand,
  over,
  priorLonghand,
  savedLonghand,
} from './support/longhand.js';
import { NO_WINNER, PROMOTED, SE, seedProgramme } from './support/programme-of-twelve.js';

const seen = (ratio: number) => ({ theta: Math.log(ratio), se: SE });
/** Two estimates with the same error: their mean, with the error divided by √2. */
const pooled = (one: number, other: number) => ({
  theta: (Math.log(one) + Math.log(other)) / 2,
  se: SE / Math.SQRT2,
});
const round = (value: number, digits: number) =>
  Number(`${Math.round(Number(`${value}e${digits}`))}e-${digits}`);
const pct = (fraction: number) => round(100 * fraction, 2);
const pcts = (interval: readonly number[]) => interval.map(pct);
const cents = (amount: number) => round(amount, 0) / 100;
const product = (lifts: number[]) => lifts.reduce((all, lift) => all * (1 + lift), 1) - 1;
const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
const median = (values: number[]) => [...values].sort((x, y) => x - y)[(values.length - 1) / 2]!;

/** Challenger over control, of the 11 decided tests. The control won test 6 by a ratio of 1.1. */
const PRIOR = priorLonghand([
  ...[1.2, 1.1, 1.25, 1.3, 1.15, 1 / 1.1, 1.05, 1.4].map(seen),
  ...Object.values(NO_WINNER).map(({ theta }) => ({ theta, se: SE })),
]);
/** Promotions by the rule that stand, in order: sun, rain, wind, fog; hail, which the control won, is 0. */
const STANDING = [1.2, 1.1, 1.25, 1.15].map(seen);
const SHRUNK = [...STANDING.map((one) => liftLonghand(PRIOR, one)), 0];
/** Decision and verification together: sun, rain; hail again 0. */
const SUN = pooled(1.2, 1.15);
const RAIN = pooled(1.1, 1.12);
const VERIFIED = [SUN, RAIN];
const VERIFIED_LIFTS = [...VERIFIED.map((one) => liftLonghand(PRIOR, one)), 0];

describe('the compound report on a programme of 12 tests', () => {
  let api: WebApi;
  let body: JsonObject;
  let page: Awaited<ReturnType<WebApi['page']>>;
  beforeAll(async () => {
    // What Claude costs is counted by real months: this one begins in the middle of one and stays there.
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 15), toFake: ['Date'] });
    api = await startWeb({ manualMinutesPerCheck: 15 });
    await seedProgramme(api);
    body = (await api.get('/api/ab/auto-promote/compound-report')).body;
    page = await api.page('/compound');
  });
  afterAll(async () => {
    vi.useRealTimers();
    await api?.stop();
  });

  /** On the page, the figure of a field is this one. */
  const shown = (field: string, ...values: number[]) =>
    expect(page.figures(field), field).toEqual(values.map(String));

  it('counts the tests: 12 on record, of which 11 are decided and 11 have ended', () => {
    // Decided: 8 promoted and 3 without a winner; the stopped one is not. Stand by the rule: 8 less 2 reverted, less 1 forced.
    expect(body).toMatchObject({
      total_experiments: 11,
      successful_promotions: 5,
      reverted_promotions: 2,
      without_winner: 3,
      forced_promotions: 1,
      verified_promotions: 3,
      not_verified_promotions: 1,
      reverted_by_verification: 1,
      unreadable: [],
      tests_managed: {
        total: 12,
        by_state: { completed: 5, reverted: 2, verifying: 1, no_winner: 3, stopped: 1 },
        message:
          '12 tests in all, 11 of which have ended. 11 were decided: promoted, or ended without a winner; the other figures are about those.',
      },
    });
    shown('tests_managed_total', 12);
    shown('successful_promotions', 5);
    shown('without_winner', 3);
    shown('reverted_promotions', 2);
  });

  it('has the claimed lifts', () => {
    expect(body).toMatchObject({
      // (20 + 10 + 25 + 15 + 0) / 5
      avg_improvement_per_test: 14,
      // ± 1.959964 · 0.05 · √(1.2² + 1.1² + 1.25² + 1.15²) / 5 = ± 4.61
      avg_improvement_per_test_interval_pct: [9.39, 18.61],
      // of 0, 10, 15, 20, 25
      median_improvement: 15,
      // 1.2 · 1.1 · 1.25 · 1.15 = 1.8975
      compound_improvement_pct: 89.75,
      // 1.8975 · e^(∓ 1.959964 · 0.05 · √4) = 1.8975 · 0.822015 and · 1.216523
      compound_improvement_interval_pct: [55.98, 130.84],
      total_improvement_range: { min: 0, max: 25 },
      improvement_trend: [20, 10, 25, 15, 0],
      // (0.99 + 0.96 + 0.98 + 0.95 + 0.97) / 5
      avg_confidence: 0.97,
      avg_confidence_note: null,
    });
    shown('compound_improvement_pct', 89.75);
  });

  it('has the shrunk lifts, under the prior that the 11 tests taught', () => {
    const fifth = STANDING.map((one) => ({ seen: one, amount: 1 / 5 }));
    const compound = pct(product(SHRUNK));
    const average = pct(mean(SHRUNK));
    const averageInterval = pcts(gainsLonghand(PRIOR, fifth));
    expect(body).toMatchObject({
      prior_tests: 11,
      prior_note: null,
      prior_scale: round(
        over(PRIOR, ({ logScale }) => Math.exp(logScale)),
        4,
      ),
      prior_mean: round(
        over(PRIOR, ({ logScale, ratio }) => ratio * Math.exp(logScale)),
        4,
      ),
      prior_zero_share: round(
        over(PRIOR, ({ share }) => share),
        4,
      ),
      shrunk_avg_improvement_per_test: average,
      shrunk_avg_improvement_per_test_interval_pct: averageInterval,
      shrunk_median_improvement: pct(median(SHRUNK)),
      shrunk_compound_improvement_pct: compound,
      shrunk_compound_improvement_interval_pct: pcts(compoundLonghand(PRIOR, STANDING)),
      shrunk_total_improvement_range: { min: 0, max: pct(Math.max(...SHRUNK)) },
      shrunk_improvement_trend: pcts(SHRUNK),
    });
    // The believed lift is smaller than the claimed one, and not far from it: the errors are small.
    expect(compound).toBeGreaterThan(65);
    expect(compound).toBeLessThan(89.75);
    shown('shrunk_compound_improvement_pct', compound);
    const words = (value: number) => `+${value.toFixed(1)} %`;
    expect(body.improvement).toEqual({
      shrunk_avg_pct: average,
      shrunk_interval_pct: averageInterval,
      avg_pct: 14,
      interval_pct: [9.39, 18.61],
      promotions: 5,
      message: `The 5 promotions are believed to have raised the rate by ${words(average)} each on average (95 % interval ${words(averageInterval[0]!)} to ${words(averageInterval[1]!)}); the tests measured +14.0 %. A test that the control won counts as 0.`,
    });
    shown('improvement_shrunk_avg_pct', average);
    shown('improvement_shrunk_interval_pct', ...averageInterval);
  });

  it('has the verified lifts, from decision and verification together', () => {
    const third = VERIFIED.map((one) => ({ seen: one, amount: 1 / 3 }));
    const compound = pct(product(VERIFIED_LIFTS));
    expect(body).toMatchObject({
      verified_avg_improvement_per_test: pct(mean(VERIFIED_LIFTS)),
      verified_avg_improvement_per_test_interval_pct: pcts(gainsLonghand(PRIOR, third)),
      verified_median_improvement: pct(median(VERIFIED_LIFTS)),
      verified_compound_improvement_pct: compound,
      verified_compound_improvement_interval_pct: pcts(compoundLonghand(PRIOR, VERIFIED)),
      verified_total_improvement_range: { min: 0, max: pct(Math.max(...VERIFIED_LIFTS)) },
      verified_improvement_trend: pcts(VERIFIED_LIFTS),
    });
    shown('verified_compound_improvement_pct', compound);
  });

  it('lists the promotions that stand, the forced one marked', () => {
    const forced = liftLonghand(PRIOR, seen(1.05));
    const rows = [
      ['sun', 20, SHRUNK[0]!, VERIFIED_LIFTS[0]!, 'verified'],
      ['rain', 10, SHRUNK[1]!, VERIFIED_LIFTS[1]!, 'verified'],
      ['wind', 25, SHRUNK[2]!, null, 'not_verified'],
      ['fog', 15, SHRUNK[3]!, null, null],
      ['frost', 5, forced, liftLonghand(PRIOR, pooled(1.05, 1.08)), 'verified'],
      ['hail', 0, 0, 0, 'verified'],
    ] as const;
    expect(body.promotions).toEqual(
      rows.map(([id, claimed, shrunk, verified, verification]) =>
        expect.objectContaining({
          experiment_id: id,
          improvement_pct: claimed,
          shrunk_improvement_pct: pct(shrunk),
          verified_improvement_pct: verified === null ? null : pct(verified),
          verification,
          forced: id === 'frost',
          control_won: id === 'hail',
        }),
      ),
    );
  });

  it('has the luck of 10 tests of equal ads', () => {
    // All but the forced one; each looked at every 6 hours for 28 days, with an error of 0.05 after 30 hours.
    const luck = luckLonghand(10, SE, 30);
    expect(body).toMatchObject({
      luck_tests: 10,
      luck_compound_improvement_pct: pct(luck.compound),
      luck_compound_improvement_interval_pct: pcts(luck.interval),
    });
    expect(luck.interval[0]).toBe(0);
    shown('luck_compound_improvement_pct', pct(luck.compound));
  });

  it('keeps the forced promotion apart, with what it claimed and what was verified', () => {
    const lift = liftLonghand(PRIOR, seen(1.05));
    const both = pooled(1.05, 1.08);
    const verified = liftLonghand(PRIOR, both);
    const interval = pcts(compoundLonghand(PRIOR, [both]));
    expect(body.forced).toEqual({
      avg_confidence: 0.6,
      avg_improvement_per_test: 5,
      compound_improvement_pct: 5,
      // 1.05 · e^(∓ 1.959964 · 0.05)
      compound_improvement_interval_pct: [-4.8, 15.81],
      shrunk_avg_improvement_per_test: pct(lift),
      shrunk_compound_improvement_pct: pct(lift),
      shrunk_compound_improvement_interval_pct: pcts(compoundLonghand(PRIOR, [seen(1.05)])),
      verified_promotions: 1,
      verified_avg_improvement_per_test: pct(verified),
      verified_compound_improvement_pct: pct(verified),
      verified_compound_improvement_interval_pct: interval,
    });
    shown('forced_promotions', 1);
    shown('forced_compound_improvement_pct', 5);
    shown('forced_compound_improvement_interval_pct', -4.8, 15.81);
    shown('forced_verified_promotions', 1);
    shown('forced_verified_compound_improvement_pct', pct(verified));
    shown('forced_verified_compound_improvement_interval_pct', ...interval);
  });

  it('has the promotion rate: the rule found a winner in 7 of the 10 tests that it decided', () => {
    // Wilson with z² = 3.841459: (0.7 + 0.192073 ∓ 1.959964 · √(0.021 + 0.009604)) / 1.384146
    //   = (0.892073 ∓ 0.342874) / 1.384146
    expect(body.promotion_rate).toEqual({
      rate: 0.7,
      interval: [0.3968, 0.8922],
      promoted: 7,
      decided: 10,
      message:
        'Of 10 tests that the rule decided, it found a winner in 7, whatever became of the promotion. A test without a winner is no failure: no ad was shown to be better. Tests that were stopped before a verdict or promoted by force are not counted.',
    });
    shown('promotion_rate', 0.7);
    shown('promotion_rate_interval', 0.3968, 0.8922);
  });

  it('has the average confidence', () => {
    expect(body.confidence).toEqual({
      average: 0.97,
      promotions: 5,
      message:
        'The mean over 5 promotions by the rule, each as it was promoted. It says how sure the tests were that the winner is better, not by how much.',
    });
    shown('confidence_average', 0.97);
  });

  it('has the false winners: expected, observed and bounded', () => {
    // Decision and verification together, if there is one; all 7 promotions by the rule, the reverted ones too.
    const chances = [
      noGainLonghand(PRIOR, SUN),
      noGainLonghand(PRIOR, RAIN),
      noGainLonghand(PRIOR, pooled(1.25, 1.02)),
      noGainLonghand(PRIOR, pooled(1.3, 0.8)),
      noGainLonghand(PRIOR, seen(1.15)),
      noGainLonghand(PRIOR, pooled(1 / 1.1, 1 / 1.1), -1),
      noGainLonghand(PRIOR, seen(1.4)),
    ];
    const expected = round(mean(chances), 4);
    expect(body).toMatchObject({
      false_positive_rate: expected,
      // 10 tests by the rule · (1 − 0.95) / 7 promotions
      false_positive_bound: 0.0714,
      // 3 verified, 1 reverted of 5 outcomes: sun, rain, hail; snow; wind is neither.
      replication_rate: 0.6,
      reverted_by_verification_rate: 0.2,
    });
    expect(body.false_positives).toEqual({
      expected_rate: expected,
      promotions: 7,
      // Wilson: (0.2 + 0.384146 ∓ 1.959964 · √(0.032 + 0.038415)) / 1.768292 = (0.584146 ∓ 0.520090) / 1.768292
      observed_rate: 0.2,
      observed_interval: [0.0362, 0.6245],
      worse: 1,
      verifications: 5,
      // (0.6 + 0.384146 ∓ 1.959964 · √(0.048 + 0.038415)) / 1.768292 = (0.984146 ∓ 0.576162) / 1.768292
      replicated_rate: 0.6,
      replicated_interval: [0.2307, 0.8824],
      message: `Of 7 promotions by the rule, about ${(7 * mean(chances)).toFixed(1)} are expected to bring no true lift. Observed: 1 of 5 verifications showed the winner to be worse. A winner that is equal and not worse is seldom found out that way.`,
    });
    shown('false_positives_expected_rate', expected);
    shown('false_positives_observed_rate', 0.2);
    shown('false_positives_observed_interval', 0.0362, 0.6245);
    shown('false_positives_replicated_rate', 0.6);
    shown('false_positives_replicated_interval', 0.2307, 0.8824);
  });

  it('has the hours from start to promotion', () => {
    // 24, 30, 36, 48, 60, 72, 90: the quartiles lie at places 1.5 and 4.5, counted from 0.
    expect(Object.values(PROMOTED).flatMap(({ forced, hours }) => (forced ? [] : [hours]))).toHaveLength(7);
    expect(body.hours_to_promotion).toEqual({
      median: 48,
      quartiles: [33, 66],
      promotions: 7,
      message:
        'From the start of a test to its first budget change, over 7 promotions by the rule. Half of them took less than the median, and half lie between the quartiles.',
    });
    shown('hours_to_promotion_median', 48);
    shown('hours_to_promotion_quartiles', 33, 66);
  });

  it('has the money that the verified promotions saved', () => {
    // 194 hours from the first budget change: 2 of the rollout, 24 left out by the verification, 168 measured.
    // sun: winner 194 · 400 = 77,600 c, loser 194 · 100 = 19,400 c; at the base each had half of 97,000 c.
    //   Moved 77,600 − 48,500 = 29,100 c. By impressions: the winner gets 760 for 400 c, the loser 200 for 100 c: 1.9/2 = 0.95.
    //   Loser: 194 · 5 = 970 clicks for 19,400 c: 20 c a click.
    // rain: winner 194 · 900, loser 194 · 300; moved 174,600 − 116,400 = 58,200 c. By money, so a cent is a cent with both.
    //   Loser: 194 conversions for 58,200 c: 300 c a conversion.
    // hail: the control won, so nothing is gained. frost was forced, and is not counted.
    const sun = { seen: SUN, moved: 29_100, cheaper: 0.95 };
    const rain = { seen: RAIN, moved: 58_200, cheaper: 1 };
    const sunSaved = 29_100 * (0.95 * (1 + VERIFIED_LIFTS[0]!) - 1);
    const rainSaved = 58_200 * VERIFIED_LIFTS[1]!;
    const total = savedLonghand(PRIOR, [sun, rain]).map(cents);
    expect(body.savings).toEqual({
      totals: [{ currency: 'USD', saved: cents(sunSaved + rainSaved), interval: total, tests: 3 }],
      tests: [
        {
          ...{ experiment_id: 'sun', experiment_name: 'Test sun', currency: 'USD' },
          ...{ objective: 'click_through_rate', outcome: 'link clicks' },
          outcomes_gained: round(sunSaved / 20, 2),
          cost_per_outcome: 0.2,
          saved: cents(sunSaved),
          interval: savedLonghand(PRIOR, [sun]).map(cents),
        },
        {
          ...{ experiment_id: 'rain', experiment_name: 'Test rain', currency: 'USD' },
          ...{ objective: 'cost_per_conversion', outcome: 'conversions' },
          outcomes_gained: round(rainSaved / 300, 2),
          cost_per_outcome: 3,
          saved: cents(rainSaved),
          interval: savedLonghand(PRIOR, [rain]).map(cents),
        },
        {
          ...{ experiment_id: 'hail', experiment_name: 'Test hail', currency: 'USD' },
          ...{ objective: 'click_through_rate', outcome: 'link clicks' },
          ...{ outcomes_gained: 0, cost_per_outcome: 0.2, saved: 0, interval: [0, 0] },
        },
      ],
      unknown: [],
      message:
        'The outcomes that 3 verified promotions gained, times what an outcome costs with the loser. Counted is only money that was moved: what the winner spent beyond its share of the base budgets, from the first budget change to the end of the verification; what came later is not measured. A test that the control won counts as 0.',
    });
    // About 291 · (0.95 · 1.17 − 1) + 582 · 0.1 dollars.
    expect(cents(sunSaved + rainSaved)).toBeGreaterThan(80);
    expect(cents(sunSaved + rainSaved)).toBeLessThan(105);
    shown('savings_saved', cents(sunSaved + rainSaved));
    shown('savings_interval', ...total);
    expect(page.text).toContain(`US$${cents(sunSaved + rainSaved).toFixed(2)}`);
    expect(page.figures('saved', 'data-saving="sun"')[0]).toBe(String(cents(sunSaved)));
    shown('outcomes_gained', round(sunSaved / 20, 2), round(rainSaved / 300, 2), 0);
    shown('cost_per_outcome', 0.2, 3, 0.2);
  });

  it('has the work that it saved, with its assumption', () => {
    // Looks: 8 + 3 + 2. Writes: 8 promotions · 3 phases · 2 ad sets; the refused one moved nothing. (13 + 48 + 2) · 15 / 60.
    expect(body.manual_work).toEqual({
      hours: 15.75,
      minutes_each: 15,
      looks: 13,
      budget_writes: 48,
      reports: 2,
      message:
        '13 looks, 48 budget writes and 2 reports, each counted as 15 minutes of work by hand. The minutes are an assumption (MANUAL_MINUTES_PER_CHECK), not a measurement.',
    });
    shown('manual_work_hours', 15.75);
    expect(page.text).toContain('each counted as 15 minutes');
  });

  it('has the curve over tests: 5 promotions with fewer than 10 tests before them', () => {
    const { bands, message } = body.lift_curve as { bands: JsonObject[]; message: string };
    const fifth = STANDING.map((one) => ({ seen: one, amount: 1 / 5 }));
    const interval = pcts(gainsLonghand(PRIOR, fifth));
    expect(bands[0]).toEqual({
      ...{ from: 0, to: 10, promotions: 5 },
      ...{ shrunk_avg_pct: pct(mean(SHRUNK)), shrunk_interval_pct: interval, avg_pct: 14 },
    });
    expect(bands.map(({ from }) => from)).toEqual([0, 10, 25, 50, 100, 200, 400, 800]);
    for (const band of bands.slice(1))
      expect(band).toMatchObject({
        promotions: 0,
        shrunk_avg_pct: null,
        shrunk_interval_pct: null,
        avg_pct: null,
      });
    expect(message).toBe('Only one band has enough promotions, so nothing can be compared yet.');
    shown('band_shrunk_avg_pct', pct(mean(SHRUNK)));
    shown('band_shrunk_interval_pct', ...interval);
    shown('band_avg_pct', 14);
    shown('band_promotions', 5);
  });

  it('has the pattern library: size, states, uses and replication', () => {
    // Beta(1 + 2, 1 + 1): the mean is 3/5; its distribution function is 4x³ − 3x⁴, which is 0.05 at 0.2486 and 0.95 at 0.9024.
    expect(4 * 0.2486 ** 3 - 3 * 0.2486 ** 4).toBeCloseTo(0.05, 4);
    expect(4 * 0.9024 ** 3 - 3 * 0.9024 ** 4).toBeCloseTo(0.95, 4);
    expect(body.pattern_library).toEqual({
      size: 5,
      by_state: { holds: 2, candidate: 1, contradicted: 1, retired: 1 },
      uses: 3,
      wins: 2,
      success_rate: 0.6,
      success_interval: [0.2486, 0.9024],
      later: { replicated: 1, contradicted: 1, open: 2 },
      message:
        'The library has 5 patterns. Ads of decided tests were made from patterns 3 times, and 2 of these ads won. Of 4 that were stated with a direction, later tests replicated 1 and contradicted 1; 2 are open.',
    });
    shown('pattern_library_size', 5);
    shown('pattern_library_holds', 2);
    shown('pattern_library_success_rate', 0.6);
    shown('pattern_library_success_interval', 0.2486, 0.9024);
  });

  it('has the insights and what Claude cost this month', () => {
    // The first extraction of sun was replaced: kept 3 + 1 + 2, dropped 2 + 3. 12,345 + 20,000 millionths; 99,999 are of October.
    expect(body.insights).toEqual({
      by_status: { pending: 1, extracted: 2, offline: 1, failed: 1, not_applicable: 1 },
      claims_kept: 6,
      claims_dropped: 5,
      cost_this_month_usd: 0.032345,
      message:
        'Claude said why an ad won in 2 tests, the offline extractor in 1; 1 failed. 6 claims were kept and 5 dropped by the checks. 1 test waits for theirs.',
    });
    shown('insights_extracted', 2);
    shown('insights_offline', 1);
    shown('insights_failed', 1);
    shown('insights_cost_this_month_usd', 0.032345);
  });

  it('says what the forecasts are worth in one sentence', () => {
    const { verdict, message } = body.forecasts as JsonObject;
    expect(verdict).toBe('too_few');
    expect(page.text).toContain(String(message));
  });

  it('has every sentence of its parts on the page', () => {
    for (const part of [
      ...['tests_managed', 'promotion_rate', 'confidence', 'improvement', 'false_positives'],
      ...['hours_to_promotion', 'savings', 'manual_work', 'lift_curve', 'pattern_library', 'insights'],
    ])
      expect(page.text, part).toContain((body[part] as { message: string }).message);
  });
});
