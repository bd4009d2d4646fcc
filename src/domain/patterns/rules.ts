/** All thresholds of patterns. */
export const PATTERN_RULES = {
  /** An effect is reported, and a pattern can hold, if at least as many tests vary it. */
  tests: 10,
  /** A pattern holds at this false discovery rate or below. */
  q: 0.05,
  /** Tests after a pattern was first stated replicate or contradict it below this p … */
  laterP: 0.05,
  /** … if at least as many vary it. */
  laterTests: 3,
  /** A pattern retires if it hasn't passed for as many further tests that vary it. */
  retireAfter: 20,
} as const;
