/**
 * What verification makes of promotions whose truth is known: tests with true log lifts N(0, 0.10²) are decided by the
 * default rule on simulated hours; each promotion is then verified on a week at 80/20. Prints JSON.
 *
 * npm run -s bench:verification -- [--promotions N] [--windows N] [--seed N] [--world iid]
 */

import { parseArgs } from 'node:util';
import { WORLDS } from './decisions/worlds.js';
import { verificationReport } from './verification/report.js';

function whole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--${name} takes a whole number over 0, got ${text}`);
  return Number(text);
}

try {
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
  const report = verificationReport({
    seed: whole('seed', values.seed),
    world,
    promotions: whole('promotions', values.promotions),
    windows: whole('windows', values.windows),
  });
  console.log(JSON.stringify(report, null, 2));
} catch (error) {
  const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
