/**
 * Finds 100 claims of ads by their paraphrases, per encoder that is available, beside hashed n-grams. Prints JSON: top-1 and
 * mean reciprocal rank in both directions, and the cosine that tells a paraphrase from other pairs, with its F1.
 *
 * npm run -s bench:search
 */

import { thisMachine } from '../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../src/sandbox/programs/locations.mjs';
import { printResult } from './command.js';
import { measureEncoders } from './search/encoders.js';

await printResult(async () => ({
  paraphrases: await measureEncoders(cacheFolder(thisMachine()), process.env.VOYAGE_API_KEY || null),
}));
