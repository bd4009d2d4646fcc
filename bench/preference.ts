/**
 * How well models predict which headline earns more: n-grams with logistic regression, and the recipes A, B, M and D whose
 * encoders are in the cache. Learned up to week 201420, judged on weeks 201421 to 201439, by the most recent tests learned
 * from, with errors over tests, the placebo shuffled across tests, and time and memory. Prints JSON.
 *
 * npm run -s bench:preference -- [--file FILE.csv] [--placebos N]
 */
import { parseArgs } from 'node:util';
import { measuredTexts } from '../src/domain/preference/measured-text.js';
import { printResult, wholeNumber } from './command.js';
import { JUDGED, LEARNED_UP_TO, readHeadlines } from './preference/data.js';
import { encodeAll } from './preference/encoded.js';
import { competitor, PAIR_LOGISTIC } from './preference/models.js';
import { preferenceReport } from './preference/report.js';
import { peakMemoryMegabytes, speedOf } from './preference/speed.js';

const SIZES = [50, 100, 200, 400, 800, 1_600];

await printResult(async () => {
  const { values } = parseArgs({
    options: { file: { type: 'string' }, placebos: { type: 'string', default: '3' } },
  });
  const placebos = wholeNumber('placebos', values.placebos);
  const { all, learned, judged } = readHeadlines(values.file);
  const note = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const { layersOf, recipes } = await encodeAll(
    all.map(({ text }) => text),
    'best',
    note,
  );
  const rows = measuredTexts(all);
  const [simplest, best] = [recipes[0]!, recipes.at(-1)!];
  const timed = [...new Set([simplest, best])];
  const speed = Object.fromEntries(timed.map((recipe) => [recipe.name, speedOf(rows, recipe, layersOf)]));
  note(`learning: ${JSON.stringify(speed)}`);
  const peak = peakMemoryMegabytes();
  const report = preferenceReport({
    learned,
    judged,
    competitors: [PAIR_LOGISTIC, ...recipes.map((recipe) => competitor(recipe, layersOf))],
    placebo: timed.map((recipe) => competitor(recipe, layersOf)),
    sizes: SIZES,
    placebos,
    note,
  });
  return {
    learned_up_to: LEARNED_UP_TO,
    judged_weeks: [JUDGED.first, JUDGED.last],
    ...report,
    speed,
    peak_memory_mb: peak,
  };
});
