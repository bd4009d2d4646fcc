import { describe, expect, it } from 'vitest';
import { summarizeProportion, welchOfProportions } from '../../../src/domain/evidence/welch.js';
import { fiellerInterval, welch } from '../../../src/domain/evidence/welch-rule.js';
import { hourlyRows, REFERENCE_SETTINGS, random } from './simulate.js';

const settings = { ...REFERENCE_SETTINGS, minimumImpressions: 100 };

function lookAt(row: { exposureA: number; eventsA: number; exposureB: number; eventsB: number }, hours = 48) {
  return welch.look(settings, welch.start(settings), [row], hours).evidence;
}

describe("Welch's rule", () => {
  it('tests the totals, B over A, and says that it is unadjusted', () => {
    const rows = hourlyRows(random(3), { hours: 60, impressions: 200, rateA: 0.02, rateB: 0.025 });
    // Totals ignore hours: hours in which only one ad delivered count as well.
    rows.push({ exposureA: 300, eventsA: 11, exposureB: 0, eventsB: 0 });
    const sum = (pick: (row: (typeof rows)[number]) => number) =>
      rows.reduce((total, row) => total + pick(row), 0);
    const a = { trials: sum((row) => row.exposureA), successes: sum((row) => row.eventsA) };
    const b = { trials: sum((row) => row.exposureB), successes: sum((row) => row.eventsB) };
    const test = welchOfProportions(a, b)!;
    const { evidence } = welch.look(settings, welch.start(settings), rows, 61);
    expect(evidence.adjusted).toBe(false);
    expect(evidence.t).toBeCloseTo(-test.t, 12);
    expect(evidence.df).toBeCloseTo(test.df, 6);
    expect(evidence.p).toBeCloseTo(test.p, 12);
    expect(evidence.theta).toBeCloseTo(Math.log(b.successes / b.trials / (a.successes / a.trials)), 12);
  });

  it('calls a winner at p ≤ 1 − confidence, exactly if the interval excludes 0', () => {
    const called = [];
    for (let eventsB = 200; eventsB <= 280; eventsB++) {
      const evidence = lookAt({ exposureA: 10_000, eventsA: 200, exposureB: 10_000, eventsB });
      expect(evidence.winner).toBe(evidence.p <= 0.05 ? 'B' : null);
      expect(evidence.winner).toBe(evidence.confidence >= 0.95 ? 'B' : null);
      expect(evidence.winner).toBe(evidence.interval![0] > 0 ? 'B' : null);
      if (evidence.winner) called.push(eventsB);
    }
    expect(called[0]).toBeGreaterThan(230);
    expect(called[0]).toBeLessThan(250);
    expect(called.length).toBe(280 - called[0]! + 1);
  });

  it('weighs each look alone', () => {
    const strong = { exposureA: 10_000, eventsA: 200, exposureB: 10_000, eventsB: 300 };
    const first = welch.look(settings, welch.start(settings), [strong], 48);
    expect(first.evidence.winner).toBe('B');
    const second = welch.look(settings, first.state, [{ ...strong, eventsB: 210 }], 54);
    expect(second.evidence.winner).toBeNull();
    expect(second.evidence.p).toBeGreaterThan(0.5);
    expect(second.state.looks).toBe(2);
  });

  it("obeys the policy's minimums", () => {
    const { counts, missing, winner, p } = lookAt(
      { exposureA: 90, eventsA: 5, exposureB: 5000, eventsB: 900 },
      6,
    );
    expect({ counts, winner, p }).toEqual({ counts: false, winner: null, p: 1 });
    expect(missing).toEqual([
      { code: 'minimum_hours', value: 6, limit: 24 },
      { code: 'minimum_impressions_a', value: 90, limit: 100 },
      { code: 'minimum_clicks_a', value: 5, limit: 25 },
    ]);
  });

  it('has no result if every impression is a click', () => {
    const evidence = lookAt({ exposureA: 500, eventsA: 500, exposureB: 500, eventsB: 500 });
    expect(evidence.missing).toEqual([{ code: 'no_variance', value: 0, limit: 0 }]);
  });
});

describe("Fieller's interval", () => {
  it('ends at the scaled rates that the test just rejects', () => {
    const a = summarizeProportion({ trials: 8000, successes: 160 });
    const b = summarizeProportion({ trials: 6000, successes: 150 });
    const [low, high] = fiellerInterval(a, b, 1.96)!;
    for (const lift of [low, high]) {
      const ratio = 1 + lift;
      const error = Math.sqrt(b.variance / b.n + (ratio * ratio * a.variance) / a.n);
      expect(Math.abs(b.mean - ratio * a.mean) / error).toBeCloseTo(1.96, 9);
    }
  });

  it('has no upper end if the rate of A may be 0', () => {
    const a = summarizeProportion({ trials: 1000, successes: 2 });
    const b = summarizeProportion({ trials: 1000, successes: 30 });
    expect(fiellerInterval(a, b, 1.96)).toBeNull();
  });
});
