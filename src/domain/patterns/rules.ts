/** All thresholds of patterns. */
export const PATTERN_RULES = {
  /** An effect is reported, and a pattern can hold, if at least as many tests vary it. */
  tests: 10,
  /** A pattern holds at this false discovery rate or below, however often it is looked at. */
  q: 0.05,
  /** Tests after a pattern was first stated replicate or contradict it below this p, however often they are looked at … */
  laterP: 0.05,
  /** … if at least as many vary it. */
  laterTests: 3,
  /**
   * The squared effects that repeated looks are laid out for, in units of the variance of one test's effect. A smaller one finds
   * small effects a little sooner after many tests, a larger one finds large effects in few.
   */
  mixture: 0.5,
  /** A pattern retires if it hasn't passed for as many further tests that vary it. */
  retireAfter: 20,
} as const;
