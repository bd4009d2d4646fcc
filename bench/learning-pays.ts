/**
 * What learning earns, on real outcomes: each headline's impressions are split at random, one part is the test, the other
 * scores what was earned after it. The model alone; the model picks two and a test decides; all tested, with the forecast
 * as the prior; by tests learned from up to week 201420, on groups of weeks 201421 to 201439. Prints JSON.
 *
 * npm run -s bench:learning-pays -- [--file FILE.csv] [--encoder use-lite|minilm|mpnet|best] [--splits N] [--placebos N]
 */
import { parseArgs } from 'node:util';
import { CHOICES, isChoice } from '../src/tools/score/encoders.js';
import { printResult, wholeNumber } from './command.js';
import { learningPaysReport } from './learning-pays/report.js';
import { JUDGED, LEARNED_UP_TO, readHeadlines } from './preference/data.js';
import { encodeAll } from './preference/encoded.js';

const SIZES = [0, 50, 100, 200, 400, 800, 1_600];

await printResult(async () => {
  const { values } = parseArgs({
    options: {
      file: { type: 'string' },
      encoder: { type: 'string', default: 'use-lite' },
      splits: { type: 'string', default: '20' },
      placebos: { type: 'string', default: '5' },
    },
  });
  if (!isChoice(values.encoder)) {
    throw new RangeError(`--encoder takes ${CHOICES.join(', ')}, got ${JSON.stringify(values.encoder)}`);
  }
  const splits = wholeNumber('splits', values.splits);
  const placebos = wholeNumber('placebos', values.placebos);
  const { learned, judged } = readHeadlines(values.file);
  const note = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const texts = [...learned, ...judged].map(({ text }) => text);
  const { layersOf, recipe } = await encodeAll(texts, values.encoder, note);
  return {
    encoder: values.encoder,
    learned_up_to: LEARNED_UP_TO,
    judged_weeks: [JUDGED.first, JUDGED.last],
    splits,
    ...learningPaysReport({ learned, judged, recipe, layersOf, sizes: SIZES, splits, placebos, note }),
  };
});
