/**
 * A team with few tests, with and without what was learned elsewhere: coefficients learned up to week 201420, the tests of
 * weeks 201421 to 201439 as the team's. Accuracy and lift at 0 to 200 own tests, per encoder whose coefficients ship and
 * that is in the cache, with errors over tests. Prints JSON.
 *
 * npm run -s bench:warm-start -- [--file FILE.csv] [--draws N]
 */
import { parseArgs } from 'node:util';
import { archivedPart } from '../src/archive/read.js';
import { learnForeign } from '../src/domain/preference/foreign.js';
import { measuredTexts } from '../src/domain/preference/measured-text.js';
import { printResult, wholeNumber } from './command.js';
import { LEARNED_UP_TO, readHeadlines } from './preference/data.js';
import { encodeAll } from './preference/encoded.js';
import { warmStartRows } from './warm-start/report.js';

const SIZES = [0, 10, 25, 50, 100, 200];

await printResult(async () => {
  const { values } = parseArgs({
    options: { file: { type: 'string' }, draws: { type: 'string', default: '8' } },
  });
  const draws = wholeNumber('draws', values.draws);
  const { all, learned, judged } = readHeadlines(values.file);
  const note = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const texts = all.map(({ text }) => text);
  const { layersOf, recipes } = await encodeAll(texts, 'best', note);
  const rowsOf = (name: 'A' | 'M', encoder: 'use-lite' | 'mpnet') => {
    const recipe = recipes.find((one) => one.name === name);
    if (recipe === undefined) return [];
    const part = learnForeign(measuredTexts(learned), archivedPart(encoder), layersOf);
    const foreign = { ...part, id: 'bench', learnedFrom: `headlines up to week ${LEARNED_UP_TO}` };
    return [[encoder, warmStartRows({ own: judged, recipe, layersOf, foreign, sizes: SIZES, draws, note })]];
  };
  return {
    learned_up_to: LEARNED_UP_TO,
    draws,
    encoders: Object.fromEntries([...rowsOf('A', 'use-lite'), ...rowsOf('M', 'mpnet')]),
  };
});
