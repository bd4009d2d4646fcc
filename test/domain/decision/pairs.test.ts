import { describe, expect, it } from 'vitest';
import type { PairEvidence } from '../../../src/domain/decision/decision.js';
import { worstInterval } from '../../../src/domain/decision/pairs.js';

/** Evidence on two variants; only the interval of B's lift over A matters. */
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
  ])('is the one with the lowest lower end, in any order', (...pairs) => {
    expect(worstInterval(pairs, 'c2')).toEqual([-0.1, 0.3]);
  });

  it("is turned to the winner's side if the winner is the first of a pair", () => {
    // The rival may be 25 % better, so the winner may be 20 % worse.
    const worst = worstInterval([OVER_CONTROL, OVER_C3, OVER_C1], 'c2')!;
    expect(worst[0]).toBeCloseTo(-0.2, 12);
    expect(worst[1]).toBeCloseTo(1 / 0.7 - 1, 12);
  });

  it.each([
    [OVER_CONTROL, pair('c1', 'c2', null), OVER_C3],
    [pair('c1', 'c2', null), OVER_CONTROL],
    [OVER_CONTROL, pair('c1', 'c2', null)],
  ])('is not known if it is not known over one of them', (...pairs) => {
    expect(worstInterval(pairs, 'c2')).toBeNull();
  });

  it('is not known without a rival', () => {
    expect(worstInterval([OF_OTHERS], 'c2')).toBeNull();
    expect(worstInterval([], 'c2')).toBeNull();
  });
});
