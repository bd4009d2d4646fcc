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
 * most α, because pNow ≤ α means that this look crosses the boundary of α. The p of a rule that doesn't adjust for repeated
 * looks is of its look alone, and 1/E is the p of a look of an e-process.
 */
export function shownConfidence(
  evidence: Pick<Evidence, 'counts' | 'p' | 'pNow' | 'logE' | 'adjusted'>,
): ShownConfidence {
  const { counts, p } = evidence;
  const now = counts ? pOfThisLook(evidence) : null;
  return { now: now === null ? null : 1 - now, best: counts || p < 1 ? 1 - p : null };
}

function pOfThisLook({
  p,
  pNow,
  logE,
  adjusted,
}: Pick<Evidence, 'p' | 'pNow' | 'logE' | 'adjusted'>): number | null {
  if (pNow !== undefined) return pNow;
  if (logE !== undefined) return Math.min(1, Math.exp(-logE));
  return adjusted === false ? p : null;
}
