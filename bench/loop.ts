/**
 * Whether the loop helps: programmes of tests in a row, each of which starts from the last winner. Its drafts are chosen by what the
 * tests so far taught, by the same with the effects of attributes exchanged at random, or at random. The truth is the sandbox's: a
 * hidden function of the texts, or none. Prints JSON.
 *
 * npm run -s bench:loop -- [--seeds N] [--first SEED] [--luck N] [--tests N] [--challengers N] [--effects some|none]
 */
import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { runProgramme } from './loop/programme.js';
import { reportOf } from './loop/report.js';
import { historyOf } from './several-ads/worlds.js';

/** Standard deviation of the log rate between texts that no attribute explains. Edits leave most of a text as it is. */
const UNEXPLAINED = 0.05;

await printResult(() => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '30' },
      first: { type: 'string', default: '1' },
      luck: { type: 'string', default: '1' },
      tests: { type: 'string', default: '10' },
      challengers: { type: 'string', default: '3' },
      effects: { type: 'string' },
    },
  });
  const { effects } = values;
  if (effects !== undefined && effects !== 'some' && effects !== 'none') {
    throw new RangeError(`--effects takes some or none, got ${effects}`);
  }
  const number = (name: Exclude<keyof typeof values, 'effects'>) => wholeNumber(name, values[name]!);
  const [tests, challengers, luck] = [number('tests'), number('challengers'), number('luck')];
  const first = number('first');
  const seeds = Array.from({ length: number('seeds') }, (_, i) => first + i);
  // The account has had tests before, of other texts: its decisions know how its ads drift.
  const history = historyOf('loop', 'iid');
  const worlds: readonly ('some' | 'none')[] = effects === undefined ? ['some', 'none'] : [effects];
  return {
    tests,
    challengers,
    luck,
    unexplained: UNEXPLAINED,
    worlds: Object.fromEntries(
      worlds.map((each) => [
        each,
        reportOf(seeds, luck, (programme) => {
          process.stderr.write(`effects ${each}, ${programme.choice}, seed ${programme.seed}\n`);
          return runProgramme(
            { ...programme, effects: each, unexplained: UNEXPLAINED, tests, challengers },
            history,
          );
        }),
      ]),
    ),
  };
});
