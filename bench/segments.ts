/**
 * Do hours and segments keep the promise if the ads reach different people? Counts false winners of equal ads, and the
 * power at two lifts, in worlds whose segments have click rates of their own. Prints JSON.
 *
 * npm run -s bench:segments -- [--runs N] [--lift-runs N] [--seed N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { upperBound } from './decisions/binomial-bound.js';
import { simulate, WAYS, type Way } from './segments/simulate.js';
import { WORLDS, type World } from './segments/worlds.js';

const LIFTS = [0.1, 0.2];
/** Worlds in which the power is measured. */
const LIFT_WORLDS = ['iid', 'mix_24h', 'mix_fixed'] as const satisfies World[];

await printResult(() => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000' },
      'lift-runs': { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
    },
  });
  const runs = wholeNumber('runs', values.runs);
  const liftRuns = wholeNumber('lift-runs', values['lift-runs']);
  const seed = wholeNumber('seed', values.seed);
  const percent = (count: number, of: number) => Math.round((1000 * count) / of) / 10;
  const each = <T>(of: (way: Way) => T) => Object.fromEntries(WAYS.map((way) => [way, of(way)]));
  const started = performance.now();
  return {
    seed,
    false_winners: (Object.keys(WORLDS) as World[]).map((world) => {
      const { ways, warned } = simulate({ seed, world, lift: 0, from: 0, to: runs });
      return {
        world,
        runs,
        percent: each((way) => percent(ways[way].decided, runs)),
        upper_95: each((way) => percent(upperBound(ways[way].decided, runs), 1)),
        warned_percent: percent(warned, runs),
      };
    }),
    lifts: LIFT_WORLDS.flatMap((world) =>
      LIFTS.map((lift) => {
        const { ways } = simulate({ seed, world, lift, from: 0, to: liftRuns });
        return {
          world,
          lift,
          runs: liftRuns,
          decided_percent: each((way) => percent(ways[way].decided, liftRuns)),
          worse_promoted_percent: each((way) => percent(ways[way].worse, liftRuns)),
          mean_hours: each((way) => Math.round(ways[way].hours / liftRuns)),
        };
      }),
    ),
    seconds: Math.round((performance.now() - started) / 1000),
  };
});
