import { claimedLift, type Estimate, pooled } from '../../src/domain/reporting/lift.js';
import { learnPrior } from '../../src/domain/reporting/prior.js';
import { chanceOfNoGain, shrunkLift } from '../../src/domain/reporting/shrinkage.js';
import {
  VERIFICATION_OUTCOMES,
  type VerificationOutcome,
} from '../../src/domain/verification/verification.js';
import { emptyStream } from '../../src/tools/backtest/stream.js';
import { draw, HOURS } from '../decisions/draw.js';
import { historyOf, withTest } from '../decisions/history.js';
import type { World } from '../decisions/worlds.js';
import { type SimulatedPromotion, type SimulatedTest, simulateTest, verifyWindow } from './simulate.js';

/** True lifts of the winner for windows that are verified without a decision before them. */
const FIXED_LIFTS = [-0.3, -0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2, 0.3];

export interface Settings {
  seed: number;
  world: World;
  /** Tests are run until this many have promoted. */
  promotions: number;
  /** Windows per fixed lift. */
  windows: number;
  /** Earlier tests of the account from which the drift is known. */
  earlier: number;
}

type Outcomes = { count: number } & Record<VerificationOutcome, number>;

export interface VerificationReport {
  settings: Settings;
  tests: number;
  /** Outcomes of promotions by whether the winner is truly better. */
  true_winners: Outcomes;
  false_winners: Outcomes;
  /** Percent of all promotions. */
  replication_rate: number;
  reverted_rate: number;
  false_winner_rate: { true: number; estimated: number };
  /** Percent, means over the verified promotions or over all. `reported` is the compound report's figure. */
  lift_of_verified: { true: number; claimed: number; window_alone: number; shrunk: number; reported: number };
  lift_of_all: { true: number; claimed: number; window_alone: number };
  mean_days: number;
  /** Percent of windows, by the winner's true lift. */
  by_true_lift: ({ true_lift: number } & WindowShares)[];
}

/** Percent of windows. */
export interface WindowShares extends Record<VerificationOutcome, number> {
  /** Whose 90 % interval holds the true lift. */
  covered: number;
}

export function verificationReport(settings: Settings): VerificationReport {
  const { seed, world, promotions, windows, earlier } = settings;
  const tests: SimulatedTest[] = [];
  const promoted: SimulatedPromotion[] = [];
  for (let run = 0; promoted.length < promotions; run++) {
    const test = simulateTest(seed, world, run, earlier);
    tests.push(test);
    if (test.promotion) promoted.push(test.promotion);
  }
  const prior = learnPrior(tests.map(({ decided }) => decided));
  const both = ({ claimed, verified }: SimulatedPromotion) => pooled([claimed, verified]);
  // The prior is of challenger over control, these estimates are of the winner.
  const oriented = ({ winner }: SimulatedPromotion, estimate: Estimate | null) =>
    estimate && { ...estimate, theta: winner === 'control' ? -estimate.theta : estimate.theta };
  const isFalse = ({ truth }: SimulatedPromotion) => truth <= 0;
  const verified = promoted.filter(({ outcome }) => outcome === 'verified');
  const share = (part: (one: SimulatedPromotion) => boolean) =>
    percent(mean(promoted, (one) => Number(part(one))));
  const lifts = (of: readonly SimulatedPromotion[]) => ({
    true: percent(mean(of, ({ truth }) => Math.expm1(truth))),
    claimed: percent(mean(of, ({ claimed }) => claimedLift(claimed.theta))),
    window_alone: percent(mean(of, ({ verified: { theta } }) => claimedLift(theta))),
  });
  const shrunk = (one: SimulatedPromotion, estimate: Estimate | null) => {
    const effect = oriented(one, estimate);
    return effect ? shrunkLift(effect, prior, one.winner) : 0;
  };
  return {
    settings,
    tests: tests.length,
    true_winners: outcomesOf(promoted.filter((one) => !isFalse(one))),
    false_winners: outcomesOf(promoted.filter(isFalse)),
    replication_rate: share(({ outcome }) => outcome === 'verified'),
    reverted_rate: share(({ outcome }) => outcome === 'reverted'),
    false_winner_rate: {
      true: share(isFalse),
      estimated: percent(
        mean(promoted, (one) => chanceOfNoGain(oriented(one, both(one)), prior, one.winner)),
      ),
    },
    lift_of_verified: {
      ...lifts(verified),
      shrunk: percent(mean(verified, (one) => shrunk(one, one.claimed))),
      reported: percent(mean(verified, (one) => shrunk(one, both(one)))),
    },
    lift_of_all: lifts(promoted),
    mean_days: round(mean(promoted, ({ days }) => days)),
    by_true_lift: FIXED_LIFTS.map((lift) => ({
      true_lift: lift,
      ...windowsAt(lift, { seed, world, windows, earlier }),
    })),
  };
}

/** Hours of a window's own test before its promotion: half of the longest test. */
const OWN_HOURS = HOURS / 2;

/** Windows in which the winner is B, with this lift over A. */
export function windowsAt(
  lift: number,
  { seed, world, windows, earlier }: Omit<Settings, 'promotions'>,
): WindowShares {
  const test = emptyStream(HOURS);
  const seen = Array.from({ length: windows }, (_, run) => {
    draw(test, { seed, world, lift, run });
    const history = withTest(historyOf(seed, world, run, earlier), test, OWN_HOURS);
    return verifyWindow({ seed, world, lift, run, winner: 'B', history });
  });
  const { count, ...counts } = outcomesOf(seen);
  const covers = ({ interval }: (typeof seen)[number]) =>
    interval !== null && interval[0] <= lift && lift <= interval[1];
  return { ...shares(counts, count), covered: percent(seen.filter(covers).length / count) };
}

function outcomesOf(seen: readonly { outcome: VerificationOutcome }[]): Outcomes {
  const count = (outcome: VerificationOutcome) => seen.filter((one) => one.outcome === outcome).length;
  const [verified, notVerified, reverted] = VERIFICATION_OUTCOMES;
  return {
    count: seen.length,
    verified: count(verified),
    not_verified: count(notVerified),
    reverted: count(reverted),
  };
}

function shares(
  counts: Record<VerificationOutcome, number>,
  total: number,
): Record<VerificationOutcome, number> {
  return {
    verified: percent(counts.verified / total),
    not_verified: percent(counts.not_verified / total),
    reverted: percent(counts.reverted / total),
  };
}

function mean<T>(of: readonly T[], pick: (one: T) => number): number {
  return of.length === 0 ? 0 : of.reduce((sum, one) => sum + pick(one), 0) / of.length;
}

function percent(fraction: number): number {
  return round(100 * fraction);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
