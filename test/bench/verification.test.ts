import { beforeAll, describe, expect, it } from 'vitest';
import { type EqualAds, equalAds } from '../../bench/verification/equal-ads.js';
import { type VerificationReport, verificationReport } from '../../bench/verification/report.js';
import { simulateTest } from '../../bench/verification/simulate.js';

describe('promotions with a known truth', () => {
  let document: VerificationReport;
  beforeAll(() => {
    document = verificationReport({ seed: 1, world: 'iid', promotions: 200, windows: 300, earlier: 10 });
  }, 120_000);
  const at = (lift: number) => document.by_true_lift.find(({ true_lift }) => true_lift === lift)!;

  it('all end verified, not verified or reverted', () => {
    const { true_winners, false_winners } = document;
    for (const kind of [true_winners, false_winners])
      expect(kind.verified + kind.not_verified + kind.reverted).toBe(kind.count);
    expect(true_winners.count + false_winners.count).toBe(200);
    expect(document.replication_rate).toBeGreaterThan(40);
    expect(true_winners.reverted).toBe(0);
  });

  it('are verified in at most 5 % of the windows of equal ads, and reverted in fewer', () => {
    // At 5 %, 15 of 300 windows are expected; 26 is three standard errors more.
    expect(at(0).verified).toBeLessThanOrEqual((100 * 26) / 300);
    expect(at(0).reverted).toBeLessThanOrEqual(2);
  });

  it('are verified more often the better the winner is, and never reverted for a better one', () => {
    expect(at(0.3).verified).toBeGreaterThan(90);
    expect(at(0.1).verified).toBeGreaterThan(at(0.05).verified);
    expect(at(-0.3).reverted).toBeGreaterThan(70);
    expect(at(-0.2).reverted).toBeGreaterThan(at(-0.1).reverted);
    for (const { true_lift, verified, reverted } of document.by_true_lift) {
      if (true_lift >= 0.1) expect(reverted).toBe(0);
      if (true_lift <= -0.1) expect(verified).toBeLessThan(2);
    }
  });

  it('are reported with their true lift; the window alone overstates the verified ones', () => {
    const { lift_of_verified, lift_of_all } = document;
    expect(Math.abs(lift_of_verified.reported / lift_of_verified.true - 1)).toBeLessThan(0.1);
    expect(lift_of_verified.window_alone / lift_of_verified.true).toBeGreaterThan(1.15);
    // The standard error of the mean of 200 windows is 6 % of the lift.
    expect(Math.abs(lift_of_all.window_alone / lift_of_all.true - 1)).toBeLessThan(0.2);
    expect(lift_of_all.claimed / lift_of_all.true).toBeGreaterThan(1.3);
  });

  it('are expected to hold few false winners, as is true', () => {
    const { true: share, estimated } = document.false_winner_rate;
    expect(share).toBeLessThan(4);
    expect(estimated).toBeLessThan(4);
  });

  it('depend only on their seed, world and number', () => {
    expect(simulateTest(1, 'iid', 7, 10)).toEqual(simulateTest(1, 'iid', 7, 10));
    expect(simulateTest(2, 'iid', 7, 10)).not.toEqual(simulateTest(1, 'iid', 7, 10));
  });
});

describe('equal ads that drift apart', () => {
  const RUNS = 120;
  let worlds: EqualAds[];
  beforeAll(() => {
    worlds = equalAds(1, RUNS, ['drift_5', 'drift_10']);
  }, 120_000);

  it('have intervals that cover the truth, and are rarely verified, if the account is known', () => {
    for (const { world, with_drift } of worlds) {
      for (const earlier of ['default_10', 'default_40'] as const) {
        const { covered, verified } = with_drift[earlier];
        // 90 % and 5 % of 120, each with three standard errors.
        expect(covered, world).toBeGreaterThan(100 * (0.9 - 3 * Math.sqrt(0.09 / RUNS)));
        expect(verified, world).toBeLessThan(100 * (0.05 + 3 * Math.sqrt(0.0475 / RUNS)));
      }
    }
  });

  it('are covered too rarely if the error leaves the drift out', () => {
    const drifting = worlds.find(({ world }) => world === 'drift_10')!;
    expect(drifting.without_drift.covered).toBeLessThan(82);
    expect(drifting.with_drift.default_40.covered).toBeGreaterThan(drifting.without_drift.covered + 5);
  });
});
