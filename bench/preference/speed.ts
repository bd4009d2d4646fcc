/** How long learning takes, and how much memory. */
import type { LayersOf } from '../../src/domain/preference/features.js';
import type { MeasuredText } from '../../src/domain/preference/measured-text.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import type { Recipe } from '../../src/domain/preference/recipe.js';
import { ofLastTests, testIds } from './data.js';

export interface Speed {
  tests: number;
  /** Without encoding. */
  learning_seconds: number;
  one_more_test_seconds: number;
  /** Without encoding. */
  forecast_of_10_ms: number;
}

export function speedOf(rows: readonly MeasuredText[], recipe: Recipe, layersOf: LayersOf): Speed {
  const last = ofLastTests(rows, 1)[0]!.testId;
  const before = rows.filter(({ testId }) => testId !== last);
  const [first, learning] = timed(() => learnPreference(before, recipe, layersOf));
  const [second, oneMore] = timed(() =>
    learnPreference(rows, recipe, layersOf, { groundwork: first.groundwork }),
  );
  const drafts = before.slice(0, 10).map(({ text }) => text);
  const [, forecast] = timed(() => predict(second.model, drafts, layersOf));
  return {
    tests: testIds(rows).length,
    learning_seconds: Number((learning / 1_000).toFixed(1)),
    one_more_test_seconds: Number((oneMore / 1_000).toFixed(1)),
    forecast_of_10_ms: Number(forecast.toFixed(1)),
  };
}

/** Of this process, which holds the vectors of all texts too. */
export function peakMemoryMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1_024);
}

function timed<T>(work: () => T): [T, number] {
  const began = performance.now();
  const result = work();
  return [result, performance.now() - began];
}
