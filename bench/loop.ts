/**
 * Whether the loop helps: programmes of tests in a row, each of which starts from the last winner. Its drafts are chosen by what the
 * tests so far taught, by the same with the effects of attributes exchanged at random, or at random. The truth is the sandbox's: a
 * hidden function of the texts, or none. Prints JSON.
 *
 * npm run -s bench:loop -- [--seeds N] [--first SEED] [--luck N] [--tests N] [--challengers N] [--world some|texts_alone|none]
 */
import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { runProgramme } from './loop/programme.js';
import { reportOf } from './loop/report.js';
import { historyOf } from './several-ads/worlds.js';

/**
 * `unexplained`: standard deviation of the log rate between texts that no attribute explains; edits leave most of a text as it is.
 * `texts_alone`: only that. `none`: all texts are equal.
 */
const WORLDS = {
  some: { effects: 'some', unexplained: 0.05 },
  texts_alone: { effects: 'none', unexplained: 0.05 },
  none: { effects: 'none', unexplained: 0 },
} as const;
type WorldName = keyof typeof WORLDS;
const WORLD_NAMES = Object.keys(WORLDS) as WorldName[];

await printResult(() => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '30' },
      first: { type: 'string', default: '1' },
      luck: { type: 'string', default: '1' },
      tests: { type: 'string', default: '10' },
      challengers: { type: 'string', default: '3' },
      world: { type: 'string' },
    },
  });
  const asked = WORLD_NAMES.filter((name) => values.world === undefined || values.world === name);
  if (asked.length === 0) {
    throw new RangeError(`--world takes ${WORLD_NAMES.join(', ')}, got ${values.world}`);
  }
  const number = (name: Exclude<keyof typeof values, 'world'>) => wholeNumber(name, values[name]!);
  const [tests, challengers, luck] = [number('tests'), number('challengers'), number('luck')];
  const first = number('first');
  const seeds = Array.from({ length: number('seeds') }, (_, i) => first + i);
  // The account has had tests before, of other texts: its decisions know how its ads drift.
  const history = historyOf('loop', 'iid');
  return {
    tests,
    challengers,
    luck,
    worlds: Object.fromEntries(
      asked.map((name) => [
        name,
        reportOf(seeds, luck, (programme) => {
          process.stderr.write(`world ${name}, ${programme.choice}, seed ${programme.seed}\n`);
          return runProgramme({ ...programme, ...WORLDS[name], tests, challengers }, history);
        }),
      ]),
    ),
  };
});
