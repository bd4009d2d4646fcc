/**
 * Do guardrails guard? Ads with a known lift in clicks and a known cost per conversion are tested by the real rule and the
 * real guardrails, with conversions that are booked for a day after the click. Prints JSON; progress goes to standard error.
 *
 * npm run -s bench:guardrails -- [--runs N] [--equal N] [--seed N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { guardrailReport } from './guardrails/report.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '200' },
      equal: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
    },
  });
  return guardrailReport(
    {
      seed: wholeNumber('seed', values.seed),
      runs: wholeNumber('runs', values.runs),
      equal: wholeNumber('equal', values.equal),
    },
    (part) => process.stderr.write(`${part} done\n`),
  );
});
