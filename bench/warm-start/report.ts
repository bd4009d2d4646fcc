/** What a team with few tests predicts, with and without what was learned elsewhere. */
import type { LayersOf } from '../../src/domain/preference/features.js';
import type { ForeignPrior } from '../../src/domain/preference/foreign.js';
import { type CountedText, measuredTexts } from '../../src/domain/preference/measured-text.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import type { Recipe } from '../../src/domain/preference/recipe.js';
import { Random } from '../../src/sandbox/random.js';
import { testIds } from '../preference/data.js';
import {
  type Contribution,
  contributions,
  type Judgement,
  judgedGroups,
  judgementOf,
} from '../preference/judge.js';

export interface WarmStartOptions {
  /** The tests of the team. */
  own: readonly CountedText[];
  recipe: Recipe;
  layersOf: LayersOf;
  foreign: ForeignPrior;
  sizes: readonly number[];
  draws: number;
  note(sentence: string): void;
}

export interface WarmStartRow {
  own_tests: number;
  cold: Judgement;
  warm: Judgement;
  /** The foreign prediction's weight, averaged over draws. */
  foreign_weight: number;
}

/**
 * Per size and draw, that many of the team's tests in a row are learned from, beginning at a drawn one, and all others
 * judge: neighbours share topics, which would flatter tests drawn one by one.
 */
export function warmStartRows(options: WarmStartOptions): WarmStartRow[] {
  const { own, recipe, layersOf, foreign, sizes, draws, note } = options;
  const ids = testIds(own);
  const random = new Random('warm start');
  const starts = Array.from({ length: draws }, () => Math.floor(random.uniform() * ids.length));
  return sizes.map((size) => {
    const judged: { cold: Contribution[]; warm: Contribution[] } = { cold: [], warm: [] };
    let weight = 0;
    for (const start of starts) {
      const learned = new Set(Array.from({ length: size }, (_, i) => ids[(start + i) % ids.length]!));
      const rows = measuredTexts(own.filter(({ testId }) => learned.has(testId)));
      const groups = judgedGroups(own.filter(({ testId }) => !learned.has(testId)));
      const texts = [...new Set(groups.flatMap((group) => group.texts.map(({ text }) => text)))];
      for (const kind of ['cold', 'warm'] as const) {
        const { model } = learnPreference(rows, recipe, layersOf, kind === 'warm' ? { foreign } : {});
        const scores = predict(model, texts, layersOf);
        const byText = new Map(texts.map((text, i) => [text, scores[i]!]));
        judged[kind].push(...contributions(groups, (text) => byText.get(text)!));
        if (kind === 'warm') weight += model.parts[0]!.weight / draws;
      }
      // Without own tests all draws are one.
      if (size === 0) weight *= draws;
      if (size === 0) break;
    }
    const row = {
      own_tests: size,
      cold: judgementOf(judged.cold),
      warm: judgementOf(judged.warm),
      foreign_weight: Number(weight.toFixed(2)),
    };
    note(`${recipe.name}, ${size} own tests: ${row.cold.accuracy_pct} % → ${row.warm.accuracy_pct} %`);
    return row;
  });
}
