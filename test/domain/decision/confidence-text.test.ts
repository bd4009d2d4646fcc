import { describe, expect, it } from 'vitest';
import { confidenceOfDecision, confidenceText } from '../../../src/domain/decision/confidence-text.js';
import type { Evidence } from '../../../src/domain/evidence/types.js';

const evidence = (changes: Partial<Evidence>) =>
  ({ counts: true, p: 0.624, confidence: 0.376, adjusted: true, ...changes }) as Evidence;

describe('confidence in words', () => {
  it('has the evidence of this look beside the best so far', () => {
    expect(confidenceText(evidence({ pNow: 0.8 }), 0.95)).toBe(
      'confidence 0.200 now, 0.376 at best so far < 0.950',
    );
    expect(confidenceText(evidence({ pNow: 0.624 }), 0.95)).toBe('confidence 0.376 < 0.950');
    expect(confidenceText(evidence({ p: 0.02, pNow: 0.1 }), 0.95)).toBe(
      'confidence 0.900 now, 0.980 at best so far ≥ 0.950',
    );
  });

  it('has no figure before the first look that counts', () => {
    expect(confidenceText(evidence({ counts: false, p: 1 }), 0.95)).toBeNull();
  });

  it('has only the best if this look does not count, or did not record it', () => {
    expect(confidenceText(evidence({ counts: false }), 0.95)).toBe('confidence 0.376 < 0.950');
    expect(confidenceText(evidence({}), 0.95)).toBe('confidence 0.376 < 0.950');
  });

  it('takes the figure of one look from an e-process and from a rule that is not adjusted', () => {
    expect(confidenceText(evidence({ logE: Math.log(1.25) }), 0.95)).toBe(
      'confidence 0.200 now, 0.376 at best so far < 0.950',
    );
    expect(confidenceText(evidence({ logE: -2 }), 0.95)).toBe(
      'confidence 0.000 now, 0.376 at best so far < 0.950',
    );
    expect(confidenceText(evidence({ adjusted: false }), 0.95)).toBe(
      'confidence 0.376 < 0.950 (unadjusted for repeated looks)',
    );
  });

  it('never reads as the limit if it is below it', () => {
    expect(confidenceText(evidence({ p: 0.050_000_1, pNow: 0.050_000_1 }), 0.95)).toBe(
      'confidence 0.94999 < 0.950',
    );
  });

  it('is that of the closest rival of the leader', () => {
    const pair = (variantA: string, variantB: string, p: number) => ({
      ...{ variantA, variantB, calledWinner: null, welch: null },
      evidence: evidence({ p, pNow: p, confidence: 1 - p }),
    });
    const pairs = [pair('a', 'b', 0.01), pair('a', 'c', 0.9), pair('b', 'c', 0.2)];
    const open = { pairs, winnerVariantId: null };
    expect(confidenceOfDecision({ ...open, leaderVariantId: 'b' })).toBe('0.800');
    expect(confidenceOfDecision({ ...open, leaderVariantId: null })).toBe('no look has counted yet');
    // A winner that has not beaten its closest rival was chosen by its confidence over the control, which is a.
    expect(confidenceOfDecision({ pairs, leaderVariantId: 'b', winnerVariantId: 'b' })).toBe('0.990');
  });
});
