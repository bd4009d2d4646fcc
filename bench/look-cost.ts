/**
 * Measures the cost of one look of the sequential rule, of its estimate (all but the ladder), of the lift by age and of the
 * advice on futility; of the last look of two ads with all that it finds, its ladder included; and of whole ladders on
 * both grids. Prints JSON: under `looks` one entry per look, with the size of the stored state; under `whole_looks` one
 * entry per choice of segments; under `ladders` one entry per grid and schedule.
 */

import { liftByAge } from '../src/domain/decision/fatigue.js';
import { conditionalPower, courseOf } from '../src/domain/decision/futility.js';
import { type LookInput, takeLook } from '../src/domain/decision/look.js';
import { NO_HISTORY } from '../src/domain/evidence/drift.js';
import { climb, emptyLadder, type LadderGrid, ladderAlphas } from '../src/domain/evidence/ladder.js';
import { nominalAlpha, sequential, spentFraction } from '../src/domain/evidence/sequential.js';
import { encodeState } from '../src/domain/evidence/sequential-state.js';
import type { Evidence, PairRow } from '../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Strata } from '../src/domain/experiment.js';
import { HOUR_MS } from '../src/domain/time.js';
import { observationsOf, segmentsOf } from './look-cost/delivery.js';

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
    day: hour / 24,
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

/** Milliseconds of each try; one try at looks that are not shown. */
function timesOf(look: number, work: () => unknown): number[] {
  return Array.from({ length: SHOWN.includes(look) ? REPEATS : 1 }, () => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
}

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
    const times = timesOf(look, () => sequential.look(settings, state, seen, 6 * look));
    const { evidence, state: after } = sequential.look(settings, state, seen, 6 * look);
    state = after;
    const estimate = timesOf(look, () => {
      sequential.estimate(settings, seen, NO_HISTORY);
      liftByAge(seen, {}, NO_HISTORY);
    });
    const futility = timesOf(look, () => weighFutility(evidence));
    if (SHOWN.includes(look)) {
      looks.push({
        look,
        ms: Number(median(times).toFixed(2)),
        worst_ms: Number(times.at(-1)!.toFixed(2)),
        without_ladder_ms: Number(median(estimate).toFixed(2)),
        without_ladder_worst_ms: Number(estimate.at(-1)!.toFixed(2)),
        futility_ms: Number(median(futility).toFixed(2)),
        futility_worst_ms: Number(futility.at(-1)!.toFixed(2)),
        grid: state.ladder.r,
        state_bytes: sequential.encode(state).length,
      });
    }
  }
  return { confidence, looks };
}

const NO_CREATIVE = { hook: null, headline: null, text: null, script: null, visualNotes: null };

/** Segments as Meta names them: 7 ages by 3 genders, and 16 placements. */
function measureWholeLook(strata: Strata, withSegments: boolean) {
  const variants = (['control', 'challenger'] as const).map((role, i) => ({
    id: 'ab'[i]!,
    role,
    adId: `ad-${i}`,
    adSetId: `ad-set-${i}`,
    creative: NO_CREATIVE,
  }));
  const experiment = { variants, policy: { ...DEFAULT_POLICY, strata }, startedAt: 0 };
  const input = (look: number, before: Pick<LookInput, 'previous' | 'states'>): LookInput => {
    const dueAt = 6 * look * HOUR_MS;
    const segments = withSegments ? segmentsOf(dueAt) : [];
    return { experiment, dueAt, observations: observationsOf(dueAt), segments, lookNumber: look, ...before };
  };
  let before: Pick<LookInput, 'previous' | 'states'> = { previous: null, states: {} };
  for (let look = 1; look < 112; look++) {
    const { pairs, states } = takeLook(input(look, before));
    before = { previous: pairs, states };
  }
  const last = input(112, before);
  const times = timesOf(112, () => takeLook(last));
  return {
    strata,
    segments: withSegments,
    ms: Number(median(times).toFixed(2)),
    worst_ms: Number(times.at(-1)!.toFixed(2)),
  };
}

const wholeLooks = [
  measureWholeLook('hour', false),
  measureWholeLook('hour', true),
  measureWholeLook('segment', true),
];

/** Information and spent fraction of each look of a schedule. */
const SCHEDULES = {
  'every 6 h': Array.from({ length: 109 }, (_, k) => [k + 4, spentFraction(6 * (k + 4), 672)] as const),
  'every 3 h': Array.from({ length: 217 }, (_, k) => [k + 8, spentFraction(3 * (k + 8), 672)] as const),
  '0.3 % growth': Array.from({ length: 300 }, (_, k) => [1.003 ** k, spentFraction(k + 1, 300)] as const),
};
const LADDER_REPEATS = 7;

function measureLadder(grid: LadderGrid, confidence: number, schedule: keyof typeof SCHEDULES) {
  const alphas = ladderAlphas(nominalAlpha(confidence));
  const looks = SCHEDULES[schedule];
  let ladder = emptyLadder(grid);
  const times = Array.from({ length: LADDER_REPEATS }, () => {
    const from = process.cpuUsage();
    ladder = looks.reduce((state, [now, spent]) => climb(state, alphas, now, spent), emptyLadder(grid));
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000;
  });
  return {
    grid,
    confidence,
    schedule,
    looks: looks.length,
    cpu_ms: Math.round(median(times)),
    worst_cpu_ms: Math.round(times.at(-1)!),
    state_bytes: encodeState({ looks: looks.length, hours: 672, p: 1, crossed: null, ladder }).length,
  };
}

const ladders = (['jennison-turnbull', 'even'] as const).flatMap((grid) =>
  [0.95, 0.99].flatMap((confidence) =>
    (Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[]).map((schedule) =>
      measureLadder(grid, confidence, schedule),
    ),
  ),
);

console.log(JSON.stringify({ looks: [0.95, 0.99].map(measure), whole_looks: wholeLooks, ladders }, null, 2));
