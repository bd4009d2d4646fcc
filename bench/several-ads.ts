/**
 * Does best-arm selection close tests of good ads without more false winners? Decides simulated tests of two to six ads in
 * 14 configurations of true rates and three worlds, without the indifference zone, with it, and with beaten ads dropped.
 * Prints JSON; exit code 1 if a row refutes a promise. A test takes about 0.1 s of processor time: 150 runs per row take 11
 * minutes.
 *
 * npm run -s bench:several-ads -- [--runs N] [--seed N] [--worlds iid,…] [--configurations two_close,…] [--traffic largest]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { type Row, report } from './several-ads/report.js';
import { simulate } from './several-ads/simulate.js';
import { CONFIGURATION_NAMES, type Configuration, historyOf, TRAFFIC, WORLDS } from './several-ads/worlds.js';

const ZONE = 0.05;
/** Accounts with earlier tests of their own. */
const ACCOUNTS = 10;

function oneOf<Name extends string>(option: string, known: readonly Name[], name: string): Name {
  const found = known.find((one) => one === name);
  if (found === undefined) throw new RangeError(`--${option} takes ${known.join(', ')}, got ${name}`);
  return found;
}

await printResult(() => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '150' },
      seed: { type: 'string', default: '1' },
      worlds: { type: 'string', default: WORLDS.join(',') },
      configurations: { type: 'string', default: CONFIGURATION_NAMES.join(',') },
      traffic: { type: 'string', default: 'drawn' },
    },
  });
  const runs = wholeNumber('runs', values.runs);
  const seed = wholeNumber('seed', values.seed);
  const traffic = oneOf('traffic', TRAFFIC, values.traffic);
  const worlds = values.worlds.split(',').map((name) => oneOf('worlds', WORLDS, name));
  const configurations = values.configurations
    .split(',')
    .map((name): Configuration => oneOf('configurations', CONFIGURATION_NAMES, name));
  const started = performance.now();
  const rows = worlds.flatMap((world) => {
    const histories = Array.from({ length: ACCOUNTS }, (_, account) =>
      historyOf(`${seed}/${account}`, world),
    );
    return configurations.map((configuration): Row => {
      if (process.stderr.isTTY) process.stderr.write(`\r${world} ${configuration}\u001b[K`);
      const tally = simulate({ seed, configuration, world, traffic, runs, zone: ZONE, histories });
      return { world, configuration, tally };
    });
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const document = report(rows);
  if (!document.promises_hold) {
    process.stderr.write('a promise on false promotions is refuted in some row\n');
    process.exitCode = 1;
  }
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  return { seed, runs, traffic, zone: ZONE, ...document, seconds };
});
