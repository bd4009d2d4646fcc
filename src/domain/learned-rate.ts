/**
 * Which tests are learned from together. A text may raise clicks and lower conversions, so tests of rates per impression, per link
 * click and per amount spent teach different things.
 */
import type { Policy } from './experiment.js';
import { METRICS, OBJECTIVES, type Objective, type Quantity } from './metric.js';

/** What a rate is per. */
export type RateKind = Quantity;

export function rateKindOf(objective: Objective): RateKind {
  return METRICS[objective].exposure;
}

/** The rates of a kind in words. */
export const RATE_WORDS: Readonly<Record<RateKind, string>> = {
  impressions: 'clicks per impression',
  linkClicks: 'conversions per click',
  conversions: 'results per conversion',
  spend: 'results for the money spent',
};

interface Decided {
  experiment: { policy: Pick<Policy, 'objective'> };
}

/** The kind of rate that most tests have; of equally many, the first in the order of the objectives. Null without tests. */
export function learnedRate(tests: readonly Decided[]): RateKind | null {
  const counts = new Map<RateKind, number>(OBJECTIVES.map((objective) => [rateKindOf(objective), 0]));
  for (const { experiment } of tests) {
    const kind = rateKindOf(experiment.policy.objective);
    counts.set(kind, counts.get(kind)! + 1);
  }
  let learned: RateKind | null = null;
  for (const [kind, count] of counts) {
    if (count > (learned === null ? 0 : counts.get(learned)!)) learned = kind;
  }
  return learned;
}

/** The tests of the kind of rate that most tests have. */
export function learnedTests<T extends Decided>(tests: readonly T[]): T[] {
  const learned = learnedRate(tests);
  return tests.filter(({ experiment }) => rateKindOf(experiment.policy.objective) === learned);
}
