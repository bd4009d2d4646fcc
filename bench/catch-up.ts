/**
 * Measures how long the embedded service takes to catch up after a day without a worker, when every experiment is due
 * for a look, and compares it with the bare engine: the same server with as many workflows and activities, which do
 * nothing. Prints JSON.
 *
 * npm run -s bench:catch-up -- [--experiments N] [--at-a-time N]
 */

import { parseArgs } from 'node:util';
import { installRuntime } from '../src/service/runtime.js';
import { measureCatchUp } from './catch-up/measure.js';
import { printResult, wholeNumber } from './command.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      experiments: { type: 'string', default: '200' },
      'at-a-time': { type: 'string', default: '8' },
    },
  });
  const experiments = wholeNumber('experiments', values.experiments);
  const atATime = wholeNumber('at-a-time', values['at-a-time']);
  const log = (line: string) => process.stderr.write(`${line}\n`);
  installRuntime(log);
  return measureCatchUp({ experiments, atATime, compare: true }, log);
});
