/**
 * What a programme of tests is said to have gained, beside the truth: the product of the winners' lifts as observed, and
 * shrunk as the reports have it. Prints JSON.
 *
 * npm run -s bench:programme -- [--programmes N] [--tests N]
 */

import { parseArgs } from 'node:util';
import { programmeReport } from './programme/simulate.js';

function whole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--${name} takes a whole number over 0, got ${text}`);
  return Number(text);
}

try {
  const { values } = parseArgs({
    options: {
      programmes: { type: 'string', default: '50' },
      tests: { type: 'string', default: '40' },
    },
  });
  const report = programmeReport({
    programmes: whole('programmes', values.programmes),
    tests: whole('tests', values.tests),
  });
  console.log(JSON.stringify(report, null, 2));
} catch (error) {
  const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
