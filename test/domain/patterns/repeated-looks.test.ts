import { describe, expect, it } from 'vitest';
import { studentTwoSidedP } from '../../../src/domain/evidence/distributions.js';
import { anytimeP } from '../../../src/domain/patterns/repeated-looks.js';
import { Random } from '../../../src/sandbox/random.js';

describe('a p-value for repeated looks', () => {
  it('is that of the normal mixture', () => {
    // z = 3 after 30 tests, by hand: √16 · exp(−9·15 / 32).
    expect(anytimeP({ p: 0.002699796, tests: 30 })).toBeCloseTo(4 * Math.exp((-9 * 15) / 32), 6);
    expect(anytimeP({ p: 1, tests: 5 })).toBe(1);
    expect(anytimeP({ p: 0, tests: 5 })).toBe(0);
  });

  it('is never below that of one look, and falls with it', () => {
    for (const tests of [2, 10, 100, 3_000])
      for (const p of [1e-9, 1e-4, 0.01, 0.3]) {
        expect(anytimeP({ p, tests })).toBeGreaterThan(p);
        expect(anytimeP({ p, tests })).toBeLessThanOrEqual(anytimeP({ p: 2 * p, tests }));
      }
  });

  it('is rarely ever below 5 % without an effect, though that of one look often is', () => {
    const runs = 400;
    let [fixed, anytime] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const random = new Random(`looks ${run}`);
      let [sum, squares] = [0, 0];
      const ps: { p: number; tests: number }[] = [];
      for (let tests = 1; tests <= 200; tests++) {
        const value = random.normal();
        sum += value;
        squares += value * value;
        if (tests < 3) continue;
        const variance = (squares - (sum * sum) / tests) / (tests - 1);
        ps.push({ p: studentTwoSidedP(sum / Math.sqrt(tests * variance), tests - 1), tests });
      }
      if (ps.some(({ p }) => p < 0.05)) fixed += 1;
      if (ps.some((look) => anytimeP(look) < 0.05)) anytime += 1;
    }
    expect(fixed / runs).toBeGreaterThan(0.3);
    // Three standard errors above 5 %.
    expect(anytime / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
