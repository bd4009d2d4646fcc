/** The document that `bench:guardrails` prints: percent of tests, and hours from the start of the test. */
import { upperBound } from '../decisions/binomial-bound.js';
import {
  booksOf,
  type ClickTest,
  FORMS,
  type Form,
  type Guarded,
  guard,
  revertedAfter,
  testOfClicks,
} from './simulate.js';
import { CHALLENGER } from './worlds.js';

export interface Settings {
  seed: number;
  /** Tests per click lift. */
  runs: number;
  /** Tests of equal ads. */
  equal: number;
  /** Click lifts; default: +10, +20 and +30 %. */
  lifts?: readonly number[];
}

const LIFTS = [0.1, 0.2, 0.3];
/** Cost per conversion of the challenger over the control. */
const COSTS = [0.8, 0.9, 1, 1.1, 1.2, 1.5, 2];
const PER_DAY = [5, 20, 50, 200];
/** The requirement holds from here on. */
const REQUIRED_PER_DAY = 20;
/** The cases that the requirement names: click lift and conversions per click. */
const CASES = [
  { clicks: 0.2, per_click: 0.5 },
  { clicks: 0.3, per_click: 0.5 },
  { clicks: 0.2, per_click: 1 },
];
const ROLLOUT_DAYS = 3;

export interface Cell {
  form: Form;
  click_lift: number;
  /** Relative change of the cost per conversion, percent. */
  cost: number;
  conversions_per_day: number;
  tests: number;
  /** Percent of the tests. `kept`: harm was shown at each look of the wait. */
  promoted: number;
  promoted_upper_95: number;
  asked: number;
  kept: number;
  /** Median hours from the start: first look that calls the winner, and promotion. */
  called_at: number | null;
  promoted_at: number | null;
}

export interface Share {
  tests: number;
  percent: number;
  upper_95: number;
}

export interface GuardrailReport {
  settings: Settings;
  cases: (Cell & { per_click: number })[];
  grid: Cell[];
  /** The largest share promoted at 20 or more conversions per day in the default form, all click lifts together. */
  worst: { cost_at_least_50: Share; cost_at_least_20: Share };
  /** Equal clicks, 20 conversions per day at equal cost: percent of tests whose winner is false. */
  equal_ads: { tests: number; by_rule: number; before: number; no_harm: number; non_inferiority: number };
  /** Challengers that were approved after three days, percent that a gate reverts within eight days. */
  rollouts: { cost: number; conversions_per_day: number; reverted: number; reverted_after: number | null }[];
}

export function guardrailReport(
  settings: Settings,
  onDone: (part: string) => void = () => {},
): GuardrailReport {
  const { seed, runs, equal, lifts = LIFTS } = settings;
  const tests = new Map(
    lifts.map((lift) => {
      const all = range(runs).map((run) => testOfClicks(seed, lift, run));
      onDone(`click lift ${lift}`);
      return [lift, all];
    }),
  );
  const cellsAt = (lift: number, cost: number, perDay: number) =>
    cellsOf(seed, tests.get(lift)!, lift, { cost, perDay });
  const cases = CASES.flatMap(({ clicks, per_click }) =>
    [20, 50].flatMap((perDay) =>
      cellsAt(clicks, 1 / ((1 + clicks) * per_click), perDay).map((cell) => ({ ...cell, per_click })),
    ),
  );
  onDone('cases');
  const grid = lifts.flatMap((lift) =>
    COSTS.flatMap((cost) => PER_DAY.flatMap((perDay) => cellsAt(lift, cost, perDay))),
  );
  onDone('grid');
  const worstFrom = (cost: number) =>
    PER_DAY.filter((perDay) => perDay >= REQUIRED_PER_DAY)
      .flatMap((perDay) => COSTS.filter((each) => each >= cost).map((each) => pooled(grid, each, perDay)))
      .reduce((worst, share) => (share.percent > worst.percent ? share : worst));
  const rollouts = [0.8, 1, 1.2, 1.5, 1 / 0.6, 2].flatMap((cost) =>
    [20, 50, 200].map((perDay) => {
      const found = range(runs).map((run) =>
        revertedAfter(seed, run, { lift: 0.2, days: ROLLOUT_DAYS, selling: { cost, perDay } }),
      );
      const reverted = found.filter((hours) => hours !== null);
      return {
        cost: percent(cost - 1),
        conversions_per_day: perDay,
        reverted: percent(reverted.length / runs),
        reverted_after: median(reverted),
      };
    }),
  );
  onDone('rollouts');
  return {
    settings,
    cases,
    grid,
    worst: { cost_at_least_50: worstFrom(1.5), cost_at_least_20: worstFrom(1.2) },
    equal_ads: equalAds(seed, equal),
    rollouts,
  };
}

function cellsOf(
  seed: number,
  tests: readonly ClickTest[],
  lift: number,
  selling: { cost: number; perDay: number },
): Cell[] {
  const all = tests.map((test) => guard(test, booksOf(seed, test, selling)));
  return (Object.keys(FORMS) as Form[]).map((form): Cell => {
    const ends = all.map((each) => each[form]);
    const of = (ending: Guarded['ending']) =>
      ends.filter((end) => end.ending === ending && end.winner !== 'control');
    const promoted = of('promoted').filter(({ winner }) => winner === CHALLENGER);
    return {
      form,
      click_lift: percent(lift),
      cost: percent(selling.cost - 1),
      conversions_per_day: selling.perDay,
      tests: tests.length,
      promoted: percent(promoted.length / tests.length),
      promoted_upper_95: percent(upperBound(promoted.length, tests.length)),
      asked: percent(of('asked').length / tests.length),
      kept: percent(of('kept').length / tests.length),
      called_at: median(ends.flatMap(({ calledAt }) => calledAt ?? [])),
      promoted_at: median(promoted.flatMap(({ endedAt }) => endedAt ?? [])),
    };
  });
}

/** The default form at one cost, over all click lifts. */
function pooled(grid: readonly Cell[], cost: number, perDay: number): Share {
  const cells = grid.filter(
    (cell) =>
      cell.form === 'non_inferiority' &&
      cell.cost === percent(cost - 1) &&
      cell.conversions_per_day === perDay,
  );
  const tests = cells.reduce((sum, cell) => sum + cell.tests, 0);
  const promoted = Math.round(cells.reduce((sum, cell) => sum + (cell.promoted * cell.tests) / 100, 0));
  return { tests, percent: percent(promoted / tests), upper_95: percent(upperBound(promoted, tests)) };
}

function equalAds(seed: number, runs: number): GuardrailReport['equal_ads'] {
  const tests = range(runs).map((run) => testOfClicks(seed, 0, run));
  const ends = tests.map((test) => guard(test, booksOf(seed, test, { cost: 1, perDay: 20 })));
  const promoted = (form: Form) =>
    percent(ends.filter((each) => each[form].ending === 'promoted').length / runs);
  return {
    tests: runs,
    by_rule: percent(tests.filter(({ calls }) => calls.length > 0).length / runs),
    before: promoted('before'),
    no_harm: promoted('no_harm'),
    non_inferiority: promoted('non_inferiority'),
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function median(values: readonly number[]): number | null {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)] ?? null;
}

function percent(fraction: number): number {
  return Number((100 * fraction).toFixed(1));
}
