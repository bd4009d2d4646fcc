import { describe, expect, it } from 'vitest';
import { spendingBounds } from '../../../src/domain/evidence/boundary.js';
import { studentCritical } from '../../../src/domain/evidence/distributions.js';
import {
  climb,
  crossingAlpha,
  emptyLadder,
  ladderAlphas,
  NOMINAL,
  RUNGS,
} from '../../../src/domain/evidence/ladder.js';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import { spentFraction } from '../../../src/domain/evidence/sequential.js';
import wholeExperiments from '../../reference/e2e_default.json' with { type: 'json' };
import reference from '../../reference/sequential_p.json' with { type: 'json' };
import { gaussAlpha, gaussBounds, type WeighedLook } from './gauss-recursion.js';
import { pairRow, relativeError } from './simulate.js';

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

describe.each([
  { grid: 'jennison-turnbull', r: 18, boundError: 5e-9 },
  // Against r = 96; the even grid is closer to it than r = 18 is.
  { grid: 'even', r: 96, boundError: 5e-5 },
] as const)('the rungs on the grid $grid', ({ grid, r, boundError }) => {
  const alphas = ladderAlphas(0.048);
  const empty = emptyLadder(grid);
  let ladder = empty;
  const ladders = information.map((now, k) => {
    ladder = climb(ladder, alphas, now, fractions[k]!);
    return ladder;
  });

  it('each follow the recursion of their own α', () => {
    for (const i of [0, 10, 20, 30, NOMINAL, 50, 60, RUNGS - 1]) {
      const alone = spendingBounds(
        information,
        fractions.map((fraction) => fraction * alphas[i]!),
        r,
      );
      for (const [k, ladder] of ladders.entries()) {
        expect(Math.abs(ladder.rungs[i]!.bound - alone[k]!)).toBeLessThan(boundError);
      }
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
        r,
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

  it('keep the error that they could not spend for the next look', () => {
    const first = climb(empty, alphas, 100, 1e-9);
    expect(first.rungs[0]).toMatchObject({ bound: Infinity, spent: 0 });
    expect(first.rungs[NOMINAL]!.bound).toBeLessThan(8.4);
    const second = climb(first, alphas, 130, 0.2);
    const alone = spendingBounds(
      [100, 130],
      [1e-9, 0.2].map((fraction) => fraction * alphas[0]!),
      r,
    );
    expect(Math.abs(second.rungs[0]!.bound - alone[1]!)).toBeLessThan(boundError);
    expect(second.rungs[0]!.spent).toBe(0.2);
  });
});

describe('the grid of versions 1 and 2', () => {
  const alphas = ladderAlphas(0.048);

  it('refine the grid if the information grows little, and keep the fine grid', () => {
    const first = climb(emptyLadder('jennison-turnbull'), alphas, 100, 0.5);
    const close = climb(first, alphas, 100.4, 0.51);
    const far = climb(close, alphas, 120, 0.6);
    expect([first.r, close.r, far.r]).toEqual([18, 48, 48]);
    expect(climb(emptyLadder('jennison-turnbull'), ladderAlphas(0.0096), 100, 0.5).r).toBe(48);
    const exact = spendingBounds(
      [100, 100.4, 120],
      [0.5, 0.51, 0.6].map((fraction) => 0.048 * fraction),
      96,
    );
    expect(close.rungs[NOMINAL]!.bound).toBeCloseTo(exact[1]!, 3);
    expect(far.rungs[NOMINAL]!.bound).toBeCloseTo(exact[2]!, 4);
  });
});

describe('the even grid', () => {
  const alphas = ladderAlphas(0.048);

  it('refuses a state with another spacing', () => {
    const first = climb(emptyLadder('even'), alphas, 100, 0.5);
    expect(() => climb({ ...first, r: first.r + 1 }, alphas, 120, 0.6)).toThrow(RangeError);
  });

  it('keeps the bound at the nominal α within 1e-4 over 300 close looks', () => {
    const at = Array.from({ length: 300 }, (_, k) => 1.003 ** (k + 1));
    const fraction = (k: number): number => spentFraction(k + 1, 300);
    const last = at.reduce((ladder, now, k) => climb(ladder, alphas, now, fraction(k)), emptyLadder('even'));
    const exact = gaussBounds(
      at,
      at.map((_, k) => 0.048 * fraction(k)),
      440,
    ).at(-1)!;
    expect(Math.abs(last.rungs[NOMINAL]!.bound - exact)).toBeLessThan(1e-4);
  });
});

describe('p far from the threshold', () => {
  const minimums = { hours: 24, events: 25, growth: 0.003 };

  /** The looks that count, one every `step` hours. */
  function looksOf(index: number, step: number): (WeighedLook & { hours: number })[] {
    const rows = wholeExperiments.cases[index]!.rows.map(pairRow);
    const looks: (WeighedLook & { hours: number })[] = [];
    for (let hours = minimums.hours; hours <= 672; hours += step) {
      const seen = rateRatio(rows.slice(0, hours));
      const before = looks.at(-1)?.information ?? 0;
      if (Math.min(seen.countA, seen.countB) < minimums.events) continue;
      if (before > 0 && seen.information / before - 1 < minimums.growth) continue;
      const { information, t, df } = seen;
      looks.push({ hours, information, fraction: spentFraction(hours, 672), t, df });
    }
    return looks;
  }

  const alphas = ladderAlphas(0.048);
  const smallest = (looks: WeighedLook[], grid: 'even' | 'jennison-turnbull'): number[] => {
    let ladder = emptyLadder(grid);
    let p = 1;
    return looks.map(({ information, fraction, t, df }) => {
      ladder = climb(ladder, alphas, information, fraction);
      const { alpha } = crossingAlpha(ladder, alphas, t, (bound) => studentCritical(bound, df));
      p = Math.min(p, alpha / 0.96);
      return p;
    });
  };

  it.each([0, 1, 2, 3].flatMap((index) => [6, 3].map((step) => [index, step] as const)))(
    'is within 0.5 %% of bisection with another quadrature: case %d, one look every %d h',
    (index, step) => {
      const looks = looksOf(index, step);
      const got = smallest(looks, 'even');
      const expected = reference.cases.filter((c) => c.case === index && c.look_every_hours === step);
      expect(expected.length).toBeGreaterThan(4);
      for (const { hours, p } of expected) {
        const k = looks.findIndex((look) => look.hours === hours);
        expect(relativeError(got[k]!, p)).toBeLessThan(0.005);
      }
    },
  );

  it('is what the reference says, by bisection', () => {
    const { p } = reference.cases.find((c) => c.case === 2 && c.look_every_hours === 6 && c.hours === 336)!;
    const looks = looksOf(2, 6).filter((look) => look.hours <= 336);
    expect(relativeError(gaussAlpha(looks, 300) / 0.96, p)).toBeLessThan(2e-4);
  });

  it('is twice as large as it should be on the grid of versions 1 and 2', () => {
    const { p } = reference.cases.find((c) => c.case === 3 && c.look_every_hours === 6 && c.hours === 672)!;
    expect(smallest(looksOf(3, 6), 'jennison-turnbull').at(-1)! / p).toBeCloseTo(1.88, 1);
  });
});
