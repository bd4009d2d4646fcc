/** Which drafts to propose and to test, by what all finished tests say about their attributes. */

import type { Attributes } from '../creative/registry.js';
import { expectedBest, pointsOf } from '../forecast/joint.js';
import { type AttributeModel, attributeForecast } from '../patterns/attribute-model.js';

/** A draft beside the creative that it starts from. */
export interface Prospect {
  /** Expected log rate ratio over the base. */
  expected: number;
  sd: number;
}

/** As many drafts are compared together: what they may reach, and not only what they are expected to. */
const COMPARED = 20;
/** Of the points of the joint distribution: enough to tell subsets apart. */
const STRIDE = 8;

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
  const prospects = prospectsOf(model, base, drafts).map(({ expected, sd }, i) => ({
    expected: expected + (forecast[i] ?? 0),
    sd,
  }));
  const compared = drafts
    .map((_, place) => place)
    .sort((a, b) => reach(prospects[b]!) - reach(prospects[a]!) || a - b)
    .slice(0, COMPARED);
  const { means, covariance } = attributeForecast(model, [base, ...compared.map((place) => drafts[place]!)]);
  const shifted = means.map((mean, i) => (i === 0 ? mean : mean + (forecast[compared[i - 1]!] ?? 0)));
  const points = pointsOf({ means: shifted, covariance }).map((values) =>
    values.filter((_, k) => k % STRIDE === 0),
  );
  const chosen: number[] = [];
  while (chosen.length < Math.min(places, compared.length)) {
    let best = -1;
    let most = -Infinity;
    compared.forEach((_, i) => {
      if (chosen.includes(i)) return;
      const value = expectedBest(points, [0, ...[...chosen, i].map((one) => one + 1)]);
      if (value > most + 1e-9) [best, most] = [i, value];
    });
    chosen.push(best);
  }
  return chosen.map((i) => compared[i]!);
}

/** What a draft reaches in one case of six. */
function reach({ expected, sd }: Prospect): number {
  return expected + sd;
}
