/** Finished tests split in two: what a test would have seen, and what was earned after it. */
import { logRateOf } from '../../src/domain/patterns/effects.js';
import type { Random } from '../../src/sandbox/random.js';
import type { JudgedGroup, JudgedText } from '../preference/judge.js';

export interface SplitText {
  text: string;
  tested: { events: number; trials: number };
  /** The click rate of the impressions that were not in the test. */
  laterRate: number;
}

/** A random share of each text's impressions is the test: clicks fall into it hypergeometrically, one after the other. */
export function splitText({ text, events, trials }: JudgedText, share: number, random: Random): SplitText {
  const size = Math.floor(share * trials);
  let tested = 0;
  for (let click = 0; click < events; click++) {
    if (random.uniform() * (trials - click) < size - tested) tested += 1;
  }
  return {
    text,
    tested: { events: tested, trials: size },
    laterRate: (events - tested) / (trials - size),
  };
}

export function splitGroup({ texts }: JudgedGroup, share: number, random: Random): SplitText[] {
  return texts.map((text) => splitText(text, share, random));
}

/** Predictions of one group's texts, and the variance of true log rates that they leave. */
export interface Forecast {
  predicted: readonly number[];
  residualVariance: number;
}

/**
 * The places of those with the highest posterior mean of the log rate: the test's result, with the prediction as the mean of
 * a normal prior within the group. The group's level is unknown.
 */
export function chosenWithPrior(
  texts: readonly SplitText[],
  { predicted, residualVariance }: Forecast,
): number[] {
  const measured = texts.map(({ tested: { events, trials } }) => logRateOf(events, trials));
  const left = measured.map(({ logRate }, i) => logRate - predicted[i]!);
  const weights = measured.map(({ variance }) => 1 / (residualVariance + variance));
  const level =
    weights.reduce((sum, weight, i) => sum + weight * left[i]!, 0) /
    weights.reduce((sum, weight) => sum + weight, 0);
  const means = left.map((value, i) => predicted[i]! + residualVariance * weights[i]! * (value - level));
  return highest(means);
}

/** The two with the highest prediction are tested, and the better click rate decides. Equal predictions are drawn from. */
export function chosenOfTwo(
  texts: readonly SplitText[],
  { predicted }: Pick<Forecast, 'predicted'>,
  random: Random,
): number[] {
  const order = texts
    .map((_, place) => ({ place, lot: random.uniform() }))
    .sort((a, b) => predicted[b.place]! - predicted[a.place]! || a.lot - b.lot);
  const two = order.slice(0, 2).map(({ place }) => place);
  const rates = two.map((place) => {
    const { events, trials } = texts[place]!.tested;
    return events / trials;
  });
  return highest(rates).map((i) => two[i]!);
}

/** The places of the highest values. */
export function highest(values: readonly number[]): number[] {
  const top = Math.max(...values);
  return [...values.keys()].filter((i) => values[i] === top);
}
