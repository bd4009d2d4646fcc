/** Promotions with a known truth, from the decision to the end of the verification. */

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
import { SequentialWalk } from '../../src/tools/backtest/sequential-walk.js';
import { emptyStream, RunningRatio, type Stream } from '../../src/tools/backtest/stream.js';
import { draw, drawAfter, HOURS, type World } from '../decisions/worlds.js';

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

/** One test with a true log lift N(0, 0.10²): the default rule decides it, and a promotion is verified. */
export function simulateTest(seed: number, world: World, run: number): SimulatedTest {
  const truth = TRUE_SCALE * new Random(`${seed} truth ${run}`).normal();
  const lift = Math.expm1(truth);
  const stream = emptyStream(HOURS);
  draw(stream, seed, world, lift, run);
  const { winner, decided } = decide(stream);
  if (winner === null) return { truth, decided, promotion: null };
  const sign = winner === 'B' ? 1 : -1;
  const week = verifyWindow({ seed, world, lift, run, winner });
  const promotion: SimulatedPromotion = {
    winner: winner === 'B' ? 'challenger' : 'control',
    truth: sign * truth,
    claimed: { theta: sign * decided.theta, se: decided.se },
    ...week,
  };
  return { truth, decided, promotion };
}

function decide(stream: Stream): { winner: 'A' | 'B' | null; decided: Estimate } {
  const walk = new SequentialWalk({
    confidence: DEFAULT_POLICY.confidence,
    horizonHours: HOURS,
    minimumHours: DEFAULT_POLICY.minimumRunHours,
    minimumClicks: DEFAULT_POLICY.minimumClicks,
    minimumImpressions: DEFAULT_POLICY.minimumImpressions,
  });
  const ratio = new RunningRatio(stream);
  let winner: 'A' | 'B' | null = null;
  for (let hour = DEFAULT_POLICY.checkEveryHours; hour <= HOURS && winner === null; ) {
    ratio.readTo(hour);
    winner = walk.look(hour, ratio);
    hour += DEFAULT_POLICY.checkEveryHours;
  }
  return { winner, decided: { theta: ratio.theta, se: ratio.se } };
}

/** The window at the last phase's split: checked daily for harm, and at its end for the lift. */
export function verifyWindow(test: {
  seed: number;
  world: World;
  /** Lift of ad B over ad A. */
  lift: number;
  run: number;
  winner: 'A' | 'B';
}): Pick<SimulatedPromotion, 'verified' | 'outcome' | 'days'> {
  const { seed, world, lift, run, winner } = test;
  const stream = emptyStream(settleHours + windowHours);
  drawAfter(stream, seed, world, lift, run, winner === 'B' ? WINNER_SHARE : 1 - WINNER_SHARE);
  const rows = rowsOf(stream, winner).slice(settleHours);
  for (let day = 1; day * DAY < windowHours; day++) {
    const weight = weigh(rows.slice(0, day * DAY), { strict: false });
    if (showsHarm(weight)) return { verified: estimateOf(weight), outcome: 'reverted', days: day };
  }
  const weight = weigh(rows, { strict: false });
  return { verified: estimateOf(weight), outcome: outcomeOf(weight), days: windowHours / DAY };
}

function estimateOf({ theta, se }: Weight): Estimate {
  return { theta, se };
}

/** B of each row is the winner. */
function rowsOf(stream: Stream, winner: 'A' | 'B'): PairRow[] {
  return Array.from(stream.impressionsA, (_, hour): PairRow => {
    const a = { exposure: stream.impressionsA[hour]!, events: stream.clicksA[hour]! };
    const b = { exposure: stream.impressionsB[hour]!, events: stream.clicksB[hour]! };
    const [rival, won] = winner === 'B' ? [a, b] : [b, a];
    return {
      exposureA: rival.exposure,
      eventsA: rival.events,
      exposureB: won.exposure,
      eventsB: won.events,
      day: Math.floor(hour / DAY),
    };
  });
}
