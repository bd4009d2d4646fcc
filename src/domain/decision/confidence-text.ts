/** Confidence in words: the evidence of a look beside the best so far. */

import { type ShownConfidence, shownConfidence } from '../evidence/shown-confidence.js';
import { type Evidence, UNADJUSTED } from '../evidence/types.js';
import type { Decision, PairEvidence } from './decision.js';
import { closestPair, pairOf } from './pairs.js';

type Shown = Pick<Evidence, 'counts' | 'p' | 'pNow' | 'logE' | 'adjusted' | 'confidence'>;

/**
 * As in `confidence 0.310 now, 0.376 at best so far < 0.950`; null before the first look that counts. `limit`: the policy's
 * confidence.
 */
export function confidenceText(evidence: Shown, limit: number): string | null {
  const { now, best } = shownConfidence(evidence);
  if (best === null) return null;
  const note = evidence.adjusted === false ? ` (${UNADJUSTED})` : '';
  const sign = best >= limit ? '≥' : '<';
  const compared = `${sign} ${limit.toFixed(3)}${note}`;
  const figures = figuresOf(now, best, (value) => shownBeside(value, limit));
  return `confidence ${figures} ${compared}`;
}

/**
 * As in `0.310 now, 0.376 at best so far`, of the leader's pair with the lowest confidence. A winner that has not beaten
 * every rival was chosen by its confidence over the control.
 */
export function confidenceOfDecision(
  decision: Pick<Decision, 'pairs' | 'leaderVariantId' | 'winnerVariantId'>,
): string {
  const { now, best } = shownOfDecision(decision);
  return best === null ? 'no look has counted yet' : figuresOf(now, best, (value) => value.toFixed(3));
}

/** The figures of {@link confidenceOfDecision}. */
export function shownOfDecision({
  pairs,
  leaderVariantId,
  winnerVariantId,
}: Pick<Decision, 'pairs' | 'leaderVariantId' | 'winnerVariantId'>): ShownConfidence {
  const closest = leaderVariantId === null ? null : closestPair(pairs, leaderVariantId);
  const isClaim = winnerVariantId === null || closest?.calledWinner === winnerVariantId;
  const claim = closest && !isClaim ? overControl(pairs, winnerVariantId) : closest;
  return claim ? shownConfidence(claim.evidence) : { now: null, best: null };
}

/** The control is variant A of the first pair. */
function overControl(pairs: readonly PairEvidence[], winner: string): PairEvidence {
  return pairOf(pairs, pairs[0]!.variantA, winner);
}

function figuresOf(now: number | null, best: number, figure: (value: number) => string): string {
  if (now === null || figure(now) === figure(best)) return figure(best);
  return `${figure(now)} now, ${figure(best)} at best so far`;
}

/** Three digits, unless a confidence just below the limit would read as the limit. */
function shownBeside(confidence: number, limit: number): string {
  if (confidence < limit && confidence.toFixed(3) === limit.toFixed(3)) {
    return Math.min(confidence, limit - 1e-5).toFixed(5);
  }
  return confidence.toFixed(3);
}
