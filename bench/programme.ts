/**
 * Compares what the compound report says of programmes of tests with the truth, for six distributions of the true lifts:
 * the compound lift as shrunk and as claimed, its intervals, the share of promotions without gain, and luck. Prints JSON.
 *
 * npm run -s bench:programme -- [--programmes N] [--tests N] [--seed N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { programmeReport } from './programme/report.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      programmes: { type: 'string', default: '100' },
      tests: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
    },
  });
  return programmeReport({
    programmes: wholeNumber('programmes', values.programmes),
    tests: wholeNumber('tests', values.tests),
    seed: wholeNumber('seed', values.seed),
  });
});
