/** Promotions with a known truth, from the decision to the end of the verification. */

import type { DriftHistory } from '../../src/domain/evidence/drift.js';
import type { PairRow } from '../../src/domain/evidence/types.js';
import { DEFAULT_POLICY } from '../../src/domain/experiment.js';
import type { Estimate } from '../../src/domain/reporting/lift.js';
import {
  outcomeOf,
  showsHarm,
  type VerificationOutcome,
  type Weight,
  weigh,
} from '../../src/domain/verification/verification.js';
import { Random } from '../../src/sandbox/random.js';
import { WINNER_SHARE } from '../../src/tools/backtest/policies.js';
import { RobustStream } from '../../src/tools/backtest/robust-stream.js';
import { SequentialWalk } from '../../src/tools/backtest/sequential-walk.js';
import { emptyStream, rowOf, type Stream } from '../../src/tools/backtest/stream.js';
import { draw, drawAfter, HOURS } from '../decisions/draw.js';
import { historyOf, withTest } from '../decisions/history.js';
import type { World } from '../decisions/worlds.js';

/** Standard deviation of the true log lifts. */
export const TRUE_SCALE = 0.1;
const { settleHours, windowHours } = DEFAULT_POLICY.verification;
const DAY = 24;

export interface SimulatedTest {
  /** True log lift of the challenger over the control. */
  truth: number;
  /** Estimate of challenger over control when the rule ended the test, or at the horizon. */
  decided: Estimate;
  promotion: SimulatedPromotion | null;
}

export interface SimulatedPromotion {
  winner: 'control' | 'challenger';
  /** Log lift of the winner over the other ad: the truth, the decision's estimate, the verification's estimate. */
  truth: number;
  claimed: Estimate;
  verified: Estimate;
  outcome: VerificationOutcome;
  /** Days in the window until the outcome. */
  days: number;
}

/**
 * One test with a true log lift N(0, 0.10²): the default rule decides it, and a promotion is verified. `earlier`: tests of
 * the account from which its drift is known.
 */
export function simulateTest(seed: number, world: World, run: number, earlier: number): SimulatedTest {
  const truth = TRUE_SCALE * new Random(`${seed} truth ${run}`).normal();
  const lift = Math.expm1(truth);
  const stream = emptyStream(HOURS);
  draw(stream, { seed, world, lift, run });
  const history = historyOf(seed, world, run, earlier);
  const { winner, decided, hours } = decide(stream, history);
  if (winner === null) return { truth, decided, promotion: null };
  const sign = winner === 'B' ? 1 : -1;
  const week = verifyWindow({ seed, world, lift, run, winner, history: withTest(history, stream, hours) });
  const promotion: SimulatedPromotion = {
    winner: winner === 'B' ? 'challenger' : 'control',
    truth: sign * truth,
    claimed: { theta: sign * decided.theta, se: decided.se },
    ...week,
  };
  return { truth, decided, promotion };
}

function decide(
  stream: Stream,
  history: DriftHistory,
): { winner: 'A' | 'B' | null; decided: Estimate; hours: number } {
  const walk = new SequentialWalk({
    confidence: DEFAULT_POLICY.confidence,
    horizonHours: HOURS,
    minimumHours: DEFAULT_POLICY.minimumRunHours,
    minimumClicks: DEFAULT_POLICY.minimumClicks,
    minimumImpressions: DEFAULT_POLICY.minimumImpressions,
  });
  const robust = new RobustStream(stream);
  let winner: 'A' | 'B' | null = null;
  let hours = 0;
  while (hours < HOURS && winner === null) {
    hours += DEFAULT_POLICY.checkEveryHours;
    robust.readTo(hours);
    winner = walk.look(hours, robust.ratio, () => robust.driftVariance(history));
  }
  const { theta, se } = robust.ratio;
  return { winner, hours, decided: { theta, se: Math.sqrt(se * se + robust.driftVariance(history)) } };
}

/** A promotion whose window is simulated. */
interface Promoted {
  seed: number;
  world: World;
  /** Lift of ad B over ad A. */
  lift: number;
  run: number;
  winner: 'A' | 'B';
}

/** The rows of a window at the last phase's split, with the winner as B. */
export function windowRows({ winner, ...drawn }: Promoted): PairRow[] {
  const stream = emptyStream(settleHours + windowHours);
  drawAfter(stream, drawn, winner === 'B' ? WINNER_SHARE : 1 - WINNER_SHARE);
  return rowsOf(stream, winner).slice(settleHours);
}

/** The window is checked daily for harm, and at its end for the lift. `history`: the drift in the account's tests. */
export function verifyWindow({ history, ...promoted }: Promoted & { history: DriftHistory }): Window {
  const rows = windowRows(promoted);
  for (let day = 1; day * DAY < windowHours; day++) {
    const weight = weigh(rows.slice(0, day * DAY), { strict: false, history });
    if (showsHarm(weight)) return windowOf(weight, 'reverted', day);
  }
  const weight = weigh(rows, { strict: false, history });
  return windowOf(weight, outcomeOf(weight), windowHours / DAY);
}

/** How a verification ended. */
export type Window = Pick<SimulatedPromotion, 'verified' | 'outcome' | 'days'> & {
  /** 90 % interval of the relative lift of the winner; null if there is none. */
  interval: [number, number] | null;
};

function windowOf({ theta, se, interval }: Weight, outcome: VerificationOutcome, days: number): Window {
  return { verified: { theta, se }, outcome, days, interval };
}

/** B of each row is the winner. */
function rowsOf(stream: Stream, winner: 'A' | 'B'): PairRow[] {
  const { impressionsA, clicksA, impressionsB, clicksB } = stream;
  const swapped = {
    impressionsA: impressionsB,
    clicksA: clicksB,
    impressionsB: impressionsA,
    clicksB: clicksA,
  };
  const oriented = winner === 'B' ? stream : swapped;
  return Array.from(impressionsA, (_, hour) => rowOf(oriented, hour));
}
