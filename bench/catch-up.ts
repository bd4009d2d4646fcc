/**
 * How long the embedded service takes to catch up after a day without a worker, when every experiment is due for a
 * look, beside the bare engine: the same server, the same number of workflows and of activities, which do nothing.
 * Prints JSON.
 *
 * npm run -s bench:catch-up -- [--experiments N] [--at-a-time N]
 */

import { parseArgs } from 'node:util';
import { installRuntime } from '../src/service/runtime.js';
import { measureCatchUp } from './catch-up/measure.js';

function whole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--${name} takes a whole number over 0, got ${text}`);
  return Number(text);
}

try {
  const { values } = parseArgs({
    options: {
      experiments: { type: 'string', default: '200' },
      'at-a-time': { type: 'string', default: '8' },
    },
  });
  installRuntime((line) => process.stderr.write(`${line}\n`));
  const report = await measureCatchUp(
    {
      experiments: whole('experiments', values.experiments),
      atATime: whole('at-a-time', values['at-a-time']),
      compare: true,
    },
    (line) => process.stderr.write(`${line}\n`),
  );
  console.log(JSON.stringify(report, null, 2));
} catch (error) {
  const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
