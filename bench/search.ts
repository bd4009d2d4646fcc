/**
 * The search by meaning. Finds 100 claims of ads by their paraphrases, per encoder that is available, beside hashed n-grams. Prints JSON: top-1 and
 * mean reciprocal rank in both directions, and the cosine that tells a paraphrase from other pairs, with its F1.
 * Then the pattern library: recall and time of the index beside exact search and the bare query, and what an insert costs.
 *
 * npm run -s bench:search -- [--patterns N] [--queries N]
 */

import { parseArgs } from 'node:util';
import { thisMachine } from '../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../src/sandbox/programs/locations.mjs';
import { printResult, wholeNumber } from './command.js';
import { measureEncoders } from './search/encoders.js';
import { measureLibrary } from './search/library.js';

await printResult(async () => {
  const { values } = parseArgs({
    options: {
      patterns: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '100' },
    },
  });
  const patterns = wholeNumber('patterns', values.patterns);
  const queries = wholeNumber('queries', values.queries);
  return {
    paraphrases: await measureEncoders(cacheFolder(thisMachine()), process.env.VOYAGE_API_KEY || null),
    library: await measureLibrary(patterns, queries, (text) => process.stderr.write(`${text}\n`)),
  };
});
