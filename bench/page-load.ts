/**
 * Measures how long the pages take with 1,000 experiments and with 112 looks, beside the bare queries that they need, and
 * in a browser if there is one. Prints JSON: real ms, the median of the repeats.
 *
 * npm run -s bench:page-load -- [--experiments N] [--repeats N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { measurePageLoad } from './page-load/measure.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      experiments: { type: 'string', default: '1000' },
      repeats: { type: 'string', default: '9' },
    },
  });
  return measurePageLoad(
    wholeNumber('experiments', values.experiments),
    wholeNumber('repeats', values.repeats),
  );
});
