import { describe, expect, it } from 'vitest';
import { normalUpperQuantile } from '../../../src/domain/evidence/distributions.js';
import { type RateRatio, rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import { nominalAlpha, sequential, spentFraction } from '../../../src/domain/evidence/sequential.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { welchOfProportions } from '../../../src/domain/evidence/welch.js';
import { hourlyRows, random, REFERENCE_SETTINGS as settings } from './simulate.js';

const RUNS = 300;
const LOOKS = Array.from({ length: 112 }, (_, k) => 6 * (k + 1));

/** No bound is below Φ⁻¹(1 − α*(t)/2): looks after the last one beyond that need no recursion. */
const SCREEN = LOOKS.map((hours) => {
  const spent = nominalAlpha(settings.confidence) * spentFraction(hours, settings.horizonHours);
  return normalUpperQuantile(spent / 2);
});

/** The first winner that the rule calls. */
function ruleCalls(rows: PairRow[], estimates: RateRatio[]): 'A' | 'B' | null {
  const last = estimates.findLastIndex(({ t }, k) => Math.abs(t) >= SCREEN[k]!);
  let state = sequential.start(settings);
  for (const hours of LOOKS.slice(0, last + 1)) {
    const look = sequential.look(settings, state, rows.slice(0, hours), hours);
    if (look.evidence.winner) return look.evidence.winner;
    state = look.state;
  }
  return null;
}

const estimatesOf = (rows: PairRow[]): RateRatio[] => LOOKS.map((hours) => rateRatio(rows.slice(0, hours)));

/** Whether p of Welch's test, at as many looks, is ever below 5 %. */
function welchCalls(estimates: RateRatio[]): boolean {
  return estimates.some((sum, k) => {
    if (LOOKS[k]! < settings.minimumHours) return false;
    if (Math.min(sum.eventsA, sum.eventsB) < settings.minimumClicks) return false;
    const test = welchOfProportions(
      { trials: sum.exposureA, successes: sum.eventsA },
      { trials: sum.exposureB, successes: sum.eventsB },
    );
    return test !== null && test.p < 0.05;
  });
}

describe('two ads at 112 looks', () => {
  it(`give few false winners in ${RUNS} tests if they are equal, while peeking with Welch's test gives many`, () => {
    let rule = 0;
    let welch = 0;
    for (let run = 0; run < RUNS; run++) {
      const rows = hourlyRows(random(1000 + run), { hours: 672, impressions: 250, rateA: 0.02, rateB: 0.02 });
      const estimates = estimatesOf(rows);
      if (ruleCalls(rows, estimates) !== null) rule++;
      if (welchCalls(estimates)) welch++;
    }
    // 5 % of 300 is 15; three standard errors above it are 26.
    expect(rule).toBeLessThanOrEqual(26);
    expect(welch).toBeGreaterThan(75);
    expect(welch).toBeGreaterThan(4 * rule);
  }, 180_000);

  it('give the right winner if one is 30 % better, and the worse one is not promoted', () => {
    let better = 0;
    for (let run = 0; run < 20; run++) {
      const rows = hourlyRows(random(5000 + run), {
        hours: 672,
        impressions: 250,
        rateA: 0.02,
        rateB: 0.026,
      });
      const winner = ruleCalls(rows, estimatesOf(rows));
      expect(winner).not.toBe('A');
      if (winner === 'B') better++;
    }
    expect(better).toBe(20);
  });
});
