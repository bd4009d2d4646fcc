/** What users read as confidence: the figure of a look beside the best so far. */

import type { Evidence } from './types.js';

/** Both as 1 − p, in [0, 1]. */
export interface ShownConfidence {
  /** For the ad that leads at this look. It falls if the lead shrinks. Null if the look doesn't count or didn't record it. */
  now: number | null;
  /** The highest so far, for whichever ad led then. Null if no look has given any evidence: show words, not 0. */
  best: number | null;
}

/**
 * 1 − pNow is as valid under repeated looks as 1 − p: if the ads are equal, the chance that pNow is ever at most α is at
 * most α, because pNow ≤ α means that this look crosses the boundary of α.
 */
export function shownConfidence(evidence: Pick<Evidence, 'counts' | 'p' | 'pNow'>): ShownConfidence {
  const { counts, p, pNow } = evidence;
  return {
    now: counts && pNow !== undefined ? 1 - pNow : null,
    best: counts || p < 1 ? 1 - p : null,
  };
}
