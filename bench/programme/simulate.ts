/** Programmes of tests with true log lifts N(0, 0.10²): the claimed lifts of their winners, and the true ones. */

import { rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import type { PairRow } from '../../src/domain/evidence/types.js';
import {
  claimedLift,
  compoundLift,
  type Estimate,
  priorScale,
  shrunkLift,
} from '../../src/domain/reporting/lift.js';
import { Random } from '../../src/sandbox/random.js';
import { decisionOf } from '../../src/tools/analyze/decision.js';

const HOURS = 336;
const RATE = 0.02;
const SETTINGS = {
  confidence: 0.95,
  horizonHours: HOURS,
  minimumHours: 24,
  minimumClicks: 25,
  minimumImpressions: 100,
};

interface Programme {
  promoted: number;
  naive: number;
  shrunk: number;
  real: number;
}

export interface ProgrammeReport {
  programmes: number;
  tests: number;
  /** Mean number per programme. */
  promoted: number;
  /** Compound relative lifts of the promoted winners, means over the programmes. */
  naive: number;
  shrunk: number;
  real: number;
  /** Means over the programmes of (1 + claimed) / (1 + true). */
  naive_over_true: number;
  shrunk_over_true: number;
}

function hours(random: Random, rateB: number): PairRow[] {
  const ad = (rate: number) => {
    const exposure = Math.round(1000 * (0.6 + 0.8 * random.uniform()));
    return { exposure, events: Math.min(exposure, random.poisson(exposure * rate)) };
  };
  return Array.from({ length: HOURS }, () => {
    const [a, b] = [ad(RATE), ad(rateB)];
    return { exposureA: a.exposure, eventsA: a.events, exposureB: b.exposure, eventsB: b.events };
  });
}

/** The default rule decides each test. */
function programme(seed: number, tests: number): Programme {
  const random = new Random(`programme/${seed}`);
  const estimates: Estimate[] = [];
  const promoted: { estimate: Estimate; truth: number }[] = [];
  for (let test = 0; test < tests; test++) {
    const truth = 0.1 * random.normal();
    const rows = hours(random, RATE * Math.exp(truth));
    const decision = decisionOf({ rule: 'sequential', settings: SETTINGS, checkEveryHours: 6, rows });
    const { theta, se } = rateRatio(rows.slice(0, decision?.hours ?? HOURS));
    estimates.push({ theta, se });
    if (decision?.winner === 'B') promoted.push({ estimate: { theta, se }, truth });
  }
  const scale = priorScale(estimates);
  return {
    promoted: promoted.length,
    naive: compoundLift(promoted.map(({ estimate }) => claimedLift(estimate.theta))),
    shrunk: compoundLift(promoted.map(({ estimate }) => shrunkLift(estimate, scale))),
    real: compoundLift(promoted.map(({ truth }) => Math.expm1(truth))),
  };
}

/** Programmes with the seeds 1 to `programmes`. */
export function programmeReport({
  programmes,
  tests,
}: {
  programmes: number;
  tests: number;
}): ProgrammeReport {
  const all = Array.from({ length: programmes }, (_, index) => programme(index + 1, tests));
  const mean = (pick: (one: Programme) => number) =>
    all.reduce((sum, one) => sum + pick(one), 0) / programmes;
  return {
    programmes,
    tests,
    promoted: mean((one) => one.promoted),
    naive: mean((one) => one.naive),
    shrunk: mean((one) => one.shrunk),
    real: mean((one) => one.real),
    naive_over_true: mean((one) => (1 + one.naive) / (1 + one.real)),
    shrunk_over_true: mean((one) => (1 + one.shrunk) / (1 + one.real)),
  };
}
