/** What a verdict says about who chose the people who saw each ad. */

/**
 * Simulated by the default rule without earlier tests: 28 days, a look every 6 hours, segments of one breakdown or of two,
 * shares that each ad has for itself or that drift with a memory of 6 or 24 hours (`npm run bench:segments`).
 */
const RISK =
  'If the ads reach different people, the difference may come from the people and not from the ads: in simulated tests of equal ads, with parts of the audience whose click rates differ by up to 4 times, comparing hours called a false winner in 8 to 42 % of tests, comparing parts of the audience in at most 2 %';

const HOW_TO =
  'To have Meta split people at random: in Ads Manager open Experiments, create an A/B test, choose these ad sets as its groups, one ad set per group, and publish it; then register a new test here';

/** `randomised`: whether a study of Meta gave each person one of the ads; null if Meta gave no answer. */
export function assignmentSentence(randomised: boolean | null): string {
  if (randomised) return 'People were split at random: an A/B test of Meta gave each person one of the ads.';
  const known =
    randomised === null
      ? 'Meta did not say whether people were split at random.'
      : 'People were not split at random: Meta chose who saw which ad.';
  return `${known} ${RISK}. ${HOW_TO}.`;
}
