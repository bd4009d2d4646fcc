/**
 * Compares what a programme of tests is claimed to have gained with the truth: the product of the winners' lifts as
 * observed, and as shrunk in the reports. Prints JSON.
 *
 * npm run -s bench:programme -- [--programmes N] [--tests N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { programmeReport } from './programme/simulate.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      programmes: { type: 'string', default: '50' },
      tests: { type: 'string', default: '40' },
    },
  });
  return programmeReport({
    programmes: wholeNumber('programmes', values.programmes),
    tests: wholeNumber('tests', values.tests),
  });
});
