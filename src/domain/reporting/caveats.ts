/** What the figures of one test don't say. */

export interface TestedFacts {
  /** Whether the confidence stays valid under repeated looks. */
  adjusted: boolean;
  /** Whether Meta assigned people to the ads at random; null if it isn't known. */
  randomised: boolean | null;
  /** Null before there is an outcome, or if nothing was promoted. */
  verification: 'verified' | 'not_verified' | 'reverted' | null;
  promoted: boolean;
  forced: boolean;
  /** Budgets were only shown, not written. */
  shadow: boolean;
  ended: boolean;
  /** Whether the ad sets differed in more than their ads, and someone accepted that. */
  differs: boolean;
}

export type CaveatCode =
  | 'no_look'
  | 'forced'
  | 'unadjusted'
  | 'still_running'
  | 'differences'
  | 'not_random'
  | 'shadow'
  | 'measured_too_large'
  | 'not_verified'
  | 'own_audience';

export interface Caveat {
  code: CaveatCode;
  message: string;
}

const SENTENCES: Record<CaveatCode, string> = {
  no_look: 'No data has been looked at yet, so nothing can be said about the ads.',
  forced: 'Someone promoted the winner by force: the statistics did not decide.',
  unadjusted:
    'The confidence holds for a single look. This test was looked at several times, so it is too high.',
  still_running: 'The test has not ended: the figures will change.',
  differences: 'The ad sets differed in more than their ads, which someone accepted at the start.',
  not_random:
    'Meta chose who saw which ad. A part of the difference may come from the people and not from the ads.',
  shadow: 'No budget was changed: the rollout only showed what it would have written.',
  measured_too_large:
    'The lift of a winner as its test measured it is too large on average, because the best of several is chosen.',
  not_verified: 'After the rollout the lift could not be confirmed with new data.',
  own_audience:
    'The figures say which ad did better for this audience, at this time and at these budgets. They do not say why.',
};

/** The caveats that fit, the heaviest first. `facts`: null before the first look. */
export function caveatsOf(facts: TestedFacts | null): Caveat[] {
  if (facts === null) return [{ code: 'no_look', message: SENTENCES.no_look }];
  const fits: Record<Exclude<CaveatCode, 'no_look'>, boolean> = {
    forced: facts.forced,
    unadjusted: !facts.adjusted,
    still_running: !facts.ended,
    differences: facts.differs,
    not_random: facts.randomised !== true,
    shadow: facts.shadow,
    measured_too_large: facts.promoted && facts.verification !== 'verified',
    not_verified: facts.verification === 'not_verified',
    own_audience: true,
  };
  return (Object.keys(fits) as (keyof typeof fits)[])
    .filter((code) => fits[code])
    .map((code) => ({ code, message: SENTENCES[code] }));
}
