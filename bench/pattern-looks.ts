/**
 * Patterns that are looked at after every test: how often a pattern without any effect is ever called replicated, contradicted or
 * established, by p-values of one look and by those that hold at every look, and what the latter cost in power. Prints JSON.
 *
 * npx tsx bench/pattern-looks.ts [--runs N] [--worlds N]
 */

import { parseArgs } from 'node:util';
import { printResult, wholeNumber } from './command.js';
import { measureHolds } from './pattern-looks/holds.js';
import { measureLater } from './pattern-looks/later.js';

await printResult(() => {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '1000' }, worlds: { type: 'string', default: '200' } },
  });
  return {
    later: measureLater({
      runs: wholeNumber('runs', values.runs),
      looks: 200,
      effects: [0, 0.05, 0.1, 0.2],
      at: [10, 20, 50, 100, 200],
    }),
    holds: measureHolds({
      runs: wholeNumber('worlds', values.worlds),
      looks: 100,
      effective: 10,
      effect: 0.15,
    }),
  };
});
