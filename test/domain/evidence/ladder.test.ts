import { describe, expect, it } from 'vitest';
import { spendingBounds } from '../../../src/domain/evidence/boundary.js';
import {
  climb,
  crossingAlpha,
  EMPTY_LADDER,
  ladderAlphas,
  NOMINAL,
  RUNGS,
} from '../../../src/domain/evidence/ladder.js';

const information = Array.from({ length: 40 }, (_, k) => 10 * (k + 4) + 3 * (k % 3));
const fractions = information.map((_, k) => (k + 1) / 40);

describe('the error levels', () => {
  it.each([0.096, 0.048, 0.0096])('ascend and contain the nominal %d exactly', (nominal) => {
    const alphas = ladderAlphas(nominal);
    expect(alphas).toHaveLength(RUNGS);
    expect(alphas[NOMINAL]).toBe(nominal);
    expect(alphas[0]).toBeCloseTo(1e-10, 20);
    expect(alphas.at(-1)).toBe(0.96);
    for (const [i, alpha] of alphas.slice(1).entries()) expect(alpha).toBeGreaterThan(alphas[i]!);
  });
});

describe('the rungs', () => {
  const alphas = ladderAlphas(0.048);
  let ladder = EMPTY_LADDER;
  const ladders = information.map((now, k) => {
    ladder = climb(ladder, alphas, now, fractions[k]!);
    return ladder;
  });

  it('each follow the recursion of their own α', () => {
    for (const i of [0, 10, 20, 30, NOMINAL, 50, 60, RUNGS - 1]) {
      const alone = spendingBounds(
        information,
        fractions.map((fraction) => fraction * alphas[i]!),
        18,
      );
      for (const [k, ladder] of ladders.entries()) expect(ladder.rungs[i]!.bound).toBeCloseTo(alone[k]!, 8);
    }
  });

  it('have bounds that fall as α rises, at every look', () => {
    for (const { rungs } of ladders) {
      for (const [i, rung] of rungs.slice(1).entries()) expect(rung.bound).toBeLessThan(rungs[i]!.bound);
    }
  });

  it('give the same α for a statistic between two rungs as bisection does', () => {
    const last = ladders.at(-1)!;
    for (const t of [0.9, -1.4, 2, 2.6, -2.9, 3.4, 4.2]) {
      const { alpha } = crossingAlpha(last, alphas, t, (bound) => bound);
      const exact = spendingBounds(
        information,
        fractions.map((fraction) => fraction * alpha),
        18,
      ).at(-1)!;
      // 1 % of α moves a bound by 0.01/|t|.
      expect(Math.abs(exact - Math.abs(t)) * Math.abs(t)).toBeLessThan(0.005);
    }
  });

  it('give a smaller α for a larger statistic', () => {
    let before = 1;
    for (let t = 0.5; t < 7; t += 0.03) {
      const { alpha } = crossingAlpha(ladders.at(-1)!, alphas, t, (bound) => bound);
      expect(alpha).toBeLessThanOrEqual(before);
      before = alpha;
    }
    expect(before).toBeLessThan(1e-8);
  });

  it('cross from the smallest crossing rung on', () => {
    const last = ladders.at(-1)!;
    expect(crossingAlpha(last, alphas, 0.01, (bound) => bound)).toEqual({ alpha: 1, nominalCrosses: false });
    expect(crossingAlpha(last, alphas, 12, (bound) => bound)).toEqual({
      alpha: alphas[0],
      nominalCrosses: true,
    });
    const bound = last.rungs[NOMINAL]!.bound;
    const exactly = crossingAlpha(last, alphas, -bound, (b) => b);
    expect(exactly.nominalCrosses).toBe(true);
    expect(exactly.alpha).toBeCloseTo(0.048, 12);
    expect(crossingAlpha(last, alphas, bound - 1e-9, (b) => b).nominalCrosses).toBe(false);
  });

  it('refine the grid if the information grows little, and keep the fine grid', () => {
    const first = climb(EMPTY_LADDER, alphas, 100, 0.5);
    const close = climb(first, alphas, 100.4, 0.51);
    const far = climb(close, alphas, 120, 0.6);
    expect([first.r, close.r, far.r]).toEqual([18, 48, 48]);
    expect(climb(EMPTY_LADDER, ladderAlphas(0.0096), 100, 0.5).r).toBe(48);
    const exact = spendingBounds(
      [100, 100.4, 120],
      [0.5, 0.51, 0.6].map((fraction) => 0.048 * fraction),
      96,
    );
    expect(close.rungs[NOMINAL]!.bound).toBeCloseTo(exact[1]!, 3);
    expect(far.rungs[NOMINAL]!.bound).toBeCloseTo(exact[2]!, 4);
  });

  it('keep the error that they could not spend for the next look', () => {
    const first = climb(EMPTY_LADDER, alphas, 100, 1e-9);
    expect(first.rungs[0]).toMatchObject({ bound: Infinity, spent: 0 });
    expect(first.rungs[NOMINAL]!.bound).toBeLessThan(8.4);
    const second = climb(first, alphas, 130, 0.2);
    const alone = spendingBounds(
      [100, 130],
      [1e-9, 0.2].map((fraction) => fraction * alphas[0]!),
      18,
    );
    expect(second.rungs[0]!.bound).toBeCloseTo(alone[1]!, 8);
    expect(second.rungs[0]!.spent).toBe(0.2);
  });
});
