/** What the benchmark compares: recipes of the preference model, and a peer. */
import type { LayersOf } from '../../src/domain/preference/features.js';
import {
  type CountedText,
  type MeasuredText,
  measuredTexts,
} from '../../src/domain/preference/measured-text.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import { ngramRows, vocabularyOf } from '../../src/domain/preference/ngrams.js';
import type { Recipe } from '../../src/domain/preference/recipe.js';
import { sparseDot } from '../../src/domain/preference/sparse-row.js';
import { Random } from '../../src/sandbox/random.js';
import { fitPairs, pairsOf } from './pair-logistic.js';

export interface Competitor {
  name: string;
  /** Learns from tests, and scores texts. */
  learn(rows: readonly MeasuredText[]): (texts: readonly string[]) => ArrayLike<number>;
}

/** N-grams with logistic regression on pairs: what needs neither an encoder nor a mixed model. */
export const PAIR_LOGISTIC: Competitor = {
  name: 'ngrams_logistic',
  learn(rows) {
    const texts = rows.map(({ text }) => text);
    const vocabulary = vocabularyOf(texts);
    const pairs = pairsOf(rows, ngramRows(texts, vocabulary));
    const b = fitPairs(pairs, vocabulary.idf.length, { c: 0.1 });
    return (fresh) => ngramRows(fresh, vocabulary).map((row) => sparseDot(row, b));
  },
};

export function competitor(recipe: Recipe, layersOf: LayersOf): Competitor {
  return {
    name: recipe.name,
    learn(rows) {
      const { model } = learnPreference(rows, recipe, layersOf);
      return (texts) => predict(model, texts, layersOf);
    },
  };
}

/** The placebo: the same texts, with what they earned dealt out anew over the texts of all tests. */
export function shuffledAcrossTests(counted: readonly CountedText[], seed: string): MeasuredText[] {
  const random = new Random(`placebo ${seed}`);
  const outcomes = counted.map(({ events, trials }) => ({ events, trials }));
  for (let i = outcomes.length - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * random.uniform());
    [outcomes[i], outcomes[j]] = [outcomes[j]!, outcomes[i]!];
  }
  return measuredTexts(counted.map((row, i) => ({ ...row, ...outcomes[i]! })));
}
