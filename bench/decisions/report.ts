/** The document that `bench:decisions` prints: percentages, with 95 % bounds for every claimed rate. */

import { lowerBound, upperBound } from './binomial-bound.js';
import { type TableError, tableError } from './boundary-table.js';
import {
  LOOKS,
  OWN_RULES,
  type OwnRule,
  RULES,
  type RuleName,
  type RuleTally,
  type Tally,
} from './simulate.js';
import type { World } from './worlds.js';

/** Percent of false winners that peeking with Welch's test per impression must show: otherwise the simulator proves nothing. */
const CONTROL: Partial<Record<World, number>> = { iid: 33, overdispersed_40: 73, delivery_mix: 84 };
const CONTROL_TOLERANCE = 3;
/** The rule promises fewer false winners than this, in percent. */
const PROMISED = 5;

export interface FalseWinners {
  count: number;
  percent: number;
  /** One-sided 95 % bounds (Clopper and Pearson). */
  lower_95: number;
  upper_95: number;
}

export interface WorldReport {
  world: World;
  runs: number;
  false_winners: Partial<Record<RuleName, FalseWinners>>;
}

export interface LiftReport {
  lift: number;
  runs: number;
  rules: Partial<
    Record<RuleName, { decided_percent: number; mean_looks: number; worse_promoted_percent: number }>
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
  rule: OwnRule;
  looks: number;
  worlds: WorldReport[];
  lifts: LiftReport[];
  /** Peeking with Welch's test per impression, on the same streams. */
  control: { passed: boolean; checks: ControlCheck[] };
  /** True unless a world refutes at 95 % that this form of the rule has less than 5 % false winners. */
  promise_holds: boolean;
  table_error: TableError | null;
}

export function report(
  options: { seed: number; boundary: 'exact' | 'table'; rule?: OwnRule },
  worlds: readonly { world: World; tally: Tally }[],
  lifts: readonly { lift: number; tally: Tally }[],
): DecisionsReport {
  const worldReports = worlds.map(
    ({ world, tally }): WorldReport => ({
      world,
      runs: tally.runs,
      false_winners: each(tally, ({ decided }) => falseWinners(decided, tally.runs)),
    }),
  );
  const checks = worldReports.flatMap(controlCheck);
  const differences = [...worlds, ...lifts].flatMap(({ tally }) => tally.differences);
  return {
    seed: options.seed,
    boundary: options.boundary,
    rule: options.rule ?? 'sequential',
    looks: LOOKS,
    worlds: worldReports,
    lifts: lifts.map(({ lift, tally }) => ({
      lift,
      runs: tally.runs,
      rules: each(tally, ({ decided, worse, looks }) => ({
        decided_percent: percent(decided, tally.runs),
        mean_looks: rounded(looks / tally.runs, 1),
        worse_promoted_percent: percent(worse, tally.runs),
      })),
    })),
    control: { passed: checks.length > 0 && checks.every(({ passed }) => passed), checks },
    promise_holds: worldReports.every((world) =>
      OWN_RULES.every((rule) => (world.false_winners[rule]?.lower_95 ?? 0) <= PROMISED),
    ),
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
