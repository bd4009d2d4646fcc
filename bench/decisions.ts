/**
 * Do decisions stay right? Counts false winners of equal ads in six worlds, with peeking as the positive control, and
 * compares the times to a decision with GrowthBook's test and with an SPRT that knows the lift. Prints JSON. Exit code 1
 * if the control fails (then the simulator proves nothing) or if a world refutes the promised 5 %.
 *
 * npm run -s bench:decisions -- [--runs N] [--lift-runs N] [--seed N] [--boundary exact|table]
 *                               [--rule sequential|strict] [--worlds iid,day_noise] [--threads N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { runJobs } from './decisions/pool.js';
import { report } from './decisions/report.js';
import { type Job, OWN_RULES } from './decisions/simulate.js';
import { DAY_NOISE_WORLDS, WORLDS, type World } from './decisions/worlds.js';

const LIFTS = [0.05, 0.1, 0.2, 0.3];
const DEFAULT_RUNS = { exact: 2_000, table: 20_000 };
const DEFAULT_LIFT_RUNS = 2_000;

function readArguments() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      'lift-runs': { type: 'string' },
      seed: { type: 'string', default: '1' },
      boundary: { type: 'string', default: 'exact' },
      rule: { type: 'string', default: OWN_RULES[0] },
      // Without the worlds of day-level noise, for which the default rule promises nothing.
      worlds: { type: 'string', default: WORLDS.join(',') },
      threads: { type: 'string', default: '1' },
    },
  });
  const { boundary } = values;
  if (boundary !== 'exact' && boundary !== 'table') {
    throw new RangeError(`--boundary is exact or table, got ${boundary}`);
  }
  const rule = OWN_RULES.find((known) => known === values.rule);
  if (!rule) throw new RangeError(`--rule is ${OWN_RULES.join(' or ')}, got ${values.rule}`);
  const runs = wholeNumber('runs', values.runs ?? String(DEFAULT_RUNS[boundary]));
  return {
    boundary,
    rule,
    runs,
    liftRuns: wholeNumber('lift-runs', values['lift-runs'] ?? String(Math.min(runs, DEFAULT_LIFT_RUNS))),
    seed: wholeNumber('seed', values.seed),
    threads: wholeNumber('threads', values.threads),
    worlds: values.worlds.split(',').map((name): World => {
      const known = [...WORLDS, ...DAY_NOISE_WORLDS];
      const world = known.find((one) => one === name);
      if (!world) throw new RangeError(`--worlds takes ${known.join(', ')}, got ${name}`);
      return world;
    }),
  } as const;
}

await printResult(async () => {
  const { boundary, rule, runs, liftRuns, seed, threads, worlds } = readArguments();
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
        rule,
      }),
    ),
    ...LIFTS.map((lift): Job => ({ seed, world: 'iid', lift, from: 0, to: liftRuns, boundary, rule })),
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
    { seed, boundary, rule },
    worlds.map((world, i) => ({ world, tally: tallies[i]! })),
    LIFTS.map((lift, i) => ({ lift, tally: tallies[worlds.length + i]! })),
  );
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  if (!document.control.passed) fail('the positive control failed or was left out: this run proves nothing');
  if (!document.promise_holds) fail('the sequential rule has more than 5 % false winners in some world');
  return { ...document, threads, seconds };
});

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
