/**
 * Measures the cost of one look of the sequential rule and of the advice on futility. Prints JSON, one entry per look,
 * with the size of the stored state.
 */

import { conditionalPower, courseOf } from '../src/domain/decision/futility.js';
import { sequential } from '../src/domain/evidence/sequential.js';
import type { Evidence, PairRow } from '../src/domain/evidence/types.js';
import { DEFAULT_POLICY } from '../src/domain/experiment.js';

const SHOWN = [2, 28, 56, 112];
const REPEATS = 20;

/** Hours whose counts vary by a fixed pattern. */
const rows = Array.from(
  { length: 672 },
  (_, hour): PairRow => ({
    exposureA: 200 + ((hour * 37) % 101),
    eventsA: 4 + ((hour * 13) % 5),
    exposureB: 200 + ((hour * 53) % 97),
    eventsB: 4 + ((hour * 29) % 6),
  }),
);

/** Conditional power in both directions, as at a look of two ads; 0 at the horizon. */
function weighFutility(evidence: Evidence): number {
  const pair = { variantA: 'a', variantB: 'b', evidence, calledWinner: null, welch: null };
  const [growth, looks] = [672 / evidence.hours, (672 - evidence.hours) / 6];
  const courses = ['a', 'b'].map((id) => courseOf(pair, id, DEFAULT_POLICY, growth, looks));
  return courses.reduce((sum, course) => sum + (course ? conditionalPower(course, Math.log(1.1)) : 0), 0);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

function measure(confidence: number) {
  const settings = {
    confidence,
    horizonHours: 672,
    minimumHours: 1,
    minimumClicks: 25,
    minimumImpressions: 100,
  };
  let state = sequential.start(settings);
  const looks = [];
  for (let look = 1; look <= 112; look++) {
    const seen = rows.slice(0, 6 * look);
    const times = Array.from({ length: SHOWN.includes(look) ? REPEATS : 1 }, () => {
      const from = performance.now();
      sequential.look(settings, state, seen, 6 * look);
      return performance.now() - from;
    });
    const { evidence, state: after } = sequential.look(settings, state, seen, 6 * look);
    state = after;
    const futility = Array.from({ length: SHOWN.includes(look) ? REPEATS : 0 }, () => {
      const from = performance.now();
      weighFutility(evidence);
      return performance.now() - from;
    });
    if (SHOWN.includes(look)) {
      looks.push({
        look,
        ms: Number(median(times).toFixed(2)),
        worst_ms: Number(times.at(-1)!.toFixed(2)),
        futility_ms: Number(median(futility).toFixed(2)),
        futility_worst_ms: Number(futility.at(-1)!.toFixed(2)),
        grid: state.ladder.r,
        state_bytes: sequential.encode(state).length,
      });
    }
  }
  return { confidence, looks };
}

console.log(JSON.stringify([0.95, 0.99].map(measure), null, 2));
