/**
 * How does the verification end for promotions with a known truth? The default rule decides tests with true log lifts
 * N(0, 0.10²) on simulated hours; each promotion is then verified for a week at the last phase's split. `equal_ads`: windows
 * of equal ads that drift apart. Prints JSON.
 *
 * npm run -s bench:verification -- [--promotions N] [--windows N] [--seed N] [--world iid] [--earlier N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { WORLDS } from './decisions/worlds.js';
import { equalAds } from './verification/equal-ads.js';
import { verificationReport } from './verification/report.js';

await printResult(() => {
  const { values } = parseArgs({
    options: {
      promotions: { type: 'string', default: '200' },
      windows: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      world: { type: 'string', default: 'iid' },
      earlier: { type: 'string', default: '10' },
    },
  });
  const world = WORLDS.find((known) => known === values.world);
  if (!world) throw new RangeError(`--world takes ${WORLDS.join(', ')}, got ${values.world}`);
  const seed = wholeNumber('seed', values.seed);
  const windows = wholeNumber('windows', values.windows);
  const promotions = wholeNumber('promotions', values.promotions);
  const earlier = wholeNumber('earlier', values.earlier);
  return {
    ...verificationReport({ seed, world, promotions, windows, earlier }),
    equal_ads: equalAds(seed, windows),
  };
});
