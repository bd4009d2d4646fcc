/** Decides simulated tests by hours and by cells, i.e. days by segment, with the default rule. */

import { driftOf, NO_HISTORY } from '../../src/domain/evidence/drift.js';
import { type RateRatio, rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import type { PairRow, RuleSettings } from '../../src/domain/evidence/types.js';
import { mostChanging } from '../../src/domain/segments.js';
import { RobustStream } from '../../src/tools/backtest/robust-stream.js';
import { type LookedAt, SequentialWalk } from '../../src/tools/backtest/sequential-walk.js';
import { RunningRatio } from '../../src/tools/backtest/stream.js';
import { draw, HOURS, type Test, type World } from './worlds.js';

const LOOK_HOURS = 6;
const SETTINGS: RuleSettings = {
  confidence: 0.95,
  horizonHours: HOURS,
  minimumHours: 24,
  minimumClicks: 25,
  minimumImpressions: 100,
};
/** Standard errors of the hours from which the service warns. */
const WARN = 1;

/**
 * `hour`: `policy.strata: hour`; `hour_without_drift`: the same without the component for drift, as version 2 of the rule
 * weighed it; `segment`: `policy.strata: segment`.
 */
export const WAYS = ['hour', 'hour_without_drift', 'segment'] as const;
export type Way = (typeof WAYS)[number];

export interface Decided {
  winner: 'A' | 'B' | null;
  /** Hours until the decision; the horizon if there was none. */
  hours: number;
}

export function decide(test: Test, way: Way): Decided {
  const walk = new SequentialWalk(SETTINGS);
  const look = lookOf(test, way, walk);
  for (let hours = LOOK_HOURS; hours <= HOURS; hours += LOOK_HOURS) {
    const winner = look(hours);
    if (winner) return { winner, hours };
  }
  return { winner: null, hours: HOURS };
}

function lookOf(test: Test, way: Way, walk: SequentialWalk): (hours: number) => Decided['winner'] {
  if (way === 'hour') {
    const stream = new RobustStream(test.hours);
    return (hours) => {
      stream.readTo(hours);
      return walk.look(hours, stream.ratio, () => stream.driftVariance(NO_HISTORY));
    };
  }
  if (way === 'hour_without_drift') {
    const ratio = new RunningRatio(test.hours);
    return (hours) => {
      ratio.readTo(hours);
      return walk.look(hours, ratio);
    };
  }
  return (hours) => {
    const cells = cellsBy(test, hours);
    if (cells === null) return null;
    const ratio = rateRatio(cells.rows);
    const more = () => driftOf(cells.rows, ratio, NO_HISTORY).variance + cells.otherChange ** 2;
    return walk.look(hours, lookedAt(ratio), more);
  };
}

/** The cells that count at this hour; null before the end of the first whole day. */
function cellsBy(test: Test, hours: number): { rows: PairRow[]; otherChange: number } | null {
  const ended = test.days.findLast(({ endsAt }) => endsAt <= hours);
  if (!ended) return null;
  return mostChanging(test.cells.map((cells, i) => ({ rows: cells.slice(0, ended.rows[i]) })));
}

/** Whether the service would warn of the segments after the last whole day. */
export function warns(test: Test): boolean {
  const { endsAt } = test.days.at(-1)!;
  const { impressionsA, clicksA, impressionsB, clicksB } = test.hours;
  const first = test.cells[0][0]!.day! * 24;
  const hourly = Array.from({ length: endsAt - first }, (_, i) => ({
    exposureA: impressionsA[first + i]!,
    eventsA: clicksA[first + i]!,
    exposureB: impressionsB[first + i]!,
    eventsB: clicksB[first + i]!,
  }));
  const whole = rateRatio(hourly);
  return Math.abs(whole.theta - rateRatio(cellsBy(test, HOURS)!.rows).theta) > WARN * whole.se;
}

function lookedAt(ratio: RateRatio): LookedAt {
  const { exposureA, eventsA, exposureB, eventsB, clusters, information, theta, se, df, t } = ratio;
  return {
    impressionsA: exposureA,
    clicksA: eventsA,
    impressionsB: exposureB,
    clicksB: eventsB,
    clusters,
    information,
    theta,
    se,
    df,
    roughT: t,
  };
}

/** Sums over the runs. */
export interface Tally {
  runs: number;
  warned: number;
  ways: Record<Way, { decided: number; worse: number; hours: number }>;
}

/** Runs `from` to `to` (exclusive) of one world at one lift. */
export function simulate(job: { seed: number; world: World; lift: number; from: number; to: number }): Tally {
  const none = () => ({ decided: 0, worse: 0, hours: 0 });
  const ways = { hour: none(), hour_without_drift: none(), segment: none() };
  const tally: Tally = { runs: job.to - job.from, warned: 0, ways };
  for (let run = job.from; run < job.to; run++) {
    const test = draw(job.seed, job.world, job.lift, run);
    if (warns(test)) tally.warned += 1;
    for (const way of WAYS) {
      const { winner, hours } = decide(test, way);
      ways[way].hours += hours;
      if (winner !== null) ways[way].decided += 1;
      if (winner === 'A') ways[way].worse += 1;
    }
  }
  return tally;
}
