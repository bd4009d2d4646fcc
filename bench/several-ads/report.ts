/** What `bench/several-ads.ts` prints. Shares are percentages of all tests of a row. */

import { upperBound } from '../decisions/binomial-bound.js';
import type { PolicyTally, Tally } from './simulate.js';
import { CONFIGURATIONS, type Configuration, type World } from './worlds.js';

/** The most false promotions, and winners worse than the control, that the product promises. */
const PROMISES = { false_promotions: 0.05, worse_than_control: 0.01 };

export interface Row {
  world: World;
  configuration: Configuration;
  tally: Tally;
}

type Figures = ReturnType<typeof figures>;

function figures({ promoted, falsely, worseThanControl, hours }: PolicyTally, runs: number) {
  return {
    without_winner_percent: percentage(runs - promoted, runs),
    mean_hours: Math.round(hours / runs),
    false_promotions: share(falsely, runs),
    worse_than_control: share(worseThanControl, runs),
  };
}

function share(count: number, runs: number) {
  return {
    count,
    percent: percentage(count, runs),
    upper_95: percentage(upperBound(count, runs) * runs, runs),
  };
}

function percentage(count: number, runs: number): number {
  return Number(((100 * count) / runs).toFixed(2));
}

export function report(rows: readonly Row[]) {
  const figured = rows.map(
    ({ world, configuration, tally: { runs, before, after, dropping, controlBeaten } }) => ({
      world,
      configuration,
      rates: CONFIGURATIONS[configuration],
      runs,
      control_beaten: {
        percent: percentage(controlBeaten.tests, runs),
        mean_hours: controlBeaten.tests === 0 ? null : Math.round(controlBeaten.hours / controlBeaten.tests),
      },
      before: figures(before, runs),
      after: figures(after, runs),
      with_drop_beaten: figures(dropping, runs),
    }),
  );
  const largest = (pick: (figures: Figures) => number) => ({
    before: Math.max(...figured.map(({ before }) => pick(before))),
    after: Math.max(...figured.map(({ after }) => pick(after))),
    with_drop_beaten: Math.max(...figured.map(({ with_drop_beaten }) => pick(with_drop_beaten))),
  });
  return {
    rows: figured,
    largest_false_promotions_percent: largest(({ false_promotions }) => false_promotions.percent),
    largest_worse_than_control_percent: largest(({ worse_than_control }) => worse_than_control.percent),
    promises_hold: rows.every(({ tally: { runs, after, dropping } }) =>
      [after, dropping].every(
        ({ falsely, worseThanControl }) =>
          isPlausible(falsely, runs, PROMISES.false_promotions) &&
          isPlausible(worseThanControl, runs, PROMISES.worse_than_control),
      ),
    ),
  };
}

/** Whether the count doesn't refute that the rate is at most `rate`: exact binomial, at 99.9 %, since there are many rows. */
function isPlausible(count: number, runs: number, rate: number): boolean {
  let mass = (1 - rate) ** runs;
  let below = 0;
  for (let k = 0; k < count; k++) {
    below += mass;
    mass *= ((runs - k) / (k + 1)) * (rate / (1 - rate));
  }
  return 1 - below > 0.001;
}
