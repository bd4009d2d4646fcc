import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ArmMean,
  halfWidth,
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
  full_precision: { expected: number; ci: [number, number]; stderr: number; p: number; error: string | null };
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

const twoSided = reference.cases.filter(({ test }) => test === 'two');

describe("GrowthBook's sequential test", () => {
  it('has its reference cases', () => {
    expect(twoSided.length).toBeGreaterThanOrEqual(15);
  });

  it.each(twoSided)('$name, N* = $tuning', ({ a, b, tuning: expectedN, alpha, full_precision: expected }) => {
    const [armA, armB] = [meanOf(a), meanOf(b)];
    const difference = relativeDifference(armA, armB);
    if (expected.error !== null) {
      expect(difference).toBeNull();
      return;
    }
    const { effect, se } = difference!;
    const n = armA.n + armB.n;
    const half = halfWidth(se, n, alpha, expectedN);
    expect(effect).toBeCloseTo(expected.expected, 12);
    expect(se).toBeCloseTo(expected.stderr, 12);
    expect(effect - half).toBeCloseTo(expected.ci[0], 9);
    expect(effect + half).toBeCloseTo(expected.ci[1], 9);
    expect(Math.abs(sequentialP(effect / se, n, alpha, expectedN) / expected.p - 1)).toBeLessThan(1e-9);
  });

  it.each(reference.rho)('is tuned to ρ = $rho at α = $alpha, N* = $N, two-sided $two_sided', (expected) => {
    const alpha = expected.two_sided ? expected.alpha : 2 * expected.alpha;
    expect(tuning(alpha, expected.N)).toBeCloseTo(expected.rho, 12);
  });
});
