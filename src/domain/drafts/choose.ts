/** Which drafts to propose and to test, by what all finished tests say about their attributes. */

import type { Attributes } from '../creative/registry.js';
import { pointsOf } from '../forecast/joint.js';
import { type AttributeModel, attributeForecast } from '../patterns/attribute-model.js';

/** A draft beside the creative that it starts from. */
export interface Prospect {
  /** Expected log rate ratio over the base. */
  expected: number;
  sd: number;
}

/** Of the points of the joint distribution: enough to tell subsets apart. */
const STRIDE = 8;
/** More must be gained than rounding gives. */
const LEAST_GAIN = 1e-9;

/** What to expect of each draft, beside the base. */
export function prospectsOf(
  model: AttributeModel,
  base: Attributes,
  drafts: readonly Attributes[],
): Prospect[] {
  return drafts.map((draft) => {
    const { means, covariance } = attributeForecast(model, [base, draft]);
    const variance = covariance[0]![0]! + covariance[1]![1]! - 2 * covariance[0]![1]!;
    return { expected: means[1]! - means[0]!, sd: Math.sqrt(Math.max(0, variance)) };
  });
}

/**
 * The drafts that together with the base are expected to contain the best creative, in the order of their choice: two that rely
 * on the same attribute add little to each other, and one that may be good is worth a test although nothing is known of it.
 * Places in `drafts`; at most `places`. `forecast`: per draft, what else is expected of it, as a log rate ratio over the base, e.g.
 * by the preference model. Greedy choice of a submodular function: Nemhauser, Wolsey and Fisher (1978).
 */
export function chooseToTest(
  model: AttributeModel,
  base: Attributes,
  drafts: readonly Attributes[],
  places: number,
  forecast: readonly number[] = [],
): number[] {
  const { means, covariance } = attributeForecast(model, [base, ...drafts]);
  const shifted = means.map((mean, i) => mean + (i === 0 ? 0 : (forecast[i - 1] ?? 0)));
  const [start, ...points] = pointsOf({ means: shifted, covariance }).map((values) =>
    values.filter((_, k) => k % STRIDE === 0),
  );
  // The best so far at each point.
  let best = start!;
  const chosen: number[] = [];
  while (chosen.length < Math.min(places, drafts.length)) {
    let next = -1;
    let most = -Infinity;
    points.forEach((values, place) => {
      if (chosen.includes(place)) return;
      let sum = 0;
      for (let k = 0; k < values.length; k++) sum += Math.max(best[k]!, values[k]!);
      if (sum > most + LEAST_GAIN * values.length) [next, most] = [place, sum];
    });
    chosen.push(next);
    best = best.map((value, k) => Math.max(value, points[next]![k]!));
  }
  return chosen;
}
