import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ArmMean,
  absoluteDifference,
  halfWidth,
  oneSidedDistance,
  oneSidedP,
  proportionMean,
  ratioMean,
  relativeDifference,
  sequentialP,
  tuning,
} from '../../bench/decisions/growthbook.js';

type Arm =
  | { type: 'proportion'; sum: number; n: number }
  | { type: 'mean'; sum: number; sum_squares: number; n: number }
  | { type: 'ratio'; n: number; m_sum: number; m_ss: number; d_sum: number; d_ss: number; md: number };

interface Case {
  name: string;
  test: 'two' | 'greater' | 'lesser';
  a: Arm;
  b: Arm;
  tuning: number;
  difference_type: 'relative' | 'absolute';
  alpha: number;
  full_precision: {
    expected: number;
    /** If one-sided, one end is "Infinity" or "-Infinity". */
    ci: [number | string, number | string];
    stderr: number;
    p: number;
    error: string | null;
  };
}

const file = new URL('../reference/growthbook_sequential.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as {
  cases: Case[];
  rho: { alpha: number; N: number; two_sided: boolean; rho: number }[];
};

function meanOf(arm: Arm): ArmMean {
  if (arm.type === 'proportion') return proportionMean(arm.sum, arm.n);
  if (arm.type === 'ratio') {
    return ratioMean({ n: arm.n, m: arm.m_sum, mm: arm.m_ss, d: arm.d_sum, dd: arm.d_ss, md: arm.md });
  }
  const variance = (arm.sum_squares - (arm.sum * arm.sum) / arm.n) / (arm.n - 1);
  return { n: arm.n, mean: arm.sum / arm.n, variance };
}

describe("GrowthBook's sequential test", () => {
  it('has its reference cases, including one-sided ones', () => {
    expect(reference.cases.length).toBeGreaterThanOrEqual(17);
    expect(new Set(reference.cases.map(({ test }) => test))).toEqual(new Set(['two', 'greater', 'lesser']));
  });

  it.each(reference.cases)(
    '$name, $test, N* = $tuning',
    ({ a, b, test, difference_type, tuning: expectedN, alpha, full_precision: expected }) => {
      const [armA, armB] = [meanOf(a), meanOf(b)];
      const difference = (difference_type === 'relative' ? relativeDifference : absoluteDifference)(
        armA,
        armB,
      );
      if (expected.error !== null) {
        expect(difference).toBeNull();
        return;
      }
      const { effect, se } = difference!;
      const n = armA.n + armB.n;
      const [low, high] = expected.ci.map(Number) as [number, number];
      expect(effect).toBeCloseTo(expected.expected, 12);
      expect(se).toBeCloseTo(expected.stderr, 12);
      if (test === 'two') {
        const half = halfWidth(se, n, alpha, expectedN);
        expect(effect - half).toBeCloseTo(low, 9);
        expect(effect + half).toBeCloseTo(high, 9);
        expect(Math.abs(sequentialP(effect / se, n, alpha, expectedN) / expected.p - 1)).toBeLessThan(1e-9);
        return;
      }
      const side = test === 'greater' ? 1 : -1;
      const rho = tuning(2 * alpha, expectedN);
      const distance = oneSidedDistance(se, n, alpha, rho);
      expect(side > 0 ? effect - distance : effect + distance).toBeCloseTo(side > 0 ? low : high, 9);
      expect(side > 0 ? high : low).toBe(side * Infinity);
      expect(Math.abs(oneSidedP(side * effect, se, n, rho)! / expected.p - 1)).toBeLessThan(1e-9);
    },
  );

  it('finds the one-sided p at which the limit touches 0, between the ends that gbstats searches', () => {
    const [se, n, rho] = [0.13, 6461, tuning(0.1, 5000)];
    const scaled = n * rho * rho;
    for (const z of [2, 3, 3.5]) {
      // 1 + √(nρ²+1)/(2α) = exp(nρ²z²/(2(nρ²+1))), solved for α.
      const exact = Math.sqrt(scaled + 1) / (2 * Math.expm1((scaled * z * z) / (2 * (scaled + 1))));
      const p = oneSidedP(z * se, se, n, rho)!;
      expect(Math.abs(p - exact)).toBeLessThan(2e-4);
      expect(oneSidedDistance(se, n, exact, rho)).toBeCloseTo(z * se, 12);
    }
    expect(oneSidedP(20 * se, se, n, rho)).toBe(1e-5);
    expect(oneSidedP(0.1 * se, se, n, rho)).toBe(0.4999);
    expect(oneSidedP(-3 * se, se, n, rho)).toBe(0.4999);
  });

  it.each(reference.rho)('is tuned to ρ = $rho at α = $alpha, N* = $N, two-sided $two_sided', (expected) => {
    const alpha = expected.two_sided ? expected.alpha : 2 * expected.alpha;
    expect(tuning(alpha, expected.N)).toBeCloseTo(expected.rho, 12);
  });
});
