/** How long learning takes, and how much memory. */
import type { LayersOf } from '../../src/domain/preference/features.js';
import type { MeasuredText } from '../../src/domain/preference/measured-text.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import type { Recipe } from '../../src/domain/preference/recipe.js';
import { ofLastTests, testIds } from './data.js';

export interface Speed {
  tests: number;
  /** All without encoding. */
  learning_seconds: number;
  /** Of the processor: what the learning takes on an idle machine. */
  learning_cpu_seconds: number;
  one_more_test_seconds: number;
  one_more_test_cpu_seconds: number;
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
    learning_seconds: seconds(learning.wall),
    learning_cpu_seconds: seconds(learning.cpu),
    one_more_test_seconds: seconds(oneMore.wall),
    one_more_test_cpu_seconds: seconds(oneMore.cpu),
    forecast_of_10_ms: Number(forecast.wall.toFixed(1)),
  };
}

/** Of this process, which holds the vectors of all texts too. */
export function peakMemoryMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1_024);
}

/** ms on the wall, and of the processor. */
interface Time {
  wall: number;
  cpu: number;
}

function timed<T>(work: () => T): [T, Time] {
  const began = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, { wall: performance.now() - began, cpu: (user + system) / 1_000 }];
}

const seconds = (ms: number): number => Number((ms / 1_000).toFixed(1));
