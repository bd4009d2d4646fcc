/** The evidence of a look, seen from one variant. */
import type { PairEvidence } from './decision.js';

/** The evidence of two variants, in either order. RangeError if there is none. */
export function pairOf<Pair extends Pick<PairEvidence, 'variantA' | 'variantB'>>(
  pairs: readonly Pair[],
  x: string,
  y: string,
): Pair {
  const found = pairs.find(
    (pair) => (pair.variantA === x && pair.variantB === y) || (pair.variantA === y && pair.variantB === x),
  );
  if (!found) throw new RangeError(`no evidence on ${x} and ${y}`);
  return found;
}

/** The pair of a variant with the lowest confidence, the earliest of equals; null if it is in none. */
export function closestPair(pairs: readonly PairEvidence[], variant: string): PairEvidence | null {
  return pairs
    .filter((pair) => pair.variantA === variant || pair.variantB === variant)
    .reduce<PairEvidence | null>(
      (worst, pair) =>
        worst === null || pair.evidence.confidence < worst.evidence.confidence ? pair : worst,
      null,
    );
}

/** The other variant of a pair. */
export function otherOf(
  { variantA, variantB }: Pick<PairEvidence, 'variantA' | 'variantB'>,
  id: string,
): string {
  return variantA === id ? variantB : variantA;
}

/** Log rate ratio of `variant` over `rival` at this look; 0 if it can't be estimated. */
export function effectOf(pairs: readonly PairEvidence[], variant: string, rival: string): number {
  const pair = pairOf(pairs, variant, rival);
  return pair.variantB === variant ? pair.evidence.theta : -pair.evidence.theta;
}

/** The interval of the relative lift of `variant` over its rival in the pair; null if there is none or it is unbounded. */
export function intervalFor(
  pair: Pick<PairEvidence, 'variantB'> & { evidence: Pick<PairEvidence['evidence'], 'interval'> },
  variant: string,
): [number, number] | null {
  const interval = pair.evidence.interval;
  if (interval === null || pair.variantB === variant) return interval;
  const high = 1 / (1 + interval[0]) - 1;
  return high < Infinity ? [1 / (1 + interval[1]) - 1, high] : null;
}

/** The lowest of the intervals of `variant` over each of its rivals, by their lower ends; null if one is missing. */
export function worstInterval(pairs: readonly PairEvidence[], variant: string): [number, number] | null {
  const intervals = pairs
    .filter((pair) => pair.variantA === variant || pair.variantB === variant)
    .map((pair) => intervalFor(pair, variant));
  if (intervals.length === 0) return null;
  return intervals.reduce((worst, each) => {
    if (worst === null || each === null) return null;
    return each[0] < worst[0] ? each : worst;
  });
}
