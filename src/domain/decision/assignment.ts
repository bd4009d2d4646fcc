/** What a verdict says about who chose the people who saw each ad. */

/**
 * Simulated by the default rule without earlier tests: 28 days, a look every 6 hours, segments of one breakdown or of two,
 * shares that each ad has for itself or that drift with a memory of 6 or 24 hours (`npm run bench:segments`).
 */
const RISK =
  'If the ads reach different people, the difference may come from the people: in simulated tests of equal ads whose segments have click rates that differ by up to 4 times, hours called a false winner in 8 to 42 % of tests, segments in at most 2 % (policy.strata "segment")';

const HOW_TO =
  'To have Meta assign people at random: in Ads Manager open Experiments, create an A/B test, choose these ad sets as its groups, one ad set per group, and publish it; then register a new test here';

/** `randomised`: whether a study of Meta gave each person one of the ads; null if Meta gave no answer. */
export function assignmentSentence(randomised: boolean | null): string {
  if (randomised) return 'randomised: true (a study of Meta gave each person one of the ads).';
  const known =
    randomised === null
      ? 'randomised: unknown (Meta did not tell whether a study of its own gave each person one of the ads).'
      : 'randomised: false (Meta chose who saw which ad).';
  return `${known} ${RISK}. ${HOW_TO}.`;
}
