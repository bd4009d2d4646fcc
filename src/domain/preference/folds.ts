/** Which texts a model learns from when it is judged on the others. */
import type { MeasuredText } from './measured-text.js';

/** The fold of each row, 0 to `count` − 1. The rows of a test share a fold; tests take turns in their order. */
export function foldsOf(rows: readonly MeasuredText[], count: number): Int32Array {
  const tests = new Map<string, number>();
  return Int32Array.from(rows, ({ testId }) => {
    const place = tests.get(testId) ?? tests.size;
    tests.set(testId, place);
    return place % count;
  });
}
