import { describe, expect, it } from 'vitest';
import type { PairEvidence } from '../../../src/domain/decision/decision.js';
import { worstInterval } from '../../../src/domain/decision/pairs.js';

/** Evidence of two variants of which only the interval matters: of B's lift over A. */
const pair = (variantA: string, variantB: string, interval: [number, number] | null) =>
  ({ variantA, variantB, evidence: { interval } }) as PairEvidence;

const OVER_CONTROL = pair('control', 'c2', [0.2, 0.6]);
const OVER_C1 = pair('c1', 'c2', [-0.1, 0.3]);
const OVER_C3 = pair('c2', 'c3', [-0.3, 0.25]);
const OF_OTHERS = pair('control', 'c1', [-0.9, 9]);

describe('the interval of a winner over several rivals', () => {
  it.each([
    [OVER_CONTROL, OVER_C1, OF_OTHERS],
    [OVER_C1, OF_OTHERS, OVER_CONTROL],
    [OF_OTHERS, OVER_CONTROL, OVER_C1],
  ])('is the one that begins lowest, in whatever order they come', (...pairs) => {
    expect(worstInterval(pairs, 'c2')).toEqual([-0.1, 0.3]);
  });

  it('is seen from its side where it is the first of a pair', () => {
    // The rival may be 25 % better: the winner 20 % worse.
    const worst = worstInterval([OVER_CONTROL, OVER_C3, OVER_C1], 'c2')!;
    expect(worst[0]).toBeCloseTo(-0.2, 12);
    expect(worst[1]).toBeCloseTo(1 / 0.7 - 1, 12);
  });

  it.each([
    [OVER_CONTROL, pair('c1', 'c2', null), OVER_C3],
    [pair('c1', 'c2', null), OVER_CONTROL],
    [OVER_CONTROL, pair('c1', 'c2', null)],
  ])('is not known where that over one of them is not', (...pairs) => {
    expect(worstInterval(pairs, 'c2')).toBeNull();
  });

  it('is not known without a rival', () => {
    expect(worstInterval([OF_OTHERS], 'c2')).toBeNull();
    expect(worstInterval([], 'c2')).toBeNull();
  });
});
