/**
 * Whether the chances of forecasts come true: of tests in the sandbox's market, with effects and without, and of headline
 * tests of weeks 201421 to 201439, learned up to 201420, if their file is given. Recipe A. Prints JSON.
 *
 * npm run -s bench:calibration -- [--tests N] [--seed N] [--headlines FILE.csv]
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { keptEncodings } from '../src/clients/encoder/kept.js';
import { openEncoder } from '../src/clients/encoder/open-encoder.js';
import { thisMachine } from '../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../src/sandbox/programs/locations.mjs';
import { readTests } from '../src/tools/score/read.js';
import { headlineReport, marketReport } from './calibration/report.js';
import { printResult, wholeNumber } from './command.js';

/** Learned up to the first week, scored after it up to the second. */
const WEEKS = { learned: 201420, scored: 201439 };

await printResult(async () => {
  const { values } = parseArgs({
    options: {
      tests: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      headlines: { type: 'string' },
    },
  });
  const options = { tests: wholeNumber('tests', values.tests), seed: wholeNumber('seed', values.seed) };
  const cache = cacheFolder(thisMachine());
  const encoder = keptEncodings(openEncoder('use-lite', { cache }), path.join(cache, 'encodings'));
  try {
    const market = await marketReport(options, encoder);
    if (values.headlines === undefined) return { market };
    const { rows } = readTests({ name: values.headlines, text: readFileSync(values.headlines, 'utf8') });
    const until = (week: number) => rows.filter(({ period }) => Number(period) <= week);
    const learned = until(WEEKS.learned);
    const headlines = await headlineReport(learned, until(WEEKS.scored).slice(learned.length), encoder);
    return { market, headlines };
  } finally {
    await encoder.close();
  }
});
