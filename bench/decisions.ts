/**
 * Do decisions stay right? Counts false winners of equal ads in many worlds, for the default rule with 0, 10 and 40 earlier
 * tests of the account, for its hourly form without drift, and for its strict form, with peeking as the positive control.
 * Compares the times to a decision with GrowthBook's test and with an SPRT that knows the lift. Prints JSON. Exit code 1 if
 * the control fails (then the simulator proves nothing) or if a world refutes the promised 5 %.
 *
 * npm run -s bench:decisions -- [--runs N] [--lift-runs N] [--seed N] [--boundary exact|table] [--worlds iid,drift_5]
 *                               [--threads N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { runJobs } from './decisions/pool.js';
import { report } from './decisions/report.js';
import type { Job } from './decisions/simulate.js';
import { WORLDS, type World } from './decisions/worlds.js';

const DEFAULT_RUNS = { exact: 2_000, table: 20_000 };
const DEFAULT_LIFT_RUNS = 2_000;
/** Ads of different rates: the power at four lifts, what drift costs, and what a burst costs. */
const LIFTS: readonly Pick<Job, 'world' | 'lift' | 'burst'>[] = [
  ...[0.05, 0.1, 0.2, 0.3].map((lift) => ({ world: 'iid' as const, lift })),
  { world: 'day_noise', lift: 0.1 },
  { world: 'drift_5', lift: 0.1 },
  { world: 'iid', lift: 0.2, burst: 'A' },
  { world: 'iid', lift: 0.2, burst: 'B' },
];

function readArguments() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      'lift-runs': { type: 'string' },
      seed: { type: 'string', default: '1' },
      boundary: { type: 'string', default: 'exact' },
      worlds: { type: 'string', default: WORLDS.join(',') },
      threads: { type: 'string', default: '1' },
    },
  });
  const { boundary } = values;
  if (boundary !== 'exact' && boundary !== 'table') {
    throw new RangeError(`--boundary is exact or table, got ${boundary}`);
  }
  const runs = wholeNumber('runs', values.runs ?? String(DEFAULT_RUNS[boundary]));
  return {
    boundary,
    runs,
    liftRuns: wholeNumber('lift-runs', values['lift-runs'] ?? String(Math.min(runs, DEFAULT_LIFT_RUNS))),
    seed: wholeNumber('seed', values.seed),
    threads: wholeNumber('threads', values.threads),
    worlds: values.worlds.split(',').map((name): World => {
      const world = WORLDS.find((one) => one === name);
      if (!world) throw new RangeError(`--worlds takes ${WORLDS.join(', ')}, got ${name}`);
      return world;
    }),
  } as const;
}

await printResult(async () => {
  const { boundary, runs, liftRuns, seed, threads, worlds } = readArguments();
  const jobs: Job[] = [
    // Looks that someone asks for are not on the table's grid.
    ...worlds.map(
      (world): Job => ({
        seed,
        world,
        lift: 0,
        from: 0,
        to: runs,
        boundary: world === 'asked_by_hand' ? 'exact' : boundary,
      }),
    ),
    ...LIFTS.map((lift): Job => ({ ...lift, seed, from: 0, to: liftRuns, boundary })),
  ];
  const total = jobs.reduce((sum, { to }) => sum + to, 0);
  const started = performance.now();
  let done = 0;
  const tallies = await runJobs(jobs, threads, (count) => {
    done += count;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} runs`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const document = report(
    { seed, boundary },
    worlds.map((world, i) => ({ world, tally: tallies[i]! })),
    LIFTS.map((lift, i) => ({ ...lift, tally: tallies[worlds.length + i]! })),
  );
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  if (!document.control.passed) fail('the positive control failed or was left out: this run proves nothing');
  if (!document.promise_holds)
    fail('the default rule has more than 5 % false winners in a world of its promise');
  return { ...document, threads, seconds };
});

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
