/**
 * How does the verification end for promotions with a known truth? The default rule decides tests with true log lifts
 * N(0, 0.10²) on simulated hours; each promotion is then verified for a week at the last phase's split. Prints JSON.
 *
 * npm run -s bench:verification -- [--promotions N] [--windows N] [--seed N] [--world iid]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { WORLDS } from './decisions/worlds.js';
import { verificationReport } from './verification/report.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      promotions: { type: 'string', default: '200' },
      windows: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      world: { type: 'string', default: 'iid' },
    },
  });
  const world = WORLDS.find((known) => known === values.world);
  if (!world) throw new RangeError(`--world takes ${WORLDS.join(', ')}, got ${values.world}`);
  return verificationReport({
    seed: wholeNumber('seed', values.seed),
    world,
    promotions: wholeNumber('promotions', values.promotions),
    windows: wholeNumber('windows', values.windows),
  });
});
