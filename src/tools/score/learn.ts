/** Learns from tests, and gives what scores texts. */
import type { Encoder } from '../../clients/encoder/types.js';
import type { MeasuredText } from '../../domain/preference/measured-text.js';
import { learnPreference, predict } from '../../domain/preference/model.js';
import type { Recipe } from '../../domain/preference/recipe.js';
import type { Bar } from '../headline-tests/progress-bar.js';
import { EncodedTexts } from './encoded-texts.js';

export interface Told {
  bar(total: number, things: string): Bar;
  note(sentence: string): void;
}

/** One score per text, in order; 0 for an empty text. */
export type Scorer = (texts: readonly string[]) => Promise<number[]>;

export async function learnScorer(
  rows: readonly MeasuredText[],
  recipe: Recipe,
  encoders: readonly Encoder[],
  told: Told,
): Promise<Scorer> {
  const texts = new EncodedTexts(encoders);
  const add = async (fresh: readonly string[], whose: string) => {
    let bar: Bar | null = null;
    let encoding = '';
    await texts.add(fresh, (encoder, done, total) => {
      if (encoding !== encoder) bar?.end();
      if (encoding !== encoder) bar = told.bar(total, `${whose} encoded by ${encoder}`);
      encoding = encoder;
      bar!.at(done);
    });
    (bar as Bar | null)?.end();
  };
  const tests = new Set(rows.map(({ testId }) => testId)).size;
  if (tests < 2) {
    told.note(`nothing is known: at least 2 tests are needed to learn from, there are ${tests}`);
    return async (fresh) => fresh.map(() => 0);
  }
  const learnedFrom = rows.map(({ text }) => text);
  await add(learnedFrom, 'headlines to learn from');
  const began = performance.now();
  const bar = told.bar(100, '% learned');
  const { model, fitted } = learnPreference(rows, recipe, texts.layersOf, {
    progress: (done) => bar.at(Math.round(done * 100)),
  });
  bar.end();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  told.note(`learned from ${tests} tests with ${rows.length} headlines in ${seconds} s`);
  const average = fitted.reduce((sum, value) => sum + value, 0) / fitted.length;
  return async (fresh) => {
    const filled = fresh.filter((text) => text !== '');
    await add(filled, 'headlines to score');
    const scores = predict(model, filled, texts.layersOf);
    let next = 0;
    return fresh.map((text) => (text === '' ? 0 : scores[next++]! - average));
  };
}
