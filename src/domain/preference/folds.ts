/** Which texts a model learns from when it is judged on the others. */
import type { MeasuredText } from './measured-text.js';

/**
 * The fold of each row, 0 to `count` − 1. Each fold is a stretch of tests in the order of the rows, since tests near each
 * other in time share topics and even texts: dealt out in turns, they would let a model recognise what it is judged on.
 */
export function foldsOf(rows: readonly Pick<MeasuredText, 'testId'>[], count: number): Int32Array {
  const places = new Map<string, number>();
  for (const { testId } of rows) if (!places.has(testId)) places.set(testId, places.size);
  return Int32Array.from(rows, ({ testId }) => Math.floor((places.get(testId)! * count) / places.size));
}
