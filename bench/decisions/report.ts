/** The document that `bench:decisions` prints: percentages, with 95 % bounds for every claimed rate. */

import { lowerBound, upperBound } from './binomial-bound.js';
import { type TableError, tableError } from './boundary-table.js';
import { DEFAULTS, LOOKS, RULES, type RuleName, type RuleTally, type Tally } from './simulate.js';
import { WORLD_FACTS, type World } from './worlds.js';

/** Percent of false winners that peeking with Welch's test per impression must show: otherwise the simulator proves nothing. */
const CONTROL: Partial<Record<World, number>> = { iid: 33, overdispersed_40: 73, delivery_mix: 84 };
const CONTROL_TOLERANCE = 3;
/** The default rule promises fewer false winners than this, in percent, with any history. */
const PROMISED = 5;
const LOOK_HOURS = 6;

export interface FalseWinners {
  count: number;
  percent: number;
  /** One-sided 95 % bounds (Clopper and Pearson). */
  lower_95: number;
  upper_95: number;
}

export interface WorldReport {
  world: World;
  meaning: string;
  /** Whether the default rule promises fewer than 5 % false winners here. */
  promised: boolean;
  runs: number;
  false_winners: Partial<Record<RuleName, FalseWinners>>;
}

export interface LiftReport {
  world: World;
  lift: number;
  /** The ad that has one early burst; null: none. */
  burst: 'A' | 'B' | null;
  runs: number;
  rules: Partial<
    Record<RuleName, { decided_percent: number; mean_hours: number; worse_promoted_percent: number }>
  >;
}

export interface ControlCheck {
  world: World;
  measured_percent: number;
  expected_percent: number;
  /** 3 points; with few runs, three standard errors. */
  tolerance: number;
  passed: boolean;
}

export interface DecisionsReport {
  seed: number;
  boundary: 'exact' | 'table';
  looks: number;
  worlds: WorldReport[];
  lifts: LiftReport[];
  /** Peeking with Welch's test per impression, on the same streams. */
  control: { passed: boolean; checks: ControlCheck[] };
  /** True unless a world for which the default rule promises less than 5 % false winners refutes that at 95 %. */
  promise_holds: boolean;
  table_error: TableError | null;
}

export function report(
  options: { seed: number; boundary: 'exact' | 'table' },
  worlds: readonly { world: World; tally: Tally }[],
  lifts: readonly { world: World; lift: number; burst?: 'A' | 'B'; tally: Tally }[],
): DecisionsReport {
  const worldReports = worlds.map(
    ({ world, tally }): WorldReport => ({
      world,
      meaning: WORLD_FACTS[world].meaning,
      promised: WORLD_FACTS[world].promised,
      runs: tally.runs,
      false_winners: each(tally, ({ decided }) => falseWinners(decided, tally.runs)),
    }),
  );
  const checks = worldReports.flatMap(controlCheck);
  const differences = [...worlds, ...lifts].flatMap(({ tally }) => tally.differences);
  return {
    seed: options.seed,
    boundary: options.boundary,
    looks: LOOKS,
    worlds: worldReports,
    lifts: lifts.map(({ world, lift, burst = null, tally }) => ({
      world,
      lift,
      burst,
      runs: tally.runs,
      rules: each(tally, ({ decided, worse, looks }) => ({
        decided_percent: percent(decided, tally.runs),
        mean_hours: rounded((LOOK_HOURS * looks) / tally.runs, 0),
        worse_promoted_percent: percent(worse, tally.runs),
      })),
    })),
    control: { passed: checks.length > 0 && checks.every(({ passed }) => passed), checks },
    promise_holds: worldReports
      .filter(({ promised }) => promised)
      .every((world) => DEFAULTS.every((rule) => (world.false_winners[rule]?.lower_95 ?? 0) <= PROMISED)),
    table_error: options.boundary === 'table' ? tableError(differences) : null,
  };
}

function each<T>(tally: Tally, make: (rule: RuleTally) => T): Partial<Record<RuleName, T>> {
  return Object.fromEntries(
    RULES.flatMap((name) => {
      const rule = tally.rules[name];
      return rule ? [[name, make(rule)]] : [];
    }),
  );
}

function falseWinners(count: number, runs: number): FalseWinners {
  return {
    count,
    percent: percent(count, runs),
    lower_95: rounded(100 * lowerBound(count, runs), 2),
    upper_95: rounded(100 * upperBound(count, runs), 2),
  };
}

function controlCheck({ world, runs, false_winners }: WorldReport): ControlCheck[] {
  const expected = CONTROL[world];
  const welch = false_winners.welch_peeked;
  if (expected === undefined || !welch) return [];
  const standardError = Math.sqrt((expected * (100 - expected)) / runs);
  const tolerance = rounded(Math.max(CONTROL_TOLERANCE, 3 * standardError), 1);
  return [
    {
      world,
      measured_percent: welch.percent,
      expected_percent: expected,
      tolerance,
      passed: Math.abs(welch.percent - expected) <= tolerance,
    },
  ];
}

function percent(count: number, runs: number): number {
  return rounded((100 * count) / runs, 2);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
