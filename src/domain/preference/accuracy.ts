/** How often held-out predictions name the better of two texts. */
import type { MeasuredText } from './measured-text.js';
import { groupsOf } from './within-groups.js';

/** |z| from which a test tells a pair apart. */
const SIGNIFICANT = 1.96;

/**
 * Pairs of a test and group that the test told apart at 95 %, and the share of them that the predictions order right; null
 * without such a pair. `predicted[i]` belongs to `rows[i]`.
 */
export function accuracyOf(
  rows: readonly MeasuredText[],
  predicted: ArrayLike<number>,
): { accuracy: number | null; pairs: number } {
  let pairs = 0;
  let right = 0;
  for (const members of groupsOf(rows)) {
    for (const [place, i] of members.entries()) {
      for (const j of members.slice(0, place)) {
        const [a, b] = [rows[i]!, rows[j]!];
        const measured = a.logRate - b.logRate;
        if (Math.abs(measured) <= SIGNIFICANT * Math.sqrt(a.variance + b.variance)) continue;
        pairs += 1;
        if (measured * (predicted[i]! - predicted[j]!) > 0) right += 1;
      }
    }
  }
  return { pairs, accuracy: pairs === 0 ? null : right / pairs };
}
