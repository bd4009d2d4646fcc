import { describe, expect, it } from 'vitest';
import { decisionOf } from '../../src/analyze/decision.js';
import { rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import { claimedLift, compoundLift, type Estimate, priorScale, shrunkLift } from '../../src/domain/lift.js';
import { hourlyRows, random } from './evidence/simulate.js';

const TESTS = 40;
const SEEDS = 50;
const HOURS = 336;
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

/** Forty tests with true log lifts N(0, 0.10²), each decided by the default rule; what is claimed and what is true. */
function programme(seed: number): Programme {
  const uniform = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const estimates: Estimate[] = [];
  const promoted: { estimate: Estimate; truth: number }[] = [];
  for (let test = 0; test < TESTS; test++) {
    const truth = 0.1 * normal();
    const rateA = 0.02;
    const rows = hourlyRows(uniform, {
      hours: HOURS,
      impressions: 1000,
      rateA,
      rateB: rateA * Math.exp(truth),
    });
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

describe('a programme of forty tests', () => {
  it('claims too much; its shrunk product is within 10 % of the true one on average over fifty seeds', () => {
    const programmes = Array.from({ length: SEEDS }, (_, seed) => programme(seed + 1));
    const mean = (pick: (one: Programme) => number) =>
      programmes.reduce((sum, one) => sum + pick(one), 0) / SEEDS;
    const percent = (lift: number) => `${lift >= 0 ? '+' : ''}${(100 * lift).toFixed(0)} %`;
    const [naive, shrunk, real] = [mean((p) => p.naive), mean((p) => p.shrunk), mean((p) => p.real)];
    const shrunkRatio = mean((p) => (1 + p.shrunk) / (1 + p.real));
    const naiveRatio = mean((p) => (1 + p.naive) / (1 + p.real));
    console.info(
      `${TESTS} tests, ${SEEDS} seeds, ${mean((p) => p.promoted).toFixed(1)} promoted: naive ${percent(naive)}, shrunk ${percent(shrunk)}, true ${percent(real)}; shrunk/true ${shrunkRatio.toFixed(3)}, naive/true ${naiveRatio.toFixed(3)}`,
    );
    expect(Math.abs(shrunkRatio - 1)).toBeLessThan(0.1);
    expect(naiveRatio).toBeGreaterThan(shrunkRatio + 0.1);
  });
});
