import { describe, expect, it } from 'vitest';
import {
  normalCdf,
  normalQuantile,
  normalSurvival,
  normalUpperQuantile,
  studentCritical,
  studentQuantile,
  studentTwoSidedP,
  studentUpperQuantile,
} from '../../../src/domain/evidence/distributions.js';
import reference from '../../reference/quantiles.json' with { type: 'json' };
import { relativeError } from './simulate.js';

describe('the normal distribution', () => {
  it.each(reference.normal_sf)('exceeds $z with probability $sf', ({ z, sf }) => {
    expect(relativeError(normalSurvival(z), sf)).toBeLessThan(1e-13);
    expect(normalSurvival(-z)).toBeCloseTo(1 - sf, 15);
    expect(normalCdf(-z)).toBe(normalSurvival(z));
  });

  it.each(reference.normal)('has the quantile $x at $p', ({ p, x }) => {
    expect(relativeError(normalQuantile(p), x)).toBeLessThan(1e-12);
  });

  it('changes its method at 8 without a jump', () => {
    const below = normalSurvival(8);
    const above = normalSurvival(8 + 1e-12);
    expect(relativeError(above / below, Math.exp(-8.12e-12))).toBeLessThan(1e-12);
  });

  it('has no quantile outside [0, 1]', () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(() => normalQuantile(1.1)).toThrow(RangeError);
    expect(() => normalUpperQuantile(Number.NaN)).toThrow(RangeError);
  });
});

describe("Student's t", () => {
  it.each(reference.cdf_t_two_sided)('two-sided p of t = $t, df = $df', ({ t, df, p }) => {
    const got = studentTwoSidedP(t, df);
    expect(Math.min(relativeError(got, p), Math.abs(got - p))).toBeLessThan(1e-6);
    expect(studentTwoSidedP(-t, df)).toBe(got);
    if (p > 1e-300 && p < 0.99) expect(relativeError(got, p)).toBeLessThan(2e-7);
  });

  it.each(reference.t)('has the quantile $x at $p, df = $df', ({ p, df, x }) => {
    expect(relativeError(studentQuantile(p, df), x)).toBeLessThan(1e-7);
  });

  it('has a critical value above the normal bound that falls towards it as df grows', () => {
    for (const bound of [0.01, 0.5, 1, 2, 2.79, 4, 6, 8.4]) {
      const values = [1, 2, 5, 20, 100, 671, 1e4, 1e6].map((df) => studentCritical(bound, df));
      for (const [i, value] of values.entries()) {
        expect(value).toBeGreaterThan(bound);
        if (i > 0) expect(value).toBeLessThan(values[i - 1]!);
      }
    }
  });

  it('returns the p of its own quantile, even far in the tail', () => {
    for (const df of [0.7, 1, 3, 19.1, 580, 1e5]) {
      for (const q of [0.4, 0.02, 1e-5, 1e-12, 1e-17]) {
        expect(relativeError(studentTwoSidedP(studentUpperQuantile(q, df), df) / 2, q)).toBeLessThan(1e-8);
      }
    }
  });

  it('has a quantile for any fraction of a degree of freedom, even beyond any realistic t', () => {
    expect(studentUpperQuantile(0.05, 0.0065)).toBe(Infinity);
    for (const df of [1e-9, 0.001, 0.0065, 0.01, 0.02, 0.05, 0.1, 0.3]) {
      const value = studentUpperQuantile(0.05, df);
      expect(value).toBeGreaterThan(studentUpperQuantile(0.05, 1));
      if (value < Infinity) expect(studentTwoSidedP(value, df)).toBeCloseTo(0.1, 6);
    }
  });

  it('refuses invalid degrees of freedom and invalid probabilities', () => {
    expect(() => studentTwoSidedP(1, 0)).toThrow(RangeError);
    expect(() => studentUpperQuantile(0, 5)).toThrow(RangeError);
    expect(() => studentUpperQuantile(0.1, -1)).toThrow(RangeError);
  });
});
